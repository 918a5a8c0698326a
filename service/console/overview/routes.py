"""Is the work under control, and is the detector right? Each part is read by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Request, Response
from sqlalchemy import Connection

from detector.durations import DAY_US
from service.console.pages.gate import signed_in
from service.console.pages.page_router import page_router
from service.console.pages.parts import part_of
from service.console.pages.rendering import render
from service.http.access.keys import Caller
from service.http.context import Context
from service.roles import READERS
from service.views.workload import rules, store

router = page_router()
AGES_DAYS: Final = (1, 3, 7, 14)
"""Days between the kinds of age."""
WEEK_DAYS: Final = 7
RECENT_DAYS: Final = 28
"""How long back waits are summed up: four weeks, so that each weekday counts alike."""
JUDGED_DAYS: Final = 180
"""How long back cases tell whether the detector is right: cases are few."""


@dataclass(frozen=True, slots=True)
class Flow:
    """Cases a day over some days."""

    days: int
    opened: float
    closed: float


@dataclass(frozen=True, slots=True)
class Looks:
    """How long cases waited for a first look, and how many still wait."""

    waits: rules.Waits
    waiting: int


@router.get("/overview")
def show_overview(
    request: Request, context: Context, caller: Annotated[Caller, signed_in(READERS)]
) -> Response:
    """What waits, how old it is, how long work takes, load, and how often cases were upheld."""
    now = context.clock()
    recent, judged = now - RECENT_DAYS * DAY_US, now - JUDGED_DAYS * DAY_US

    def ages(connection: Connection) -> Sequence[int]:
        return store.open_by_age(connection, [day * DAY_US for day in AGES_DAYS], now=now)

    def looks(connection: Connection) -> Looks:
        waits = rules.waits_of(store.waits_for_look(connection, recent))
        return Looks(waits, store.not_looked_at(connection))

    def flows(connection: Connection) -> list[Flow]:
        return [_flow(connection, days, now) for days in (WEEK_DAYS, RECENT_DAYS)]

    def bands(connection: Connection) -> list[rules.Band]:
        cases = store.closed_cases(connection, judged)
        since = min((case.opened_at for case in cases), default=judged)
        return rules.bands_of(cases, store.upheld_verdicts(connection, since))

    return render(
        request,
        "overview/overview.html",
        desk=part_of(context, lambda c: store.workload_of(c, caller=caller, now=now)),
        ages=part_of(context, ages),
        looks=part_of(context, looks),
        verdicts=part_of(context, lambda c: rules.waits_of(store.waits_for_verdict(c, recent))),
        flows=part_of(context, flows),
        bands=part_of(context, bands),
        ages_days=AGES_DAYS,
        recent_days=RECENT_DAYS,
        judged_days=JUDGED_DAYS,
        waits_min=rules.WAITS_MIN,
        cases_min=rules.CASES_MIN,
        cases_a_day=context.settings.capacity.cases_a_day,
    )


def _flow(connection: Connection, days: int, now: int) -> Flow:
    opened, closed = store.flow_since(connection, now - days * DAY_US)
    return Flow(days, opened / days, closed / days)
