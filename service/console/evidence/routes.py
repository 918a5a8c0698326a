"""One piece of evidence on a page of its own, and its file."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Query, Request, Response

from service.console.pages.gate import signed_in
from service.console.pages.page_router import page_router
from service.console.pages.rendering import render
from service.http.access.keys import Caller
from service.http.context import Context
from service.http.fields import PathId
from service.intake.evidence import actions
from service.intake.evidence.download import sent_file
from service.intake.evidence.storage import EvidenceStorage
from service.roles import READERS

router = page_router()
Reader = Annotated[Caller, signed_in(READERS)]
QUARTERS: Final = 4
"""How often a picture can be turned until it is as it was."""


@router.get("/evidence/{evidence_id}")
def show_piece(
    evidence_id: PathId,
    request: Request,
    context: Context,
    _: Reader,
    turn: Annotated[int, Query(ge=0, lt=QUARTERS)] = 0,
    large: bool = False,
) -> Response:
    """One piece of evidence; who follows a link to it has asked to see it."""
    with context.database.reading() as connection:
        complaint_id = actions.complaint_with(connection, evidence_id)
        evidence = actions.evidence_of(connection, complaint_id)
    return render(
        request,
        "evidence/piece.html",
        complaint_id=complaint_id,
        evidence=evidence,
        piece=next(one for one in evidence if one.evidence_id == evidence_id),
        turn=turn,
        next_turn=(turn + 1) % QUARTERS,
        large=large,
    )


@router.get("/evidence/{evidence_id}/file")
def send_file(
    evidence_id: PathId, context: Context, storage: EvidenceStorage, _: Reader
) -> Response:
    """The file of a piece of evidence: pictures to look at, anything else to save."""
    return sent_file(evidence_id, context, storage)
