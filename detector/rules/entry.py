"""Entries: what a seller was charged, and on which decisions each charge rests.

An entry is opened by the first upheld verdict for its key; later ones join as grounds. Its clock,
its bucket and its key are pinned when it is opened; only its standing grounds, and so its points,
change.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import date

from detector.rules.events import Verdict
from detector.rules.instants import NEVER
from detector.rules.policy import Policy, Violation

NONE: frozenset[str] = frozenset()


class Ground:
    """One upheld verdict below an entry: its points stay as decided, it stands until reversed."""

    __slots__ = ("is_standing", "is_waived", "points", "verdict")

    def __init__(self, verdict: Verdict, points: int, *, is_waived: bool) -> None:
        self.verdict = verdict
        self.points = points
        self.is_waived = is_waived
        self.is_standing = True


class Entry:
    """One debit. It counts while `opened_at <= t < ends_at` and a ground stands."""

    __slots__ = (
        "bucket",
        "counted",
        "covers",
        "ends_at",
        "expires_at",
        "grounds",
        "is_forgiven",
        "opened_at",
        "policy",
        "spent_at",
        "violation",
    )

    def __init__(
        self,
        ground: Ground,
        policy: Policy,
        violation: Violation,
        *,
        opened_at: int,
        expires_at: int,
        bucket: tuple[str, date] | None,
    ) -> None:
        self.grounds = [ground]
        self.policy = policy
        self.violation = violation
        self.opened_at = opened_at
        self.expires_at = expires_at
        self.spent_at = NEVER
        self.ends_at = expires_at
        self.bucket = bucket
        self.counted = 0
        self.covers: list[object] = []
        self.is_forgiven = False

    @property
    def id(self) -> str:
        """Return the entry's name: that of the verdict that opened it."""
        return self.grounds[0].verdict.id

    @property
    def incident_at(self) -> int:
        """Return when the conduct happened: pinned to the opening verdict, not after its report."""
        opening = self.grounds[0].verdict
        return min(opening.incident_at, opening.reported_at)

    def points(self, without: AbstractSet[str] = NONE) -> int:
        """Return the units that its standing grounds cost, leaving out some verdicts."""
        if self.is_forgiven:
            return 0
        standing = [
            ground.points
            for ground in self.grounds
            if ground.is_standing and ground.verdict.id not in without
        ]
        if not standing:
            return 0
        if self.violation.count_as == "max":
            return max(standing)
        return sum(standing) if self.violation.count_as == "sum" else standing[0]

    def charged(self) -> int:
        """Return what it cost when every ground stood: shown for entries that no longer count."""
        points = [ground.points for ground in self.grounds]
        if self.violation.count_as == "max":
            return max(points)
        return sum(points) if self.violation.count_as == "sum" else points[0]

    def is_standing(self, without: AbstractSet[str] = NONE) -> bool:
        """Tell whether a ground still stands."""
        return not self.is_forgiven and any(
            ground.is_standing and ground.verdict.id not in without for ground in self.grounds
        )

    def state_at(self, instant: int) -> str:
        """Return `standing`, `reversed`, `expired` or `spent`; whichever end came first."""
        if not self.is_standing():
            return "reversed"
        if instant < self.ends_at:
            return "standing"
        return "expired" if self.expires_at <= self.spent_at else "spent"

    def spend_at(self, instant: int) -> None:
        """Set when a served sanction pays for it (`NEVER` takes that back)."""
        self.spent_at = instant
        self.ends_at = min(self.expires_at, instant)
