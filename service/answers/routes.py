"""HTTP for answers. They come before the complaint itself, whose id may hold slashes."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from service.answers import actions
from service.answers.schemas import Answer
from service.decisions.schemas import AnswerShown
from service.decisions.transaction import decide_in
from service.http.access.gate import allows
from service.http.access.keys import Caller
from service.http.admission import router_of
from service.http.context import Context
from service.http.fields import PathId
from service.http.idempotency.idempotency_key import IdempotencyKey
from service.roles import PARTIES

router = router_of("answers")


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
