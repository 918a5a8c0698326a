"""HTTP for webhooks and their deliveries."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import Path
from sqlalchemy import Connection

from detector.errors import BadInput
from service.audit import actions as audit
from service.http.access.gate import allows
from service.http.access.keys import Caller
from service.http.admission import router_of
from service.http.context import Context
from service.http.fields import PathId, cursor_of, cursor_parts
from service.http.idempotency.idempotency_key import IdempotencyKey
from service.http.paging import PageSize
from service.outbox import actions, store
from service.outbox.schemas import (
    DeliveryPage,
    DeliveryShown,
    Redelivery,
    Webhook,
    WebhookAdded,
    WebhookList,
    WebhookShown,
)
from service.roles import ADMINS

router = router_of("webhooks")
Admin = Annotated[Caller, allows(ADMINS)]


@router.post("/v1/webhooks", status_code=HTTPStatus.CREATED)
def add_webhook(
    body: Webhook, context: Context, caller: Admin, key: IdempotencyKey
) -> WebhookAdded:
    """Add a receiver of events; the answer holds its secret, once."""
    now = context.clock()

    def act(connection: Connection) -> WebhookAdded:
        webhook_id, secret = actions.add_webhook(connection, body.url, body.kinds, now=now)
        audit.record(connection, "webhook.added", webhook_id, at=now, caller=caller, after=body.url)
        return WebhookAdded(
            webhook_id=webhook_id,
            url=body.url,
            kinds=list(body.kinds),
            created_at=now,
            disabled_at=None,
            secret=secret,
        )

    return context.write(key, act, HTTPStatus.CREATED)


@router.get("/v1/webhooks")
def list_webhooks(context: Context, _: Admin) -> WebhookList:
    """All receivers, oldest first."""
    with context.database.reading() as connection:
        rows = store.all_webhooks(connection)
    names = set(WebhookShown.model_fields) - {"kinds"}
    return WebhookList(
        webhooks=[
            WebhookShown(kinds=json.loads(r.kinds), **{name: getattr(r, name) for name in names})
            for r in rows
        ]
    )


@router.post("/v1/webhooks/{webhook_id}/disable", status_code=HTTPStatus.NO_CONTENT)
def disable_webhook(
    webhook_id: PathId, context: Context, caller: Admin, key: IdempotencyKey
) -> None:
    """Send no more to a receiver."""
    now = context.clock()

    def act(connection: Connection) -> None:
        audit.lock_chain(connection)
        if actions.disable_webhook(connection, webhook_id, now=now):
            audit.record(connection, "webhook.disabled", webhook_id, at=now, caller=caller)

    return context.write(key, act, HTTPStatus.NO_CONTENT)


@router.get("/v1/deliveries")
def list_deliveries(
    context: Context,
    _: Admin,
    state: Literal["waiting", "delivered", "dead"] | None = None,
    limit: PageSize = 50,
    cursor: str | None = None,
) -> DeliveryPage:
    """Deliveries, newest first; `state=dead` are those given up on."""
    before = None if cursor is None else _delivery_id_in(cursor)
    with context.database.reading() as connection:
        rows = store.deliveries_page(connection, state=state, before=before, limit=limit + 1)
    names = set(DeliveryShown.model_fields) - {"facts"}
    shown = [
        DeliveryShown(facts=json.loads(r.body), **{name: getattr(r, name) for name in names})
        for r in rows[:limit]
    ]
    more = len(rows) > limit
    return DeliveryPage(
        deliveries=shown, next_cursor=cursor_of(shown[-1].delivery_id) if more else None
    )


def _delivery_id_in(cursor: str) -> int:
    [after] = cursor_parts(cursor, 1)
    if not (after.isascii() and after.isdigit() and len(after) < 19):
        raise BadInput("cursor: not one this service gave; start again without it")
    return int(after)


@router.post("/v1/deliveries/{delivery_id}/redeliver", status_code=HTTPStatus.ACCEPTED)
def redeliver(
    delivery_id: Annotated[int, Path(ge=1, lt=2**63)],
    context: Context,
    caller: Admin,
    key: IdempotencyKey,
) -> Redelivery:
    """Try a delivery again, whatever became of it."""
    now = context.clock()

    def act(connection: Connection) -> Redelivery:
        actions.redeliver(connection, delivery_id, now=now)
        audit.record(
            connection, "delivery.repeated", f"delivery {delivery_id}", at=now, caller=caller
        )
        return Redelivery()

    return context.write(key, act, HTTPStatus.ACCEPTED)
