"""HTTP for complaints with all that happened to them."""

from __future__ import annotations

from typing import Annotated

from fastapi import Response

from service.http.access.gate import allows
from service.http.access.keys import Caller
from service.http.admission import router_of
from service.http.context import Context
from service.http.fields import PathId
from service.http.preconditions import etag
from service.roles import ANYBODY, READERS
from service.views.complaints import actions
from service.views.complaints.schemas import ComplaintShown

router = router_of("complaints")


@router.get("/v1/complaints/{complaint_id:path}")
def show_complaint(
    complaint_id: PathId,
    context: Context,
    response: Response,
    caller: Annotated[Caller, allows(ANYBODY)],
) -> ComplaintShown:
    """The complaint with its evidence, the seller's answer, verdict, appeal and withdrawal.

    Its version is the `ETag`, for who reads what proposals there are.
    """
    policies, now = context.policies, context.clock()
    with context.database.reading() as connection:
        shown = actions.show_complaint(connection, complaint_id, policies, now=now)
        if caller.role in READERS:
            version = actions.version_of(connection, complaint_id, policies, now=now)
            response.headers["ETag"] = etag(version.text)
        return shown
