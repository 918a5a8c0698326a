"""HTTP for complaints with all that happened to them."""

from __future__ import annotations

from typing import Annotated

from service.http.access.gate import allows
from service.http.access.keys import Caller
from service.http.admission import router_of
from service.http.context import Context
from service.http.fields import PathId
from service.roles import ANYBODY
from service.views.complaints import actions
from service.views.complaints.schemas import ComplaintShown

router = router_of("complaints")


@router.get("/v1/complaints/{complaint_id:path}")
def show_complaint(
    complaint_id: PathId, context: Context, _: Annotated[Caller, allows(ANYBODY)]
) -> ComplaintShown:
    """The complaint with its evidence, the seller's answer, verdict, appeal and withdrawal."""
    with context.database.reading() as connection:
        return actions.show_complaint(
            connection, complaint_id, context.policies, now=context.clock()
        )
