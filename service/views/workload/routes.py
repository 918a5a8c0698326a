"""HTTP for the workload."""

from __future__ import annotations

from typing import Annotated

from service.http.access.gate import allows
from service.http.access.keys import Caller
from service.http.admission import router_of
from service.http.context import Context
from service.roles import READERS
from service.views.workload.schemas import Desk
from service.views.workload.store import workload_of

router = router_of("queue")


@router.get("/v1/desk")
def show_desk(context: Context, caller: Annotated[Caller, allows(READERS)]) -> Desk:
    """What waits for people, counted: cases, proposals, appeals, withdrawals, sanctions."""
    with context.database.reading() as connection:
        return workload_of(connection, caller=caller, now=context.clock())
