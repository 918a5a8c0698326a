"""Entries: what a seller was charged, and on which decisions each charge rests.

An entry is opened by the first upheld verdict for its key; later ones join as grounds. Its clock,
its bucket and its key are pinned when it is opened; only its standing grounds, and so its points,
change.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import date

from msgspec import Struct

from detector.rules.events import Verdict
from detector.rules.instants import NEVER
from detector.rules.policy.policy import Policy, Violation

NONE: frozenset[str] = frozenset()


class Ground(Struct, eq=False):
    """One accepted verdict; an upheld one stands below an entry until it is reversed.

    Its points stay as decided. A verdict that took no points has no entry.
    """

    verdict: Verdict
    earlier: Ground | None
    points: int = 0
    is_waived: bool = False
    is_standing: bool = True
    is_reopened: bool = False
    appeals: int = 0
    pending: str | None = None


class Entry(Struct, eq=False):
    """One debit. It counts while `opened_at <= t < ends_at` and a ground stands.

    `points` are what its standing grounds cost. `due_at` is when it expires by itself, `expires_at`
    when it does under the sanctions that block that, and `ends_at` when it expires or is spent.
    """

    grounds: list[Ground]
    policy: Policy
    violation: Violation
    opened_at: int
    due_at: int
    expires_at: int
    ends_at: int
    bucket: tuple[str, date] | None
    points: int
    spent_at: int = NEVER
    counted: int = 0
    is_forgiven: bool = False

    @property
    def id(self) -> str:
        """Return the entry's name: that of the verdict that opened it."""
        return self.grounds[0].verdict.id

    @property
    def incident_at(self) -> int:
        """Return when the conduct happened: pinned to the opening verdict, not after its report."""
        opening = self.grounds[0].verdict
        return min(opening.incident_at, opening.reported_at)

    @property
    def is_standing(self) -> bool:
        """Tell whether a ground still stands."""
        if self.is_forgiven:
            return False
        first = self.grounds[0].is_standing
        return first or any(ground.is_standing for ground in self.grounds)

    def refresh(self) -> None:
        """Take the points of the standing grounds again, after one joined or fell."""
        self.points = self.points_without(NONE)

    def points_without(self, verdicts: AbstractSet[str]) -> int:
        """Return the units that its standing grounds cost, leaving out some verdicts."""
        if self.is_forgiven:
            return 0
        standing = [
            ground.points
            for ground in self.grounds
            if ground.is_standing and ground.verdict.id not in verdicts
        ]
        return _counted_as(self.violation.count_as, standing) if standing else 0

    def charged(self) -> int:
        """Return what it cost when every ground stood: shown for entries that no longer count."""
        return _counted_as(self.violation.count_as, [ground.points for ground in self.grounds])

    def state_at(self, instant: int) -> str:
        """Return `standing`, `reversed`, `expired` or `spent`; whichever end came first."""
        if not self.is_standing:
            return "reversed"
        if instant < self.ends_at:
            return "standing"
        return "expired" if self.expires_at <= self.spent_at else "spent"

    def end_at(self, expires_at: int, spent_at: int) -> None:
        """Set when it expires and when it is spent; the earlier of the two is its end."""
        self.expires_at = expires_at
        self.spent_at = spent_at
        self.ends_at = min(expires_at, spent_at)


def _counted_as(rule: str, points: list[int]) -> int:
    if rule == "max":
        return max(points)
    return sum(points) if rule == "sum" else points[0]
