"""HTTP for the workload."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from detector.durations import DAY_US
from detector.waiting import shift_of
from service.http.access.gate import allows
from service.http.access.keys import Caller
from service.http.admission import router_of
from service.http.context import Context
from service.roles import READERS
from service.views.workload.schemas import Desk, WaitingShown
from service.views.workload.store import logged_cases, workload_of
from service.views.workload.waiting import waiting_shown

router = router_of("queue")


@router.get("/v1/desk")
def show_desk(context: Context, caller: Annotated[Caller, allows(READERS)]) -> Desk:
    """What waits for people, counted: cases, proposals, appeals, withdrawals, sanctions."""
    with context.database.reading() as connection:
        return workload_of(connection, caller=caller, now=context.clock())


@router.get("/v1/waiting")
def show_waiting(
    context: Context,
    _: Annotated[Caller, allows(READERS)],
    people: Annotated[int, Query(ge=1, le=1_000, description="Who work at the same time.")] = 2,
    shift: Annotated[
        str, Query(max_length=40, description="When they work, in UTC.")
    ] = "mon-fri 9-17",
    days: Annotated[int, Query(ge=1, le=730, description="Days of cases to look at.")] = 90,
) -> WaitingShown:
    """How long cases waited by their place in the queue, and would with so many people."""
    hours, minutes = shift_of(shift), context.settings.queue_minutes_a_case
    with context.database.reading() as connection:
        cases = logged_cases(connection, context.clock() - days * DAY_US)
    return waiting_shown(cases, people, hours, minutes=minutes, days=days)
