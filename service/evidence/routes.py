"""HTTP for evidence."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter

from service.access.gate import allows
from service.access.keys import Caller
from service.access.roles import PARTIES
from service.complaints.actions import complaint_of
from service.evidence import actions
from service.evidence.schemas import EvidenceLink, EvidenceShown
from service.fields import PathId
from service.house import House

router = APIRouter(tags=["evidence"])


@router.post("/v1/complaints/{complaint_id:path}/evidence", status_code=HTTPStatus.CREATED)
def add_evidence(
    complaint_id: PathId,
    body: EvidenceLink,
    house: House,
    caller: Annotated[Caller, allows(PARTIES)],
) -> EvidenceShown:
    """Add a piece of evidence to a complaint."""
    with house.database.writing() as connection:
        complaint_of(connection, complaint_id)
        return actions.add_link(connection, complaint_id, body, by=caller.person, now=house.clock())
