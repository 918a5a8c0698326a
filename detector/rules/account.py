"""One ledger: a seller, or an entity of several sellers, with its entries and sanctions."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from detector.rules.entry import NONE, Entry, Ground
from detector.rules.instants import NEVER
from detector.rules.policy.policy import Step
from detector.rules.sanction import Sanction
from detector.rules.tally import Allowance, Tally, group_of


class Tallies(dict[str, Tally]):
    """The tallies of an account by track; one more begins when its track is first asked for."""

    def __init__(self, tracks: Iterable[str]) -> None:
        super().__init__([(track, Tally()) for track in tracks])

    def __missing__(self, track: str) -> Tally:
        tally = self[track] = Tally()
        return tally


class Account(Struct, eq=False):
    """Everything that the log says about one ledger key."""

    id: str
    tallies: Tallies
    awaits_approvals: bool = False
    by_key: dict[tuple[object, ...], Entry] = {}
    anchors: dict[tuple[object, ...], list[Entry]] = {}
    entry_of: dict[Ground, Entry] = {}
    sanctions: list[Sanction] = []
    covering: dict[Entry, list[Sanction]] = {}
    pending: frozenset[str] = NONE
    rates_over: frozenset[str] = NONE
    waiting: frozenset[str] = NONE
    silenced: frozenset[str] = NONE
    cycle_start: int | None = None

    def advance(self, now: int) -> None:
        """Let everything end that ends at or before now."""
        for tally in self.tallies.values():
            if tally.timers and tally.timers[0][0] <= now:
                tally.advance(now)

    def terminating(self, now: int) -> Sanction | None:
        """Return an irreversible sanction that stands, or that awaits approval."""
        for one in self.sanctions:
            if one.step.irreversible and one.voided_at == NEVER and now < one.closed_at:
                return one
        return None

    def needs_second_person(self, step: Step) -> bool:
        """Tell whether a sanction of this step waits until a second person has approved it."""
        return self.awaits_approvals and step.two_person

    def is_armed(self, tier_id: str, now: int) -> bool:
        """Tell whether a tier fires again without a drop: its last firing came to nothing.

        That one was declined, has lapsed or was lifted; or the tier was crossed while a removal
        awaited approval. Where approvals are assumed, a tier re-arms by a drop alone.
        """
        if not self.awaits_approvals:
            return False
        if tier_id in self.silenced:
            return True
        for one in reversed(self.sanctions):
            if one.tier.id == tier_id and (one.is_lifted or not one.is_voided):
                return one.is_lifted or one.is_closed_at(now)
        return False

    def next_serial(self, tier_id: str) -> int:
        """Return the number of a tier's next firing: 1, 2, ..."""
        serial = 1
        for one in self.sanctions:
            if one.tier.id == tier_id and one.replaces is None:
                serial += 1
        return serial

    def cover(self, sanction: Sanction) -> None:
        """Arrange what being served does to the entries that a sanction covers."""
        step = sanction.step
        if sanction.ends_at == NEVER:
            return
        if step.on_served == "set":
            pinned = frozenset(group_of(entry) for entry in sanction.because)
            sanction.allowance = Allowance(
                sanction.ends_at, 0, pinned, why=sanction.id, leave=step.set_to
            )
            self.tallies[sanction.tier.track].allowances.append(sanction.allowance)
        for entry in sanction.because:
            if sanction.spends or entry.violation.blocked_if is not None:
                self.covering.setdefault(entry, []).append(sanction)
                self.settle(entry)

    def is_covering(self, sanction: Sanction, entry: Entry) -> bool:
        """Tell whether being served, or running, does something to an entry."""
        return sanction in self.covering.get(entry, ())

    def settle(self, entry: Entry) -> None:
        """Set an entry's ends from the sanctions that cover it, and watch for them.

        It is spent at the earliest end of one that was served for it. Where the policy blocks
        expiry under a sanction, it expires when the sanction ends that ran over its due time.
        """
        covering = self.covering.get(entry, ())
        served = [one.ends_at for one in covering if one.spends and one.voided_at >= one.ends_at]
        expires_at = entry.due_at
        if entry.violation.blocked_if is not None:
            for one in covering:
                end = min(one.ends_at, one.voided_at)
                if one.carried_out_at <= expires_at < end:
                    expires_at = end
        entry.end_at(expires_at, min(served, default=NEVER))
        self.tallies[entry.violation.track].watch(entry)

    def firings(self, tier_id: str, since: int, before: Sanction | None = None) -> list[Sanction]:
        """Return a tier's firings carried out after `since`, up to (not with) `before`.

        What was voided, or never carried out, is none.
        """
        found = []
        for one in self.sanctions:
            if one is before:
                break
            stands = one.voided_at == NEVER and one.is_carried_out
            if stands and one.tier.id == tier_id and one.carried_out_at > since:
                found.append(one)
        return found
