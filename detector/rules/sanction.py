"""Sanctions: what was done to a seller and when. History: never back-dated, never deleted.

One that needs a second person awaits approval from its issue. It is carried out when approved, and
its term runs from then; declined or undecided at the end of its term, it was never carried out.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from detector.rules.entry import Entry
from detector.rules.instants import NEVER
from detector.rules.policy.policy import Policy, Step, Tier
from detector.rules.tally import Allowance


class Sanction(Struct, eq=False):
    """One firing of a tier. It can be voided, stayed or replaced by a milder one, no more."""

    id: str
    tier: Tier
    step_index: int
    policy: Policy
    issued_at: int
    created_at: int
    because: list[Entry]
    replaces: str | None = None
    awaits_approval: bool = False
    voided_at: int = NEVER
    done_at: int | None = None
    allowance: Allowance | None = None
    levels: tuple[int, int] = (0, 0)
    multiple: int = 1
    transactions: tuple[str, int] | None = None
    stays: list[list[int]] = []
    holds: list[list[int]] = []
    is_lifted: bool = False
    carried_out_at: int = NEVER
    ends_at: int = NEVER
    closed_at: int = NEVER
    closed_as: str = "lapsed"
    step: Step = None  # type: ignore[assignment]  # the tier's, from `__post_init__` on
    _entry_ids: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        self.step = self.tier.steps[self.step_index]
        if self.awaits_approval:
            self._begin(self.created_at)
            self.closed_at = self.ends_at
        else:
            self.carried_out_at = self.issued_at
            self._begin(self.issued_at)

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
    def entry_ids(self) -> tuple[str, ...]:
        """Return the ids of the entries that it rests on: thousands, where nothing expired yet."""
        if self._entry_ids is None:
            self._entry_ids = tuple([entry.id for entry in self.because])
        return self._entry_ids

    def drop_entry(self, entry: Entry) -> None:
        """Leave out an entry of which no ground stands any more."""
        self.because.remove(entry)
        self._entry_ids = None

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
        if not self.stays and not self.holds:
            return False
        return any(begin <= instant < end for begin, end in (*self.stays, *self.holds))

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
