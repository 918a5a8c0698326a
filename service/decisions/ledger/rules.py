"""Pure decisions about a ledger: a seller's standing, and what an event does to it."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import Any

from detector.errors import Refusal
from detector.instants import text_of
from detector.rules import EntryView, Policies, SellerState, event_of
from detector.rules.account import Account
from detector.rules.events import Verdict
from detector.rules.ledger import EntryMark, entries_begun, entry_marks, entry_views
from service.decisions.ledger.schemas import EntryState, Standing
from service.decisions.seller_log import Folded, SellerLog
from service.refusals import ClockBehind, VerdictRefused


@dataclass(frozen=True, slots=True)
class Step:
    """An event to be recorded, and the seller's standing before and after it."""

    at: int
    """When it is recorded, in microseconds UTC: never before the event that precedes it."""
    body: dict[str, Any]
    before: SellerState
    after: SellerState
    changed: tuple[str, ...]
    """The entries that are new or changed: what a credit gives back changes none."""

    @property
    def standings(self) -> dict[str, Any]:
        """The standing before and after, as the audit chain records them."""
        return {
            "before": standing_shown(self.before).model_dump(),
            "after": standing_shown(self.after).model_dump(),
        }


def step_of(
    log: SellerLog,
    body: dict[str, Any],
    policies: Policies,
    *,
    now: int,
    refusal: type[Refusal] = VerdictRefused,
) -> Step:
    """What an event would do; raises `refusal` in the policy's words where the rules refuse it."""
    at = max(now, log.last_recorded_at)
    stamped = {**body, "recorded_at": text_of(at)}
    with log.folded(policies) as folded:
        before, known = _state_in(folded, log.seller_id, at), _marks_in(folded, log, at)
        why_not = folded.add(event_of(stamped))
        if why_not is not None:
            log.read.forget_state()
            raise refusal(why_not)
        after, marks = _state_in(folded, log.seller_id, at), _marks_in(folded, log, at)
        changed = [name for name, mark in marks.items() if known.get(name) != mark]
    return Step(at, stamped, before, after, tuple(changed))


def check_clock(seller_id: str, at: int, *, now: int, skew_us: int) -> None:
    """Raise ClockBehind where a seller's last event lies further ahead of now than clocks differ.

    Within that, an event is recorded at the instant of the one before it, so that the log's order
    is the order of its instants as well.
    """
    if at > now + skew_us:
        raise ClockBehind(
            f"the last event of seller {seller_id!r} was recorded at "
            f"{text_of(at)}, and this clock says {text_of(now)}: nothing is "
            "recorded until the clocks agree again; set the wrong one right"
        )


def standing_of(log: SellerLog, policies: Policies, *, now: int) -> SellerState | None:
    """The seller's sanctions, balance and status at an instant; None without events.

    What is recorded counts, so never before the last event: another host's clock may be ahead.
    """
    with log.folded(policies) as folded:
        return folded.fold.state_at(log.seller_id, max(now, log.last_recorded_at))


def standing_or_start(log: SellerLog, policies: Policies, *, now: int) -> SellerState:
    """The same, with full points when nothing was ever recorded."""
    with log.folded(policies) as folded:
        return _state_in(folded, log.seller_id, max(now, log.last_recorded_at))


def entries_page(
    log: SellerLog,
    policies: Policies,
    *,
    now: int,
    limit: int,
    after: tuple[int, str] | None = None,
    state: EntryState | None = None,
) -> list[EntryView]:
    """At most so many of the seller's entries, oldest first, after the one of an instant and id."""
    at = max(now, log.last_recorded_at)
    with log.folded(policies) as folded:
        account = _account_in(folded, log)
        if account is None:
            return []
        entries = entries_begun(account, at)
        if after is not None:
            first = bisect_left(entries, after[0], key=lambda one: one.opened_at)
            ids = (place for place in range(first, len(entries)) if entries[place].id == after[1])
            entries = entries[next(ids, first - 1) + 1 :]
        if state is not None:
            entries = [one for one in entries if one.state_at(at) == state]
        return entry_views(account, entries[:limit], at)


def entry_with(
    log: SellerLog, verdict_id: str, policies: Policies, *, now: int
) -> EntryView | None:
    """The seller's entry that a verdict belongs to; None where it took no points."""
    at = max(now, log.last_recorded_at)
    with log.folded(policies) as folded:
        account = _account_in(folded, log)
        grounds = account.entry_of.items() if account else ()
        its = [entry for ground, entry in grounds if ground.verdict.id == verdict_id]
        return entry_views(account, its, at)[0] if account and its else None


def verdicts_behind(log: SellerLog, sanction_id: str, policies: Policies) -> list[Verdict]:
    """The verdicts that a sanction of the seller rests on."""
    with log.folded(policies) as folded:
        return folded.fold.verdicts_behind(sanction_id)


def override(
    target_id: str, why: str, *, override_id: str, person: str, **action: str
) -> dict[str, Any]:
    """A person's exception to what the rules say about a sanction or entry, as an event."""
    event = {"event": "override", "id": override_id, "target_id": target_id}
    return {**event, "moderator": person, "why": why, **action}


def standing_shown(ledger: SellerState) -> Standing:
    """A seller's standing, as responses show it."""
    return Standing(points=ledger.balance, level=ledger.level, status=ledger.status)


def _state_in(folded: Folded, seller_id: str, at: int) -> SellerState:
    state = folded.fold.state_at(seller_id, at)
    if state is not None:
        return state
    track = next(iter(folded.policies.at(at).tracks.values()))
    return SellerState(
        seller_id=seller_id, balance=track.start, level=0, status="active", tracks={}
    )


def _marks_in(folded: Folded, log: SellerLog, at: int) -> dict[str, EntryMark]:
    account = _account_in(folded, log)
    return {} if account is None else entry_marks(account, at)


def _account_in(folded: Folded, log: SellerLog) -> Account | None:
    return folded.fold.account_of.get(log.seller_id)
