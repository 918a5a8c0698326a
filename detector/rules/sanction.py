"""Sanctions: what was done to a seller and when. History: never back-dated, never deleted.

One that needs a second person awaits approval from its issue. It is carried out when approved, and
its term runs from then; declined or undecided at the end of its term, it was never carried out.
"""

from __future__ import annotations

from collections.abc import Iterator

from detector.rules.entry import Entry
from detector.rules.instants import NEVER
from detector.rules.policy.policy import Policy, Tier
from detector.rules.tally import Allowance


class Sanction:
    """One firing of a tier. It can be voided, stayed or replaced by a milder one, no more."""

    __slots__ = (
        "_because_ids",
        "allowance",
        "because",
        "carried_out_at",
        "closed_as",
        "closed_at",
        "created_at",
        "done_at",
        "ends_at",
        "holds",
        "id",
        "is_lifted",
        "issued_at",
        "levels",
        "multiple",
        "policy",
        "replaces",
        "stays",
        "step",
        "step_index",
        "tier",
        "transactions",
        "voided_at",
    )

    def __init__(
        self,
        sanction_id: str,
        tier: Tier,
        step_index: int,
        *,
        policy: Policy,
        issued_at: int,
        created_at: int,
        because: list[Entry],
        replaces: str | None = None,
        awaits_approval: bool = False,
    ) -> None:
        self.id = sanction_id
        self.tier = tier
        self.step_index = step_index
        self.step = tier.steps[step_index]
        self.policy = policy
        self.issued_at = issued_at
        self.created_at = created_at
        self.because = because
        self._because_ids: tuple[str, ...] | None = None
        self.replaces = replaces
        self.voided_at = NEVER
        self.done_at: int | None = None
        self.allowance: Allowance | None = None
        self.levels = (0, 0)
        self.multiple = 1
        self.transactions: tuple[str, int] | None = None
        self.stays: list[list[int]] = []
        self.holds: list[list[int]] = []
        self.is_lifted = False
        self.carried_out_at = NEVER if awaits_approval else issued_at
        self.ends_at = NEVER
        self._begin(created_at if awaits_approval else issued_at)
        self.closed_at = self.ends_at if awaits_approval else NEVER
        self.closed_as = "lapsed"

    def _begin(self, at: int) -> None:
        """Let the term run from an instant, after the notice that the tier gives first."""
        if self.tier.notice_before:
            self.holds[:1] = [[at, at + self.tier.notice_before]]
            at += self.tier.notice_before
        self.ends_at = NEVER if self.step.duration is None else at + self.step.duration

    def carry_out(self, at: int) -> None:
        """Let a sanction that awaits approval take effect."""
        self.carried_out_at, self.closed_at = at, NEVER
        self._begin(at)

    def close(self, at: int, outcome: str) -> None:
        """End the wait for approval: `declined` or `lapsed`; it is never carried out."""
        self.closed_at, self.closed_as = at, outcome

    @property
    def because_ids(self) -> tuple[str, ...]:
        """Return the ids of the entries that it rests on: thousands, where nothing expired yet."""
        if self._because_ids is None:
            self._because_ids = tuple([entry.id for entry in self.because])
        return self._because_ids

    def rest_no_more_on(self, entry: Entry) -> None:
        """Leave out an entry of which no ground stands any more."""
        self.because.remove(entry)
        self._because_ids = None

    @property
    def is_carried_out(self) -> bool:
        """Tell whether it was carried out, at whatever time."""
        return self.carried_out_at != NEVER

    def is_closed_at(self, instant: int) -> bool:
        """Tell whether it was declined or has lapsed by an instant."""
        return self.closed_at <= instant

    @property
    def is_voided(self) -> bool:
        """Tell whether it was voided, at whatever time."""
        return self.voided_at != NEVER

    @property
    def spends(self) -> bool:
        """Tell whether being served pays for the entries that it covers."""
        return self.step.on_served == "spend"

    def is_stayed_at(self, instant: int) -> bool:
        """Tell whether an appeal or a missing notice holds it at an instant."""
        spans = self.stays + self.holds
        return bool(spans) and any(begin <= instant < end for begin, end in spans)

    def state_at(self, instant: int) -> str:
        """Return what it was at an instant: `in_force`, `served`, `voided` or `stayed`.

        Before it is carried out: `awaiting_approval`, `declined` or `lapsed`.
        """
        if self.voided_at <= instant:
            return "voided"
        if instant < self.carried_out_at:
            return self.closed_as if self.is_closed_at(instant) else "awaiting_approval"
        if self.ends_at <= instant:
            return "served"
        return "stayed" if self.is_stayed_at(instant) else "in_force"

    def set_stay(self, now: int, *, stayed: bool) -> None:
        """Begin or end a stay on appeal at an instant."""
        is_open = bool(self.stays) and self.stays[-1][1] == NEVER
        if stayed and not is_open:
            self.stays.append([now, NEVER])
        elif is_open and not stayed:
            self.stays[-1][1] = now


def holders(sanction_id: str | None) -> Iterator[str]:
    """Yield the accounts whose sanction it may be: its id starts with that of its account."""
    words = sanction_id.split("/") if sanction_id else []
    return ("/".join(words[:end]) for end in range(1, len(words)))
