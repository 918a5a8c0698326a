"""Pure: what the rules say of a seller in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from detector.rules import Policies, SanctionView
from detector.rules.reports.comparison import UNDONE
from detector.rules.reports.elements import BackgroundFor
from detector.rules.reports.explanation import AccountAt, grounds_of, rests_on
from detector.rules.reports.statement import Statement, sanction_of, statement_of
from detector.rules.reports.transparency import record_of
from service.decisions.schemas import SanctionState
from service.decisions.seller_log import SellerLog
from service.views.rulebook.schemas import StatementShown


class Stated(NamedTuple):
    """A sanction, its statement of reasons, and its record for the EU's database."""

    sanction: SanctionView
    verdict_ids: list[str]
    """What it rests on."""
    statement: Statement
    record: dict[str, Any] | None


def stated_of(
    log: SellerLog, policies: Policies, background_for: BackgroundFor, *, now: int
) -> list[Stated]:
    """The statements of reasons for a seller's sanctions, voided ones among them, oldest first."""
    at = max(now, log.last_recorded_at)
    with log.folded(policies) as folded:
        state = folded.fold.state_at(log.seller_id, at)
        if state is None:
            return []
        account = AccountAt(state, folded.fold.account_of[log.seller_id], at)
        return [_stated(account, one, background_for) for one in state.sanctions]


def _stated(account: AccountAt, one: SanctionView, background_for: BackgroundFor) -> Stated:
    grounds = grounds_of(rests_on(account, sanction_of(account, one.id)))
    verdict_ids = [ground.verdict.id for ground in grounds]
    background = background_for(verdict_ids)
    begun = one.carried_out_at or one.issued_at
    return Stated(
        one,
        verdict_ids,
        statement_of(account, one.id, begun, background),
        record_of(account, one.id, background),
    )


def statements_in(
    log: SellerLog,
    policies: Policies,
    state_of: Mapping[str, SanctionState],
    background_for: BackgroundFor,
    *,
    now: int,
) -> list[StatementShown]:
    """The statements for sanctions that were not voided, as they are shown.

    `state_of` says what became of those that had to be carried out.
    """
    return [
        StatementShown(
            sanction_id=sanction.id,
            kind=sanction.kind,
            state=sanction.state,
            approval=state_of.get(sanction.id),
            issued_at=sanction.issued_at,
            text=statement.text,
            verdict_ids=verdict_ids,
            record=record,
        )
        for sanction, verdict_ids, statement, record in stated_of(
            log, policies, background_for, now=now
        )
        if sanction.state not in UNDONE
    ]
