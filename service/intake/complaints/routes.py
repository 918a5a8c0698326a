"""HTTP for complaints."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import Body, Response
from pydantic import BaseModel
from sqlalchemy import Connection

from detector.errors import BadInput
from service.http.access.gate import allows
from service.http.access.keys import Caller
from service.http.admission import BodyKind, router_of
from service.http.context import Context
from service.http.idempotency.idempotency_key import IdempotencyKey
from service.http.metrics import Counted
from service.intake.complaints import actions
from service.intake.complaints.rules import category_warnings
from service.intake.complaints.schemas import (
    BatchFiled,
    Complaint,
    ComplaintFiled,
    ComplaintOrBatch,
)
from service.intake.evidence.rules import wanted_for
from service.roles import PLATFORM

router = router_of("complaints", body=BodyKind.ROWS)
"""What most requests are, and so asked for first."""


@router.post(
    "/v1/complaints",
    status_code=HTTPStatus.CREATED,
    response_model=ComplaintFiled | BatchFiled,
    responses={200: {"description": "The same was filed before; nothing changed."}},
)
def file_complaint(
    body: Annotated[ComplaintOrBatch, Body()],
    context: Context,
    _: Annotated[Caller, allows(PLATFORM)],
    key: IdempotencyKey,
    metrics: Counted,
) -> Response:
    """File one complaint, or a batch of which all are stored or none.

    The same id with the same body again is 200 and changes nothing; with another body it is 409.
    """
    filed = [body] if isinstance(body, Complaint) else body.complaints
    if len(filed) > context.settings.batch_max:
        raise BadInput(
            f"complaints: {len(filed)} in one batch; at most {context.settings.batch_max}"
        )
    stored = 0

    def act(connection: Connection) -> ComplaintFiled | BatchFiled:
        nonlocal stored
        now = context.clock()
        stored = actions.file_complaints(
            connection, filed, now=now, skew_us=context.settings.skew_us
        )
        categories = (complaint.category for complaint in filed)
        warnings = category_warnings(categories, context.policies, at=now)
        if isinstance(body, Complaint):
            wanted = wanted_for(body.category, context.policies, at=body.filed_at)
            return ComplaintFiled.model_construct(
                **body.model_dump(), evidence_wanted=wanted, warnings=warnings
            )
        return BatchFiled(stored=stored, repeated=len(filed) - stored, warnings=warnings)

    def status() -> int:
        return HTTPStatus.CREATED.value if stored else HTTPStatus.OK.value

    # A batch of which one is refused has to be rolled back; of one, nothing was stored then.
    is_one = isinstance(body, Complaint)
    answer: Response | BaseModel = context.write(key, act, status, alone=is_one)
    metrics.complaints.inc(stored)
    context.wake_worker()
    if isinstance(answer, Response):
        return answer
    # Ready to send: the framework would check the answer first, and in a thread of its own.
    return Response(answer.model_dump_json(), status(), media_type="application/json")
