"""HTTP for what waits for a decision, and for what was decided."""

from __future__ import annotations

from typing import Annotated, Literal

from service.decisions.schemas import SanctionState, VerdictShown, WithdrawalOutcome
from service.http.access.gate import allows
from service.http.access.keys import Caller
from service.http.admission import router_of
from service.http.context import Context
from service.http.fields import PathId
from service.http.paging import PageSize
from service.roles import READERS
from service.views.decisions import actions
from service.views.decisions.schemas import (
    AppealListed,
    AppealPage,
    ProposalPage,
    SanctionFull,
    SanctionPage,
    WithdrawalPage,
)

verdicts = router_of("verdicts")
appeals = router_of("appeals")
withdrawals = router_of("withdrawals")
sanctions = router_of("sanctions")
Reader = Annotated[Caller, allows(READERS)]


@verdicts.get("/v1/verdicts/{verdict_id}")
def show_verdict(verdict_id: PathId, context: Context, _: Reader) -> VerdictShown:
    """One verdict: entries and sanctions name those they rest on."""
    with context.database.reading() as connection:
        return actions.show_verdict(connection, verdict_id)


@verdicts.get("/v1/proposals")
def list_proposals(
    context: Context,
    _: Reader,
    limit: PageSize = 50,
    cursor: str | None = None,
) -> ProposalPage:
    """Proposed verdicts that wait for others to agree, oldest first."""
    with context.database.reading() as connection:
        return actions.proposals_page(connection, limit=limit, cursor=cursor)


@appeals.get("/v1/appeals")
def list_appeals(
    context: Context,
    _: Reader,
    outcome: Literal["open", "granted", "denied"] = "open",
    limit: PageSize = 50,
    cursor: str | None = None,
) -> AppealPage:
    """Appeals, oldest first; without an outcome, those that wait for their decision."""
    with context.database.reading() as connection:
        return actions.appeals_page(connection, outcome, limit=limit, cursor=cursor)


@appeals.get("/v1/appeals/{appeal_id}")
def show_appeal(appeal_id: PathId, context: Context, _: Reader) -> AppealListed:
    """One appeal, with what it is about."""
    with context.database.reading() as connection:
        return actions.show_appeal(connection, appeal_id)


@withdrawals.get("/v1/withdrawals")
def list_withdrawals(
    context: Context,
    _: Reader,
    outcome: WithdrawalOutcome = "open",
    limit: PageSize = 50,
    cursor: str | None = None,
) -> WithdrawalPage:
    """Withdrawals, oldest first; without an outcome, those whose verdict waits for a person."""
    with context.database.reading() as connection:
        return actions.withdrawals_page(connection, outcome, limit=limit, cursor=cursor)


@sanctions.get("/v1/sanctions")
def list_sanctions(
    context: Context,
    _: Reader,
    state: SanctionState = "waiting",
    limit: PageSize = 100,
    cursor: str | None = None,
) -> SanctionPage:
    """Sanctions in a state, oldest first; without one, those that wait for a second person."""
    with context.database.reading() as connection:
        return actions.sanctions_page(
            connection, state, now=context.clock(), limit=limit, cursor=cursor
        )


@sanctions.get("/v1/sanctions/{sanction_id:path}")
def show_sanction(sanction_id: PathId, context: Context, _: Reader) -> SanctionFull:
    """One suspension, removal or restriction, with the verdicts it rests on."""
    with context.database.reading() as connection:
        return actions.show_sanction(connection, sanction_id, context.policies, now=context.clock())
