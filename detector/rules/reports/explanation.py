"""A seller's points explained: every entry with its decisions, policy version, expiry and appeals.

`explain` folds a log and tells one seller's ledger in full; `turning_points` says which decisions a
sanction hangs on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from detector.errors import BadInput
from detector.rules.account import Account
from detector.rules.charge import is_too_old, version_for
from detector.rules.entry import Entry, Ground
from detector.rules.events import Event, Verdict
from detector.rules.fold import Approvals, Fold, Numbered, in_order
from detector.rules.justification import justified_step, resting_on
from detector.rules.ledger import (
    EntryView,
    Refused,
    SellerLedger,
    SellerState,
    is_over,
    seller_ledger,
)
from detector.rules.policy.policy import Policies
from detector.rules.sanction import Sanction


class GroundLine(NamedTuple):
    """One decision below an entry. `appeal` is none, open, granted, denied or superseded."""

    verdict_id: str
    complaint_id: str
    moderator: str
    decided_at: int
    violation: str
    evidence: tuple[str, ...]
    points: int
    is_standing: bool
    appeal: str


class EntryLine(NamedTuple):
    """One entry as a line of the table; `counts` is the points it takes now.

    `why` says what took points off it, such as a cap or an appeal; empty where nothing did.
    """

    entry_id: str
    order_id: str | None
    counts: int
    points: int
    state: str
    opened_at: int
    expires_at: int | None
    track: str
    policy: str
    grounds: tuple[GroundLine, ...]
    why: str


class AccountAt(NamedTuple):
    """A seller's account at an instant, and what it says: all that a statement rests on."""

    ledger: SellerState
    account: Account
    as_of: int


class Explanation(NamedTuple):
    """A seller's ledger, its entries in full, and the account behind them."""

    ledger: SellerLedger
    lines: tuple[EntryLine, ...]
    account: Account
    refused: Sequence[Refused]
    as_of: int
    without_points: tuple[str, ...]
    """The seller's verdicts that took no points though they were to: refused, or not charged."""


def explain(
    events: Iterable[Event],
    policies: Policies,
    seller_id: str,
    *,
    as_of: int | None = None,
    known_at: int | None = None,
    approvals: Approvals = "assumed",
) -> Explanation:
    """Explain one seller's points at an instant. Raises BadInput for a seller the log lacks."""
    known = in_order(enumerate(events, 1), known_at)
    at = known_at if as_of is None else as_of
    return explain_known(known, policies, seller_id, at, approvals)


def explain_known(
    known: Iterable[Numbered],
    policies: Policies,
    seller_id: str,
    as_of: int | None,
    approvals: Approvals = "assumed",
) -> Explanation:
    """Explain the same from events that are in the order recorded, each with its line."""
    state = Fold(policies, approvals)
    numbered = list(known)
    state.run(numbered)
    at = state.latest or 0 if as_of is None else as_of
    account = state.account_of.get(seller_id)
    if account is None:
        raise BadInput(f"the log knows no seller {seller_id!r}")
    ledger = seller_ledger(seller_id, account, policies.at(at), at)
    entries = {entry.id: entry for tally in account.tallies.values() for entry in tally.entries}
    lines = []
    for view in ledger.entries:
        grounds = tuple(ground_line(one) for one in entries[view.id].grounds)
        counts = view.points if view.state == "standing" else 0
        order = entries[view.id].grounds[0].verdict.order_id
        lines.append(
            EntryLine(
                view.id,
                order,
                counts,
                view.points,
                view.state,
                view.opened_at,
                view.expires_at,
                view.track,
                view.policy,
                grounds,
                _why(entries[view.id], view, account),
            )
        )
    unpaid = tuple(_without_points(numbered, state, seller_id))
    return Explanation(ledger, tuple(lines), account, state.refused, at, unpaid)


def _without_points(numbered: Iterable[Numbered], state: Fold, seller_id: str) -> Iterator[str]:
    refused = {one.line: one.why for one in state.refused}
    for line, event in numbered:
        if not isinstance(event, Verdict) or event.seller_id != seller_id:
            continue
        if line in refused:
            yield f"line {line} refused: {refused[line]}"
        elif event.outcome == "upheld" and event.actor == "person":
            policy = version_for(event, state.policies)
            violation = policy.violations.get(event.violation)
            if violation is None:
                [name] = state.policies.unknown([event.violation]) or [f"{event.violation!r}"]
                yield f"verdict {event.id!r} took no points: {policy.label} does not charge {name}"
            elif is_too_old(event, violation):
                yield f"verdict {event.id!r} took no points: decided too long after the conduct"


def _why(entry: Entry, view: EntryView, account: Account) -> str:
    """Say why an entry counts less than its decisions cost, or no more."""
    cost = entry.charged()
    if view.state == "spent":
        served = [
            one.id for one in account.covering.get(entry, ()) if one.ends_at == entry.spent_at
        ]
        return f"served: {', '.join(served)}"
    if view.state == "reversed":
        is_won = any(ground.appeals and not ground.is_standing for ground in entry.grounds)
        how = "forgiven" if entry.is_forgiven else "appeal granted" if is_won else "superseded"
        return f"{how}: {cost} given back"
    if view.state == "expired":
        return "expired"
    cap, parts = entry.violation.cap, []
    if entry.points < cost:
        parts.append(f"appeal granted or superseded: {cost - entry.points} given back")
    if cap is not None and view.points < entry.points:
        parts.append(f"capped: {cap.points} a {cap.per}")
    if not cost and any(ground.is_waived for ground in entry.grounds):
        parts.append("waived: the first of its kind")
    return "; ".join(parts)


def ground_line(ground: Ground) -> GroundLine:
    """Tell one decision and what became of it."""
    verdict = ground.verdict
    return GroundLine(
        verdict.id,
        verdict.complaint_id,
        verdict.moderator,
        verdict.decided_at,
        verdict.violation,
        verdict.evidence,
        ground.points,
        ground.is_standing,
        _appeal_of(ground),
    )


def _appeal_of(ground: Ground) -> str:
    if ground.pending is not None:
        return "open"
    if ground.is_standing:
        return "denied" if ground.appeals else "none"
    return "granted" if ground.appeals else "superseded"


def grounds_of(entries: Iterable[Entry]) -> list[Ground]:
    """Return the standing grounds of entries."""
    return [ground for entry in entries for ground in entry.grounds if ground.is_standing]


def rests_on(explanation: Explanation | AccountAt, sanction: Sanction) -> list[Entry]:
    """Return the standing entries that a sanction rests on now; nothing where it has ended."""
    account, as_of = explanation.account, explanation.as_of
    if sanction.is_voided or is_over(sanction, account, sanction.policy, as_of):
        return []
    return [entry for entry in resting_on(account, sanction) if entry.is_standing]


def turning_points(account: Account, sanction: Sanction) -> tuple[list[str], int]:
    """Tell which single decisions a sanction hangs on, and how many must fall for it to fall.

    Returns the verdicts without any one of which it would be void or milder, and the number of
    decisions, dearest first, that would have to be reversed together (0 when none would do).
    """
    grounds = grounds_of(resting_on(account, sanction))
    alone = [one.verdict.id for one in grounds if _falls(account, sanction, {one.verdict.id})]
    if alone:
        return alone, 1
    dearest = sorted(grounds, key=lambda one: (-one.points, one.verdict.id))
    for count in range(2, len(dearest) + 1):
        if _falls(account, sanction, {one.verdict.id for one in dearest[:count]}):
            return [], count
    return [], 0


def _falls(account: Account, sanction: Sanction, without: set[str]) -> bool:
    return justified_step(account, sanction, without=without) != sanction.step_index
