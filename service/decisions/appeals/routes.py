"""HTTP for appeals."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Query

from service.decisions.appeals import actions
from service.decisions.appeals.schemas import (
    Appeal,
    AppealDecided,
    AppealDecision,
    AppealListed,
    AppealPage,
    AppealShown,
)
from service.http.access.gate import allows
from service.http.access.keys import Caller
from service.http.context import Context
from service.http.fields import PathId
from service.http.idempotency.idempotency_key import IdempotencyKey
from service.roles import DECIDERS, PARTIES, READERS

router = APIRouter(tags=["appeals"])


@router.post("/v1/complaints/{complaint_id:path}/appeal", status_code=HTTPStatus.CREATED)
def file_appeal(
    complaint_id: PathId,
    body: Appeal,
    context: Context,
    caller: Annotated[Caller, allows(PARTIES)],
    key: IdempotencyKey,
) -> AppealShown:
    """Appeal against a complaint's verdict: the seller if upheld, else the complainant."""
    return context.write(
        key,
        lambda connection: actions.file_appeal(
            connection, complaint_id, body, context.policies, caller=caller, now=context.clock()
        ),
        HTTPStatus.CREATED,
    )


@router.get("/v1/appeals")
def list_appeals(
    context: Context,
    _: Annotated[Caller, allows(READERS)],
    outcome: Literal["open", "granted", "denied"] = "open",
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    cursor: str | None = None,
) -> AppealPage:
    """Appeals, oldest first; without an outcome, those that wait for their decision."""
    with context.database.reading() as connection:
        return actions.appeals_page(connection, outcome, limit=limit, cursor=cursor)


@router.get("/v1/appeals/{appeal_id}")
def show_appeal(
    appeal_id: PathId, context: Context, _: Annotated[Caller, allows(READERS)]
) -> AppealListed:
    """One appeal, with what it is about."""
    with context.database.reading() as connection:
        return actions.appeal_listed(connection, appeal_id)


@router.post("/v1/appeals/{appeal_id}/decision")
def decide_appeal(
    appeal_id: PathId,
    body: AppealDecision,
    context: Context,
    caller: Annotated[Caller, allows(DECIDERS)],
    key: IdempotencyKey,
) -> AppealDecided:
    """Grant or deny an appeal; never by who gave the verdict."""
    decided = context.write(
        key,
        lambda connection: actions.decide_appeal(
            connection, appeal_id, body, context.policies, caller=caller, now=context.clock()
        ),
    )
    context.wake_worker()
    return decided
