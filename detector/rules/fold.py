"""The fold: from a log of events and a policy to the ledger. A pure function of its arguments.

Events count in the order recorded: by `recorded_at`, and where that is equal by position. One that
breaks a rule is refused with its line and the reason, and changes nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, Literal

from msgspec.structs import replace

from detector.rules import refusals
from detector.rules.account import Account, Tallies
from detector.rules.charge import charge, is_too_old, version_for
from detector.rules.entry import Ground
from detector.rules.events import (
    ActionDone,
    Appeal,
    AppealDecided,
    Credit,
    Event,
    Notice,
    Override,
    SanctionDecided,
    Verdict,
    Volume,
    Withdrawn,
)
from detector.rules.firing import fire, reading_of
from detector.rules.identity import count_people
from detector.rules.ledger import Ledger, Refused, SellerState, ledger_of, seller_state
from detector.rules.other_events import decide, evaluate, grant, notice, override
from detector.rules.policy.policy import Evidence, Policies
from detector.rules.review import review, update_stays
from detector.rules.sanction import holders


class Refuse(Exception):  # noqa: N818 - raised and caught inside the fold only
    """An event breaks a rule; the fold turns it into a line of `refused`."""


Approvals = Literal["assumed", "recorded"]
"""Whether each sanction counts as carried out when issued, or waits for its `sanction_decided`."""

Numbered = tuple[int, Event]
"""An event and its line in the log."""


class Fold:
    """The state of a fold: accounts, and what refers to them."""

    def __init__(self, policies: Policies, approvals: Approvals = "assumed") -> None:
        self.policies = policies
        self.awaits_approvals = approvals == "recorded"
        self.first = policies.versions[0]
        self.only = self.first if len(policies.versions) == 1 else None
        self.accounts: dict[str, Account] = {}
        self.account_of: dict[str, Account] = {}
        self.seen: dict[str, Event] = {}
        self.by_machines: dict[str, Verdict] = {}
        self.complaints: dict[str, Ground] = {}
        self.appeals: dict[str, Ground] = {}
        self.gates: dict[tuple[int, tuple[str, ...], int], str | None] = {}
        self.refused: list[Refused] = []
        self.latest: int | None = None

    def run(self, numbered: Iterable[Numbered]) -> None:
        """Apply events, each with its line, that are in the order recorded."""
        seen, latest = self.seen, self.latest
        for line, event in numbered:
            if type(event) is Verdict and event.actor != "person":
                self._refuse_machine(line, event)
                continue
            earlier = seen.get(event.id)
            if earlier is not None:
                if earlier != event:
                    self.refused.append(Refused(line, refusals.conflicts(event)))
                continue
            seen[event.id] = event
            try:
                _APPLY[type(event)](self, event)
            except Refuse as refusal:
                self.refused.append(Refused(line, str(refusal)))
            latest = event.recorded_at
        self.latest = latest

    def add(self, line: int, event: Event) -> str | None:
        """Apply one event more, recorded after those before; return why it is refused, or None."""
        count = len(self.refused)
        self.run([(line, event)])
        return self.refused[-1].why if len(self.refused) > count else None

    def state_at(self, seller_id: str, as_of: int) -> SellerState | None:
        """Return a seller's state at an instant; None where no event names the seller."""
        account = self.account_of.get(seller_id)
        if account is None:
            return None
        return seller_state(seller_id, account, self.policies.at(as_of), as_of)

    def verdicts_behind(self, sanction_id: str) -> list[Verdict]:
        """Return the verdicts below the entries that a sanction rests on, also those that fell."""
        for name in holders(sanction_id):
            for sanction in self.accounts[name].sanctions if name in self.accounts else ():
                if sanction.id == sanction_id:
                    grounds = (ground for entry in sanction.because for ground in entry.grounds)
                    return [ground.verdict for ground in grounds]
        return []

    def _refuse_machine(self, line: int, event: Verdict) -> None:
        """Refuse a detector's verdict; it takes no id, no time and no complaint from people's."""
        earlier = self.by_machines.get(event.id)
        if earlier == event:
            return
        self.by_machines[event.id] = event
        self._account_for(event.seller_id, event.entity_id)
        self.refused.append(Refused(line, refusals.is_by_a_machine(event.id)))

    def _account_for(self, seller_id: str, entity_id: str | None = None) -> Account:
        """Return the ledger of a seller, or of the entity that the policy's scope names."""
        if seller_id in self.account_of:
            return self.account_of[seller_id]
        key = seller_id
        if entity_id is not None and self.first.scope != "seller":
            key = entity_id
        account = self.accounts.get(key)
        if account is None:
            tallies = Tallies(self.first.tracks)
            account = self.accounts[key] = Account(key, tallies, self.awaits_approvals)
        self.account_of[seller_id] = account
        return account

    def verdict(self, event: Verdict) -> None:
        """Accept a person's verdict; an upheld one opens or joins an entry and may fire tiers."""
        account = self.account_of.get(event.seller_id) or self._account_for(
            event.seller_id, event.entity_id
        )
        now = event.recorded_at
        if event.decided_at > now:
            event = replace(event, decided_at=now)
        earlier = self._check_verdict(event)
        policy = self.only or version_for(event, self.policies)
        violation = policy.violations.get(event.violation) if event.outcome == "upheld" else None
        if violation is not None:
            lack = self._missing(violation.evidence, event)
            if lack is not None:
                raise Refuse(refusals.lacks(event, lack))
        ground = self.complaints[event.complaint_id] = Ground(event, earlier)
        account.advance(now)
        fallen = earlier if event.supersedes is not None else None
        if violation is None or is_too_old(event, violation):
            if fallen is not None:
                self._reverse(account, fallen, now)
            return
        before = reading_of(account.tallies[violation.track], now)
        if fallen is not None:
            self._strike(account, fallen, now)
        charge(account, ground, policy, violation)
        fire(account, policy, violation.track, before, now)
        if fallen is not None and fallen in account.entry_of:
            review(
                account, now, account.entry_of[fallen]
            )  # with the new verdict's points, not before them
        elif account.pending:
            update_stays(account, now)

    def _missing(self, gate: Evidence, event: Verdict) -> str | None:
        """Say what a verdict's evidence lacks; the same kinds are looked at once."""
        people = count_people((event.moderator, *event.seconded_by)) if event.seconded_by else 1
        asked = (id(gate), event.evidence, people)
        if asked not in self.gates:
            self.gates[asked] = gate.missing(event.evidence, people)
        return self.gates[asked]

    def _check_verdict(self, event: Verdict) -> Ground | None:
        """Refuse what cannot be a verdict; return the verdict before it on the same complaint."""
        if event.decided_at < event.reported_at:
            raise Refuse(refusals.is_too_early(event))
        earlier = self.complaints.get(event.complaint_id)
        if event.supersedes is None:
            if earlier is not None and not earlier.is_reopened:
                raise Refuse(refusals.is_decided(event.complaint_id, earlier.verdict))
            return earlier
        if earlier is None or earlier.verdict.id != event.supersedes:
            raise Refuse(refusals.supersedes_nothing(event))
        if earlier.verdict.seller_id != event.seller_id:
            raise Refuse(
                f"verdict {event.supersedes!r} is about seller {earlier.verdict.seller_id!r}"
            )
        return earlier

    def _reverse(self, account: Account, ground: Ground, now: int) -> None:
        """Let a verdict stop standing as a ground, and review the sanctions."""
        self._strike(account, ground, now)
        if ground in account.entry_of:
            review(account, now, account.entry_of[ground])

    def _strike(self, account: Account, ground: Ground, now: int) -> None:
        """Let a verdict stop standing as a ground; the sanctions are yet to be reviewed."""
        entry = account.entry_of.get(ground)
        ground.is_standing = False
        ground.pending = None
        account.pending -= {ground.verdict.id}
        if entry is not None:
            entry.refresh()
            account.tallies[entry.violation.track].recount(entry, now)

    def appeal(self, event: Appeal) -> None:
        """Admit an appeal that is in time, the first, and by whom the verdict went against."""
        ground = self._ground_of(event)
        verdict = ground.verdict
        if not ground.is_standing:
            raise Refuse(refusals.stands_no_more(event))
        if (event.by == "seller") != (verdict.outcome == "upheld"):
            raise Refuse(refusals.has_won(event))
        rules = version_for(verdict, self.policies).appeals
        window = None if event.notified_at is None else rules.window
        if window is not None:
            end = refusals.last_day_of(event, verdict, window)
            if event.recorded_at >= end:
                raise Refuse(refusals.is_too_late(event, end))
        if rules.max_per_decision is not None and ground.appeals >= rules.max_per_decision:
            raise Refuse(refusals.was_appealed(event))
        if ground.pending is not None:
            raise Refuse(refusals.is_still_open(event, ground.pending))
        ground.appeals += 1
        ground.pending = event.id
        self.appeals[event.id] = ground
        if event.by == "seller":
            account = self.account_of[verdict.seller_id]
            account.advance(event.recorded_at)
            account.pending |= {verdict.id}
            update_stays(account, event.recorded_at)

    def _ground_of(self, event: Appeal) -> Ground:
        """Return the accepted verdict that an appeal names."""
        verdict = self.seen.get(event.verdict_id)
        if isinstance(verdict, Verdict):
            ground = self.complaints.get(verdict.complaint_id)
            while ground is not None:
                if ground.verdict.id == verdict.id:
                    return ground
                ground = ground.earlier
        raise Refuse(refusals.names_no_verdict(event))

    def appeal_decided(self, event: AppealDecided) -> None:
        """Grant or deny an appeal. Granted to a complainant, it opens the complaint again."""
        ground = self.appeals.get(event.appeal_id)
        if ground is None:
            raise Refuse(refusals.names_no_appeal(event))
        if ground.pending != event.appeal_id:
            raise Refuse(refusals.is_closed(event))
        account, now = self.account_of[ground.verdict.seller_id], event.recorded_at
        account.advance(now)
        ground.pending = None
        account.pending -= {ground.verdict.id}
        if event.outcome == "denied":
            update_stays(account, now)
        elif ground.verdict.outcome == "upheld":
            self._reverse(account, ground, now)
        else:
            ground.is_standing = False
            ground.is_reopened = True

    def withdrawn(self, event: Withdrawn) -> None:
        """Change nothing: a withdrawal goes to a person's review, it reverses nothing by itself."""

    def action_done(self, event: ActionDone) -> None:
        """Record that the platform carried a sanction out."""
        account = self._sanctioned(event.sanction_id)
        for sanction in account.sanctions:
            if sanction.id == event.sanction_id and sanction.done_at is None:
                sanction.done_at = event.recorded_at

    def sanction_decided(self, event: SanctionDecided) -> None:
        """Carry out, decline or let lapse a sanction; nothing to do where approvals are assumed."""
        if not self.awaits_approvals:
            return
        account = self._sanctioned(event.sanction_id)
        account.advance(event.recorded_at)
        sanction = next(one for one in account.sanctions if one.id == event.sanction_id)
        why_not = decide(account, sanction, event)
        if why_not:
            raise Refuse(why_not)

    def credit(self, event: Credit) -> None:
        """Give points back to a seller."""
        account = self._account_for(event.seller_id)
        account.advance(event.recorded_at)
        why_not = grant(account, event, self.policies.at(event.recorded_at))
        if why_not:
            raise Refuse(f"credit {event.id!r}: {why_not}")

    def notice(self, event: Notice) -> None:
        """Record whether the notice of a sanction reached the seller."""
        account = self._sanctioned(event.sanction_id)
        for sanction in account.sanctions:
            if sanction.id == event.sanction_id:
                notice(sanction, event)

    def override(self, event: Override) -> None:
        """Carry out a person's override, which names a reason."""
        verdict = self.seen.get(event.target_id)
        if event.action == "forgive" and isinstance(verdict, Verdict):
            account = self._account_for(verdict.seller_id)
        else:
            account = self._sanctioned(event.target_id)
        account.advance(event.recorded_at)
        why_not = override(account, event)
        if why_not:
            raise Refuse(f"override {event.id!r}: {why_not}")

    def volume(self, event: Volume) -> None:
        """Evaluate the tiers by rate with a seller's transactions."""
        account = self._account_for(event.seller_id)
        account.advance(event.recorded_at)
        evaluate(account, event, self.policies.at(event.recorded_at))

    def _sanctioned(self, sanction_id: str) -> Account:
        """Return the account of a sanction; an id starts with that of its account."""
        for name in holders(sanction_id):
            account = self.accounts.get(name)
            if account is not None and any(
                sanction.id == sanction_id for sanction in account.sanctions
            ):
                return account
        raise Refuse(refusals.names_no_target(sanction_id))


def fold(
    events: Iterable[Event],
    policies: Policies,
    *,
    as_of: int | None = None,
    known_at: int | None = None,
    approvals: Approvals = "assumed",
) -> Ledger:
    """Fold events into the ledger of every seller.

    `as_of` (microseconds UTC) is the instant of balances, states and statuses; without it
    `known_at`, else the latest recorded time. `known_at` leaves out what was recorded later. An
    event's line, which refusals name, is its place among the events, from 1. With `approvals`
    recorded, a step that needs a second person waits for that decision.
    """
    at = known_at if as_of is None else as_of
    return fold_known(in_order(enumerate(events, 1), known_at), policies, at, approvals)


def fold_known(
    known: Iterable[Numbered],
    policies: Policies,
    as_of: int | None,
    approvals: Approvals = "assumed",
) -> Ledger:
    """Fold events that are in the order recorded, each with its line."""
    state = Fold(policies, approvals)
    state.run(known)
    at = state.latest or 0 if as_of is None else as_of
    return ledger_of(state.account_of, policies, state.refused, at)


def in_order(numbered: Iterable[Numbered], known_at: int | None = None) -> list[Numbered]:
    """Return what is known at an instant, in the order recorded."""
    if known_at is None:
        return sorted(numbered, key=_recorded_at)
    return sorted([one for one in numbered if one[1].recorded_at <= known_at], key=_recorded_at)


def _recorded_at(numbered: Numbered) -> int:
    return numbered[1].recorded_at


_APPLY: Final[dict[type, Callable[[Fold, Any], None]]] = {
    Verdict: Fold.verdict,
    Appeal: Fold.appeal,
    AppealDecided: Fold.appeal_decided,
    Withdrawn: Fold.withdrawn,
    ActionDone: Fold.action_done,
    Credit: Fold.credit,
    SanctionDecided: Fold.sanction_decided,
    Notice: Fold.notice,
    Override: Fold.override,
    Volume: Fold.volume,
}
