"""Receivers of events: how deliveries to them go, adding one, taking one off."""

from __future__ import annotations

from typing import Annotated, Final, get_args

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy import Connection

from service.console.languages.speaking import marked
from service.console.pages.faults import NOTHING_SENT, Refused, refused_by
from service.console.pages.forms import GivenForm, new_key
from service.console.pages.gate import signed_in
from service.console.pages.page_router import page_router, see
from service.console.pages.rendering import render
from service.http.access.keys import Caller
from service.http.context import AppContext, Context
from service.http.fields import PathId
from service.outbox import administration, lists
from service.outbox.schemas import Kind, Webhook
from service.refusals import NoSuchWebhook
from service.roles import ADMINS

router = page_router()
Admin = Annotated[Caller, signed_in(ADMINS)]
LABELS: Final = {
    "url": marked("Address"),
    "kinds": marked("Kinds of event; all if none is ticked"),
}


@router.get("/admin/webhooks")
def show_webhooks(request: Request, context: Context, _: Admin) -> Response:
    """All receivers, those still sent to first."""
    return _page(request, context)


def _page(request: Request, context: AppContext, refused: Refused = NOTHING_SENT) -> Response:
    with context.database.reading() as connection:
        receivers = lists.receivers(connection)
    return render(
        request,
        "admin/webhooks.html",
        status=refused.page_status,
        refused=refused,
        labels=LABELS,
        failing=[one for one in receivers if one.failing],
        receivers=sorted(receivers, key=lambda one: one.webhook.disabled_at is not None),
        kinds=get_args(Kind),
        new_key=new_key,
    )


@router.post("/admin/webhooks")
def add(request: Request, context: Context, caller: Admin, form: GivenForm) -> Response:
    """Add a receiver and show its secret in this answer alone."""
    secret = ""
    try:
        wanted = form.body(Webhook, kinds=form.fields.get("kinds", []))
    except RequestValidationError as error:
        return _page(request, context, refused_by(form, error, LABELS))

    def act(connection: Connection) -> None:
        nonlocal secret
        now = context.clock()
        secret = administration.add_webhook(connection, wanted, caller=caller, now=now).secret

    context.write(form.key, act)
    return render(request, "admin/added.html", secret=secret, url=wanted.url)


@router.get("/admin/webhooks/{webhook_id}/remove")
def ask_to_remove(webhook_id: PathId, request: Request, context: Context, _: Admin) -> Response:
    """Say what taking a receiver off does, before it is done."""
    with context.database.reading() as connection:
        receivers = {one.webhook.webhook_id: one for one in lists.receivers(connection)}
    if webhook_id not in receivers:
        raise NoSuchWebhook(f"no webhook has the id {webhook_id!r}")
    return render(request, "admin/remove.html", receiver=receivers[webhook_id], new_key=new_key)


@router.post("/admin/webhooks/{webhook_id}/remove")
def remove(webhook_id: PathId, context: Context, caller: Admin, form: GivenForm) -> Response:
    """Send no more to a receiver."""

    def act(connection: Connection) -> None:
        now = context.clock()
        administration.disable_webhook(connection, webhook_id, caller=caller, now=now)

    context.write(form.key, act)
    return see("/admin/webhooks", "webhook-removed")
