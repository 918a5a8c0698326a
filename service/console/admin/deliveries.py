"""Deliveries of events: what waits, what was given up on, and trying again."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from fastapi import Path, Request, Response
from sqlalchemy import Connection

from service.console.pages.forms import GivenForm, new_key
from service.console.pages.gate import signed_in
from service.console.pages.page_router import page_router, see
from service.console.pages.rendering import render
from service.http.access.keys import Caller
from service.http.context import Context
from service.outbox import administration, lists
from service.outbox.schemas import Redeliveries
from service.outbox.store import counts
from service.roles import ADMINS

router = page_router()
Admin = Annotated[Caller, signed_in(ADMINS)]
ROWS: Final = 50
"""Deliveries on one page."""


@router.get("/admin/deliveries")
def show_deliveries(
    request: Request,
    context: Context,
    _: Admin,
    state: Literal["dead", "waiting", "delivered"] = "dead",
    cursor: str | None = None,
) -> Response:
    """Deliveries in a state, newest first."""
    with context.database.reading() as connection:
        page = lists.deliveries_page(connection, state=state, limit=ROWS, cursor=cursor)
        unsent = counts(connection)
        receivers = lists.receivers(connection)
    return render(
        request,
        "admin/deliveries.html",
        page=page,
        state=state,
        unsent=unsent,
        urls={one.webhook.webhook_id: one.webhook.url for one in receivers},
        failing=[one for one in receivers if one.failing],
        new_key=new_key,
    )


@router.post("/admin/deliveries/redeliver")
def redeliver_dead(context: Context, caller: Admin, form: GivenForm) -> Response:
    """Try all again that were given up on."""

    def act(connection: Connection) -> Redeliveries:
        return administration.redeliver_dead(connection, caller=caller, now=context.clock())

    context.write(form.key, act)
    return see("/admin/deliveries?state=waiting", "redelivered")


@router.post("/admin/deliveries/{delivery_id}/redeliver")
def redeliver(
    delivery_id: Annotated[int, Path(ge=1, lt=2**63)],
    context: Context,
    caller: Admin,
    form: GivenForm,
) -> Response:
    """Try a delivery again."""

    def act(connection: Connection) -> None:
        administration.redeliver(connection, delivery_id, caller=caller, now=context.clock())

    context.write(form.key, act)
    return see("/admin/deliveries?state=waiting", "redelivered")
