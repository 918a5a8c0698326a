"""HTTP for withdrawals. They come before the complaint itself, whose id may hold slashes."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query

from service.decisions.withdrawals import actions
from service.decisions.withdrawals.schemas import (
    Withdrawal,
    WithdrawalDecided,
    WithdrawalDecision,
    WithdrawalOutcome,
    WithdrawalPage,
    WithdrawalShown,
)
from service.http.access.gate import allows
from service.http.access.keys import Caller
from service.http.context import House
from service.http.fields import PathId
from service.http.idempotency.idempotency_key import RunOnce
from service.roles import DECIDERS, PARTIES, READERS

router = APIRouter(tags=["withdrawals"])


@router.post("/v1/complaints/{complaint_id:path}/withdrawal", status_code=HTTPStatus.CREATED)
def withdraw_complaint(
    complaint_id: PathId,
    body: Withdrawal,
    house: House,
    caller: Annotated[Caller, allows(PARTIES)],
    once: RunOnce,
) -> WithdrawalShown:
    """Take a complaint back: that ends its review; an upheld verdict waits for a person."""
    return house.write(
        once,
        lambda connection: actions.withdraw(
            connection, complaint_id, body, house.policies, caller=caller, now=house.clock()
        ),
        HTTPStatus.CREATED,
    )


@router.get("/v1/withdrawals")
def list_withdrawals(
    house: House,
    _: Annotated[Caller, allows(READERS)],
    outcome: WithdrawalOutcome = "open",
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    cursor: str | None = None,
) -> WithdrawalPage:
    """Withdrawals, oldest first; without an outcome, those whose verdict waits for a person."""
    with house.database.reading() as connection:
        return actions.withdrawals_page(connection, outcome, limit=limit, cursor=cursor)


@router.post("/v1/complaints/{complaint_id:path}/withdrawal/decision")
def decide_withdrawal(
    complaint_id: PathId,
    body: WithdrawalDecision,
    house: House,
    caller: Annotated[Caller, allows(DECIDERS)],
    once: RunOnce,
) -> WithdrawalDecided:
    """Let the verdict on a withdrawn complaint fall, or stand; never by who gave it."""
    decided = house.write(
        once,
        lambda connection: actions.decide(
            connection, complaint_id, body, house.policies, caller=caller, now=house.clock()
        ),
    )
    house.wake_worker()
    return decided
