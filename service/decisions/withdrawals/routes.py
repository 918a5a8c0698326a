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
from service.http.context import Context
from service.http.fields import PathId
from service.http.idempotency.idempotency_key import IdempotencyKey
from service.roles import DECIDERS, PARTIES, READERS

router = APIRouter(tags=["withdrawals"])


@router.post("/v1/complaints/{complaint_id:path}/withdrawal", status_code=HTTPStatus.CREATED)
def withdraw_complaint(
    complaint_id: PathId,
    body: Withdrawal,
    context: Context,
    caller: Annotated[Caller, allows(PARTIES)],
    key: IdempotencyKey,
) -> WithdrawalShown:
    """Take a complaint back: that ends its review; an upheld verdict waits for a person."""
    return context.write(
        key,
        lambda connection: actions.withdraw(
            connection, complaint_id, body, context.policies, caller=caller, now=context.clock()
        ),
        HTTPStatus.CREATED,
    )


@router.get("/v1/withdrawals")
def list_withdrawals(
    context: Context,
    _: Annotated[Caller, allows(READERS)],
    outcome: WithdrawalOutcome = "open",
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    cursor: str | None = None,
) -> WithdrawalPage:
    """Withdrawals, oldest first; without an outcome, those whose verdict waits for a person."""
    with context.database.reading() as connection:
        return actions.withdrawals_page(connection, outcome, limit=limit, cursor=cursor)


@router.post("/v1/complaints/{complaint_id:path}/withdrawal/decision")
def decide_withdrawal(
    complaint_id: PathId,
    body: WithdrawalDecision,
    context: Context,
    caller: Annotated[Caller, allows(DECIDERS)],
    key: IdempotencyKey,
) -> WithdrawalDecided:
    """Let the verdict on a withdrawn complaint fall, or stand; never by who gave it."""
    decided = context.write(
        key,
        lambda connection: actions.decide(
            connection, complaint_id, body, context.policies, caller=caller, now=context.clock()
        ),
    )
    context.wake_worker()
    return decided
