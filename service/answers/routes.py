"""HTTP for answers. They come before the complaint itself, whose id may hold slashes."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from service.answers import actions
from service.answers.notices import notice_of
from service.answers.schemas import Answer, NoticeShown
from service.decisions.schemas import AnswerShown
from service.decisions.transaction import decide_in
from service.http.access.gate import allows
from service.http.access.keys import Caller
from service.http.admission import router_of
from service.http.context import Context
from service.http.fields import PathId
from service.http.idempotency.idempotency_key import IdempotencyKey
from service.roles import ANYBODY, PARTIES

router = router_of("answers")


@router.get("/v1/complaints/{complaint_id:path}/notice")
def show_notice(
    complaint_id: PathId, context: Context, _: Annotated[Caller, allows(ANYBODY)]
) -> NoticeShown:
    """What to tell the seller: what a complaint may cost and how to answer; or how it ended."""
    with context.database.reading() as connection:
        return notice_of(connection, complaint_id, context.policies, now=context.clock())


@router.post("/v1/complaints/{complaint_id:path}/answer", status_code=HTTPStatus.CREATED)
def file_answer(
    complaint_id: PathId,
    body: Answer,
    context: Context,
    caller: Annotated[Caller, allows(PARTIES)],
    key: IdempotencyKey,
) -> AnswerShown:
    """Record what the seller says to a complaint, once, before its verdict."""
    return decide_in(
        context,
        key,
        caller,
        lambda transaction: actions.file_answer(transaction, complaint_id, body),
        HTTPStatus.CREATED,
    )
