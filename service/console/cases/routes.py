"""A case: why it is here, who holds it, and what can be done with it as a whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Request, Response
from sqlalchemy import Connection

from service.cases import actions
from service.cases.schemas import CaseClose, CaseEscalate, CaseShown
from service.console.pages.forms import Form, GivenForm, new_key
from service.console.pages.gate import signed_in
from service.console.pages.page_router import page_router, see
from service.console.pages.rendering import render
from service.http.access.keys import Caller
from service.http.context import AppContext, Context
from service.http.fields import PathId
from service.roles import DECIDERS, READERS

router = page_router()
Decider = Annotated[Caller, signed_in(DECIDERS)]


@router.get("/cases/{case_id}")
def show_case(
    case_id: PathId,
    request: Request,
    context: Context,
    caller: Annotated[Caller, signed_in(READERS)],
) -> Response:
    """One case, open or closed."""
    with context.database.reading() as connection:
        case = actions.show_case(connection, case_id, now=context.clock())
    holds = case.lease is not None and case.lease.holder == caller.person
    return render(
        request,
        "cases/case.html",
        case=case,
        holds=holds,
        may_claim=caller.role in DECIDERS and case.status == "open" and case.lease is None,
        new_key=new_key,
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


@router.post("/cases/{case_id}/escalate")
def escalate(case_id: PathId, context: Context, caller: Decider, form: GivenForm) -> Response:
    """Give the case to a reviewer."""
    given = form.body(CaseEscalate)

    def act(connection: Connection) -> CaseShown:
        return actions.escalate(connection, case_id, given, caller=caller, now=context.clock())

    return _done(context, form, act, case_id, "escalated")


@router.post("/cases/{case_id}/close")
def close(case_id: PathId, context: Context, caller: Decider, form: GivenForm) -> Response:
    """End the case."""
    given = form.body(CaseClose)

    def act(connection: Connection) -> CaseShown:
        return actions.close(connection, case_id, given, caller=caller, now=context.clock())

    return _done(context, form, act, case_id, "closed")


def _done(
    context: AppContext, form: Form, act: Callable[[Connection], Any], case_id: str, said: str
) -> Response:
    """Act once, and show the case as it is then."""
    context.write(form.key, act)
    return see(f"/cases/{case_id}", said)
