"""Pure: what the rules say of a seller in words."""

from __future__ import annotations

from collections.abc import Mapping

from detector.rules import Policies
from detector.rules.reports.comparison import UNDONE
from detector.rules.reports.explanation import AccountAt
from detector.rules.reports.statement import statement_of
from detector.rules.reports.transparency import record_of
from service.decisions.schemas import SanctionState
from service.decisions.seller_log import SellerLog
from service.views.rulebook.schemas import StatementShown


def statements_in(
    log: SellerLog, policies: Policies, state_of: Mapping[str, SanctionState], *, now: int
) -> list[StatementShown]:
    """The statements of reasons for a seller's sanctions that were not voided, oldest first.

    `state_of` says what became of those that had to be carried out.
    """
    at = max(now, log.last_recorded_at)
    with log.folded(policies) as folded:
        state = folded.fold.state_at(log.seller_id, at)
        if state is None:
            return []
        account = AccountAt(state, folded.fold.account_of[log.seller_id], at)
        return [
            StatementShown(
                sanction_id=one.id,
                kind=one.kind,
                state=one.state,
                approval=state_of.get(one.id),
                issued_at=one.issued_at,
                text=statement_of(account, one.id, one.carried_out_at or one.issued_at).text,
                record=record_of(account, one.id),
            )
            for one in state.sanctions
            if one.state not in UNDONE
        ]
