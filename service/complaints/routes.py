"""HTTP for complaints."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Body, Response

from detector.errors import BadInput
from service.access.gate import allows
from service.access.keys import Caller
from service.access.roles import ANYBODY, PLATFORM
from service.appeals import actions as appeals
from service.complaints import actions
from service.complaints.schemas import (
    BatchFiled,
    Complaint,
    ComplaintFiled,
    ComplaintOrBatch,
    ComplaintShown,
)
from service.evidence import actions as evidence
from service.fields import PathId
from service.house import House
from service.verdicts import actions as verdicts

router = APIRouter(tags=["complaints"])


@router.post(
    "/v1/complaints",
    status_code=HTTPStatus.CREATED,
    responses={200: {"description": "The same was filed before; nothing changed."}},
)
def file_complaint(
    body: Annotated[ComplaintOrBatch, Body()],
    response: Response,
    house: House,
    _: Annotated[Caller, allows(PLATFORM)],
) -> ComplaintFiled | BatchFiled:
    """File one complaint, or a batch of which all are stored or none.

    The same id with the same body again is 200 and changes nothing; with another body it is 409.
    """
    filed = [body] if isinstance(body, Complaint) else body.complaints
    if len(filed) > house.settings.batch_max:
        raise BadInput(f"complaints: {len(filed)} in one batch; at most {house.settings.batch_max}")
    with house.database.writing() as connection:
        stored = actions.file_complaints(
            connection, filed, now=house.clock(), skew_us=house.skew_us
        )
    if not stored:
        response.status_code = HTTPStatus.OK
    house.meters.complaints.inc(stored)
    house.wake_worker()
    if isinstance(body, Complaint):
        return ComplaintFiled.model_construct(**body.model_dump())
    return BatchFiled(stored=stored, repeated=len(filed) - stored)


@router.get("/v1/complaints/{complaint_id:path}")
def show_complaint(
    complaint_id: PathId, house: House, _: Annotated[Caller, allows(ANYBODY)]
) -> ComplaintShown:
    """The complaint with its evidence, verdict and appeal."""
    with house.database.reading() as connection:
        row = actions.complaint_of(connection, complaint_id)
        verdict = verdicts.verdict_of(connection, complaint_id)
        return ComplaintShown(
            **{name: getattr(row, name) for name in ComplaintFiled.model_fields},
            evidence=evidence.evidence_of(connection, complaint_id),
            verdict=verdict,
            appeal=appeals.appeal_of(connection, verdict.verdict_id) if verdict else None,
        )
