"""HTTP for webhooks and their deliveries."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import Path
from sqlalchemy import Connection

from service.http.access.gate import allows
from service.http.access.keys import Caller
from service.http.admission import router_of
from service.http.context import Context
from service.http.fields import PathId
from service.http.idempotency.idempotency_key import IdempotencyKey
from service.http.paging import PageSize
from service.outbox import administration, lists
from service.outbox.schemas import (
    DeliveryPage,
    Redeliveries,
    Redelivery,
    Webhook,
    WebhookAdded,
    WebhookList,
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
        return administration.add_webhook(connection, body, caller=caller, now=now)

    return context.write(key, act, HTTPStatus.CREATED)


@router.get("/v1/webhooks")
def list_webhooks(context: Context, _: Admin) -> WebhookList:
    """All receivers, oldest first."""
    with context.database.reading() as connection:
        return WebhookList(webhooks=lists.webhooks(connection))


@router.post("/v1/webhooks/{webhook_id}/disable", status_code=HTTPStatus.NO_CONTENT)
def disable_webhook(
    webhook_id: PathId, context: Context, caller: Admin, key: IdempotencyKey
) -> None:
    """Send no more to a receiver."""
    now = context.clock()

    def act(connection: Connection) -> None:
        administration.disable_webhook(connection, webhook_id, caller=caller, now=now)

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
    with context.database.reading() as connection:
        return lists.deliveries_page(connection, state=state, limit=limit, cursor=cursor)


@router.post("/v1/deliveries/redeliver", status_code=HTTPStatus.ACCEPTED)
def redeliver_dead(context: Context, caller: Admin, key: IdempotencyKey) -> Redeliveries:
    """Try all deliveries again that were given up on, but those to receivers taken off."""
    now = context.clock()

    def act(connection: Connection) -> Redeliveries:
        return administration.redeliver_dead(connection, caller=caller, now=now)

    return context.write(key, act, HTTPStatus.ACCEPTED)


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
        return administration.redeliver(connection, delivery_id, caller=caller, now=now)

    return context.write(key, act, HTTPStatus.ACCEPTED)
