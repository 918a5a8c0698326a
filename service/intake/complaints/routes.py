"""HTTP for complaints."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Body, Response
from pydantic import BaseModel
from sqlalchemy import Connection

from detector.errors import BadInput
from service.answers import actions as answers
from service.answers.rules import answer_until
from service.cases.actions import is_seller_held
from service.decisions.appeals import actions as appeals
from service.decisions.verdicts import actions as verdicts
from service.decisions.verdicts import proposals
from service.decisions.withdrawals import actions as withdrawals
from service.http.access.gate import allows
from service.http.access.keys import Caller
from service.http.context import Context
from service.http.fields import PathId
from service.http.idempotency.idempotency_key import IdempotencyKey
from service.intake.complaints import actions
from service.intake.complaints.rules import stage_of
from service.intake.complaints.schemas import (
    BatchFiled,
    Complaint,
    ComplaintFiled,
    ComplaintOrBatch,
    ComplaintShown,
)
from service.intake.evidence import actions as evidence
from service.intake.evidence.rules import wanted_for
from service.roles import ANYBODY, PLATFORM

filing = APIRouter(tags=["complaints"])
"""What most requests are, and so asked for first."""
router = APIRouter(tags=["complaints"])


@filing.post(
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
        stored = actions.file_complaints(connection, filed, now=now, skew_us=context.skew_us)
        if isinstance(body, Complaint):
            wanted = wanted_for(body.category, context.policies, at=body.filed_at)
            return ComplaintFiled.model_construct(**body.model_dump(), evidence_wanted=wanted)
        return BatchFiled(stored=stored, repeated=len(filed) - stored)

    def status() -> int:
        return HTTPStatus.CREATED.value if stored else HTTPStatus.OK.value

    # A batch of which one is refused has to be rolled back; of one, nothing was stored then.
    is_one = isinstance(body, Complaint)
    answer: Response | BaseModel = context.write(key, act, status, alone=is_one)
    context.meters.complaints.inc(stored)
    context.wake_worker()
    if isinstance(answer, Response):
        return answer
    # Ready to send: the framework would check the answer first, and in a thread of its own.
    return Response(answer.model_dump_json(), status(), media_type="application/json")


@router.get("/v1/complaints/{complaint_id:path}")
def show_complaint(
    complaint_id: PathId, context: Context, _: Annotated[Caller, allows(ANYBODY)]
) -> ComplaintShown:
    """The complaint with its evidence, the seller's answer, verdict, appeal and withdrawal."""
    with context.database.reading() as connection:
        row = actions.complaint_of(connection, complaint_id)
        verdict = verdicts.verdict_of(connection, complaint_id)
        appeal = appeals.appeal_of(connection, verdict.verdict_id) if verdict else None
        withdrawal = withdrawals.withdrawal_of(connection, complaint_id)
        pieces = evidence.evidence_of(connection, complaint_id)
        kinds = frozenset(evidence.kinds_in(pieces))
        return ComplaintShown(
            **actions.facts_of(row).model_dump(),
            evidence_wanted=wanted_for(
                row.category, context.policies, at=row.filed_at, kinds=kinds
            ),
            stage=stage_of(
                row.outcome,
                appeal,
                is_held=is_seller_held(connection, row.seller_id, context.clock()),
                is_withdrawn=withdrawal is not None,
            ),
            evidence=pieces,
            proposal=proposals.proposal_of(connection, complaint_id),
            verdict=verdict,
            appeal=appeal,
            answer=answers.answer_to(connection, complaint_id),
            answer_until=answer_until(context.policies.at(row.filed_at), row.filed_at),
            withdrawal=withdrawal,
        )
