"""One complaint: what was said, what it rests on, and what became of it."""

from __future__ import annotations

from typing import Annotated

from fastapi import Request, Response

from service.console.complaints.page import is_blind, parts_of, why_not_decided
from service.console.pages.gate import signed_in
from service.console.pages.page_router import page_router
from service.console.pages.rendering import render
from service.decisions.appeals.store import opinions_on
from service.http.access.keys import Caller
from service.http.context import Context
from service.http.fields import PathId
from service.roles import READERS
from service.views.complaints.actions import show_complaint

router = page_router()


@router.get("/complaints/{complaint_id}")
def show(
    complaint_id: PathId,
    request: Request,
    context: Context,
    caller: Annotated[Caller, signed_in(READERS)],
) -> Response:
    """One complaint with everything about it."""
    with context.database.reading() as connection:
        complaint = show_complaint(connection, complaint_id, context.policies, now=context.clock())
        appeal = complaint.appeal
        opinions = [] if appeal is None else opinions_on(connection, [appeal.appeal_id])
    return render(
        request,
        "complaints/complaint.html",
        complaint=complaint,
        parts=parts_of(context, complaint, caller),
        is_blind=is_blind(complaint, caller, opinions),
        why_not=why_not_decided(complaint, caller),
    )
