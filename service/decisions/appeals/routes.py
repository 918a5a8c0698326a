"""HTTP for appeals."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from service.decisions.appeals import actions
from service.decisions.appeals.schemas import (
    Appeal,
    AppealDecided,
    AppealDecision,
    Opinion,
    OpinionShown,
)
from service.decisions.schemas import AppealShown
from service.decisions.transaction import decide_in
from service.http.access.gate import allows
from service.http.access.keys import Caller
from service.http.admission import router_of
from service.http.context import Context
from service.http.fields import PathId
from service.http.idempotency.idempotency_key import IdempotencyKey
from service.roles import DECIDERS, PARTIES

filing = router_of("appeals")
deciding = router_of("appeals")


@filing.post("/v1/complaints/{complaint_id:path}/appeal", status_code=HTTPStatus.CREATED)
def file_appeal(
    complaint_id: PathId,
    body: Appeal,
    context: Context,
    caller: Annotated[Caller, allows(PARTIES)],
    key: IdempotencyKey,
) -> AppealShown:
    """Appeal against a complaint's verdict: the seller if upheld, else the complainant."""
    return decide_in(
        context,
        key,
        caller,
        lambda transaction: actions.file_appeal(transaction, complaint_id, body),
        HTTPStatus.CREATED,
    )


@deciding.post("/v1/appeals/{appeal_id}/opinion", status_code=HTTPStatus.CREATED)
def give_opinion(
    appeal_id: PathId,
    body: Opinion,
    context: Context,
    caller: Annotated[Caller, allows(DECIDERS)],
    key: IdempotencyKey,
) -> OpinionShown:
    """Store, once, what one thinks of an appealed complaint; never by who gave the verdict."""
    return decide_in(
        context,
        key,
        caller,
        lambda transaction: actions.give_opinion(transaction, appeal_id, body),
        HTTPStatus.CREATED,
    )


@deciding.post("/v1/appeals/{appeal_id}/decision")
def decide_appeal(
    appeal_id: PathId,
    body: AppealDecision,
    context: Context,
    caller: Annotated[Caller, allows(DECIDERS)],
    key: IdempotencyKey,
) -> AppealDecided:
    """Grant or deny an appeal; never by who gave the verdict."""
    decided = decide_in(
        context,
        key,
        caller,
        lambda transaction: actions.decide_appeal(transaction, appeal_id, body),
    )
    context.wake_worker()
    return decided
