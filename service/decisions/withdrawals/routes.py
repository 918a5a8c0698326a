"""HTTP for withdrawals. They come before the complaint itself, whose id may hold slashes."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from service.decisions.schemas import WithdrawalShown
from service.decisions.transaction import decide_in
from service.decisions.withdrawals import actions
from service.decisions.withdrawals.schemas import (
    Withdrawal,
    WithdrawalDecided,
    WithdrawalDecision,
)
from service.http.access.gate import allows
from service.http.access.keys import Caller
from service.http.admission import router_of
from service.http.context import Context
from service.http.fields import PathId
from service.http.idempotency.idempotency_key import IdempotencyKey
from service.roles import DECIDERS, PARTIES

filing = router_of("withdrawals")
deciding = router_of("withdrawals")


@filing.post("/v1/complaints/{complaint_id:path}/withdrawal", status_code=HTTPStatus.CREATED)
def withdraw_complaint(
    complaint_id: PathId,
    body: Withdrawal,
    context: Context,
    caller: Annotated[Caller, allows(PARTIES)],
    key: IdempotencyKey,
) -> WithdrawalShown:
    """Take a complaint back: that ends its review; an upheld verdict waits for a person."""
    withdrawn = decide_in(
        context,
        key,
        caller,
        lambda transaction: actions.withdraw(transaction, complaint_id, body),
        HTTPStatus.CREATED,
    )
    context.wake_worker()
    return withdrawn


@deciding.post("/v1/complaints/{complaint_id:path}/withdrawal/decision")
def decide_withdrawal(
    complaint_id: PathId,
    body: WithdrawalDecision,
    context: Context,
    caller: Annotated[Caller, allows(DECIDERS)],
    key: IdempotencyKey,
) -> WithdrawalDecided:
    """Let the verdict on a withdrawn complaint fall, or stand; never by who gave it."""
    decided = decide_in(
        context,
        key,
        caller,
        lambda transaction: actions.decide_withdrawal(transaction, complaint_id, body),
    )
    context.wake_worker()
    return decided
