"""What a marketplace submits to the EU's DSA Transparency Database for a period.

A record says what was known when its restriction was applied: a later appeal takes nothing out of
it, as the restriction was in force all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from detector.rules.fold import Approvals, Fold, Numbered, in_order
from detector.rules.policy.policy import Policies
from detector.rules.reports.elements import UNKNOWN, BackgroundFor
from detector.rules.reports.explanation import AccountAt, grounds_of
from detector.rules.reports.statement import sanction_of
from detector.rules.reports.transparency import record_of


def records_between(
    numbered: Iterable[Numbered],
    policies: Policies,
    begin: int,
    end: int,
    approvals: Approvals = "assumed",
) -> Iterator[dict[str, Any]]:
    """Yield the record of each restriction applied from `begin` on and before `end`."""
    known = list(in_order(numbered))
    state = Fold(policies, approvals)
    state.run(known)
    applied = {
        sanction.id: (sanction.carried_out_at, seller_id)
        for seller_id, account in state.account_of.items()
        for sanction in account.sanctions
        if begin <= sanction.carried_out_at < end
    }
    for sanction_id, (at, seller_id) in sorted(applied.items(), key=lambda one: (one[1], one[0])):
        record = record_as_applied(known, policies, seller_id, sanction_id, at, approvals)
        if record is not None:
            yield record


def record_as_applied(
    known: Sequence[Numbered],
    policies: Policies,
    seller_id: str,
    sanction_id: str,
    at: int,
    approvals: Approvals = "assumed",
    background_for: BackgroundFor = lambda _: UNKNOWN,
) -> dict[str, Any] | None:
    """Return the record of a sanction as it was when it was applied; None where it needs none.

    `known` are the seller's events, in order. Raises BadInput where there is no such sanction.
    """
    state = Fold(policies, approvals)
    state.run([one for one in known if one[1].recorded_at <= at])
    ledger = state.state_at(seller_id, at)
    if ledger is None:
        return None
    then = AccountAt(ledger, state.account_of[seller_id], at)
    grounds = grounds_of(sanction_of(then, sanction_id).because)
    background = background_for([one.verdict.id for one in grounds])
    return record_of(then, sanction_id, background)
