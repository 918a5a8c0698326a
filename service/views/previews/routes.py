"""HTTP for what a verdict would do."""

from __future__ import annotations

from typing import Annotated

from service.decisions.schemas import Verdict
from service.http.access.gate import allows
from service.http.access.keys import Caller
from service.http.admission import router_of
from service.http.context import Context
from service.http.fields import PathId
from service.roles import DECIDERS
from service.views.previews import actions
from service.views.previews.schemas import VerdictPreview

router = router_of("verdicts")


@router.post("/v1/complaints/{complaint_id:path}/verdict/preview")
def preview_verdict(
    complaint_id: PathId,
    body: Verdict,
    context: Context,
    caller: Annotated[Caller, allows(DECIDERS)],
) -> VerdictPreview:
    """All that this verdict would do if the caller gave it now; changes nothing."""
    with context.database.reading() as connection:
        return actions.preview_verdict(
            connection, complaint_id, body, context.policies, caller=caller, now=context.clock()
        )
