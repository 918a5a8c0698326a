"""A case: why it is here, who holds it, and what can be done with it as a whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final

from fastapi import Request, Response
from sqlalchemy import Connection

from detector.durations import DAY_US, MINUTE_US
from detector.errors import BadInput
from detector.expectation.panel import ALL, OTHER, REPEAT_BUYER, WITHOUT_EVIDENCE
from detector.instants import text_of
from service.cases import actions
from service.cases.schemas import CaseClose, CaseEscalate, CaseNote, CaseShown, CaseSnooze, Lease
from service.console.cases.page import counts_of, parts_of, version_of
from service.console.languages.speaking import marked
from service.console.pages.blind import kept_from
from service.console.pages.forms import Form, GivenForm, new_key
from service.console.pages.gate import polling, signed_in
from service.console.pages.kinds import kind_said
from service.console.pages.labels import LABELS
from service.console.pages.page_router import page_router, see
from service.console.pages.reasons import part_of
from service.console.pages.rendering import render, unless_unchanged
from service.http.access.keys import Caller
from service.http.context import AppContext, Context
from service.http.fields import PathId
from service.roles import DECIDERS, READERS, Role

router = page_router()
Decider = Annotated[Caller, signed_in(DECIDERS)]
COLUMNS: Final = {
    ALL: marked("of any kind"),
    OTHER: marked("of rarer categories"),
    WITHOUT_EVIDENCE: marked("without evidence"),
    REPEAT_BUYER: marked("by buyers who had just complained"),
}
"""How findings are told that are not about a category."""
SNOOZE_DAYS: Final = (1, 3, 7, 14, 30)


@router.get("/cases/{case_id}")
def show_case(
    case_id: PathId,
    request: Request,
    context: Context,
    caller: Annotated[Caller, signed_in(READERS)],
    cursor: str | None = None,
) -> Response:
    """One case, open or closed, with what is known of its seller."""
    now = context.clock()
    with context.database.reading() as connection:
        case = actions.show_case(connection, case_id, now=now)
        case = kept_from(connection, caller, case.seller_id).without_label(case)
        may_close = actions.may_close(connection, case_id, caller=caller, now=now)
    parts = parts_of(context, case, caller, cursor=cursor)
    return render(
        request,
        "cases/case.html",
        parts=parts,
        cursor=cursor,
        may_close=may_close and caller.role in DECIDERS,
        labels=LABELS,
        snooze_days=SNOOZE_DAYS,
        columns=COLUMNS,
        kind_said=kind_said,
        part_of=part_of,
        drawn=None,
        version=version_of(case, parts.counts),
        **_lease(case, caller),
    )


@router.get("/cases/{case_id}/lease")
def show_lease(
    case_id: PathId,
    request: Request,
    context: Context,
    caller: Annotated[Caller, polling(READERS)],
    drawn: str | None = None,
) -> Response:
    """Who holds the case now, and whether it changed since the page of a version was drawn."""
    case = _case(context, case_id)
    version = version_of(case, counts_of(context, case))
    return unless_unchanged(
        request,
        (version, drawn, case.lease, case.lease and _minutes_left(case.lease, context.clock())),
        lambda: render(
            request, "cases/lease.html", drawn=drawn, version=version, **_lease(case, caller)
        ),
    )


@router.post("/cases/{case_id}/claim")
def claim(case_id: PathId, context: Context, caller: Decider, form: GivenForm) -> Response:
    """Hold the case."""
    settings = context.settings

    def act(connection: Connection) -> CaseShown:
        return actions.claim_case(
            connection,
            case_id,
            caller=caller,
            now=context.clock(),
            lease_us=settings.lease_us,
            held_max=settings.cases_held_max,
        )

    return _done(context, form, act, case_id, "claimed")


@router.post("/cases/{case_id}/renew")
def renew(case_id: PathId, context: Context, caller: Decider, form: GivenForm) -> Response:
    """Hold the case for longer."""

    def act(connection: Connection) -> CaseShown:
        now, lease_us = context.clock(), context.settings.lease_us
        return actions.renew(connection, case_id, caller=caller, now=now, lease_us=lease_us)

    return _done(context, form, act, case_id, "renewed")


@router.post("/cases/{case_id}/release")
def release(case_id: PathId, context: Context, caller: Decider, form: GivenForm) -> Response:
    """Give the case back to the queue."""

    def act(connection: Connection) -> CaseShown:
        return actions.release(connection, case_id, caller=caller, now=context.clock())

    return _done(context, form, act, case_id, "released")


@router.post("/cases/{case_id}/snooze")
def snooze(case_id: PathId, context: Context, caller: Decider, form: GivenForm) -> Response:
    """Give the case back, and leave it out of the queue for some days."""
    days = form.text("days")
    if days not in map(str, SNOOZE_DAYS):
        raise BadInput(f"days: one of {', '.join(map(str, SNOOZE_DAYS))}")
    now = context.clock()
    given = form.body(CaseSnooze, until=text_of(now + int(days) * DAY_US))

    def act(connection: Connection) -> CaseShown:
        return actions.snooze(connection, case_id, given, caller=caller, now=now)

    return _done(context, form, act, case_id, "snoozed")


@router.post("/cases/{case_id}/escalate")
def escalate(case_id: PathId, context: Context, caller: Decider, form: GivenForm) -> Response:
    """Give the case to a reviewer."""
    given = form.body(CaseEscalate)

    def act(connection: Connection) -> CaseShown:
        return actions.escalate(connection, case_id, given, caller=caller, now=context.clock())

    return _done(context, form, act, case_id, "escalated")


@router.post("/cases/{case_id}/note")
def add_note(case_id: PathId, context: Context, caller: Decider, form: GivenForm) -> Response:
    """Tell colleagues something."""
    given = form.body(CaseNote)

    def act(connection: Connection) -> CaseShown:
        return actions.add_note(connection, case_id, given, caller=caller, now=context.clock())

    return _done(context, form, act, case_id, "noted")


@router.post("/cases/{case_id}/close")
def close(case_id: PathId, context: Context, caller: Decider, form: GivenForm) -> Response:
    """End the case."""
    given = form.body(CaseClose)

    def act(connection: Connection) -> CaseShown:
        return actions.close(connection, case_id, given, caller=caller, now=context.clock())

    return _done(context, form, act, case_id, "closed")


def _case(context: AppContext, case_id: str) -> CaseShown:
    with context.database.reading() as connection:
        return actions.show_case(connection, case_id, now=context.clock())


def _minutes_left(lease: Lease, now: int) -> int:
    return (lease.expires_at - now) // MINUTE_US


def _lease(case: CaseShown, caller: Caller) -> dict[str, Any]:
    """What the templates know of who may do what with a case."""
    return {
        "case": case,
        "holds": case.lease is not None and case.lease.holder == caller.person,
        "may_claim": caller.role in DECIDERS,
        "may_take": case.escalated_by is None or caller.role is not Role.MODERATOR,
        "new_key": new_key,
    }


def _done(
    context: AppContext, form: Form, act: Callable[[Connection], Any], case_id: str, said: str
) -> Response:
    """Act once, and show the case as it is then."""
    context.write(form.key, act)
    return see(f"/cases/{case_id}", said)
