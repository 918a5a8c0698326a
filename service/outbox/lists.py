"""Receivers and deliveries as they are shown, each list read in the caller's transaction."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row

from detector.errors import BadInput
from service.http.fields import cursor_of, cursor_parts
from service.outbox import store
from service.outbox.schemas import DeliveryPage, DeliveryShown, WebhookShown


@dataclass(frozen=True, slots=True)
class Failing:
    """How a receiver fails to take what waits for it."""

    deliveries: int
    """How many were tried in vain and wait to be tried again."""
    since: int
    """When the oldest of their events was, in microseconds UTC."""
    attempts: int
    """To deliver that one."""
    last_error: str


@dataclass(frozen=True, slots=True)
class Receiver:
    """A receiver, and how deliveries to it go."""

    webhook: WebhookShown
    waiting: int
    dead: int
    last_sequence: int | None
    """Number of the last event that it took; None when it never took one."""
    last_at: int | None
    """When that was, in microseconds UTC."""
    failing: Failing | None = None


def webhooks(connection: Connection) -> list[WebhookShown]:
    """All receivers, oldest first."""
    return [_webhook_in(row) for row in store.all_webhooks(connection)]


def receivers(connection: Connection) -> list[Receiver]:
    """All receivers with how deliveries to them go, oldest first."""
    unsent = store.unsent_by_receiver(connection)
    failing = {
        row.webhook_id: Failing(row.many, row.at, row.attempts, row.last_error)
        for row in store.failing(connection)
    }
    found = []
    for webhook in webhooks(connection):
        one = webhook.webhook_id
        last = store.last_delivered(connection, one)
        found.append(
            Receiver(
                webhook,
                waiting=unsent.get((one, "waiting"), 0),
                dead=unsent.get((one, "dead"), 0),
                last_sequence=None if last is None else last.sequence,
                last_at=None if last is None else last.delivered_at,
                failing=failing.get(one),
            )
        )
    return found


def deliveries_page(
    connection: Connection, *, state: str | None, limit: int, cursor: str | None
) -> DeliveryPage:
    """Deliveries, newest first; all of them, or those in a state. BadInput for a foreign cursor."""
    before = None if cursor is None else _delivery_id_in(cursor)
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


def _webhook_in(row: Row[Any]) -> WebhookShown:
    names = set(WebhookShown.model_fields) - {"kinds"}
    return WebhookShown(kinds=json.loads(row.kinds), **{name: getattr(row, name) for name in names})


def _delivery_id_in(cursor: str) -> int:
    [after] = cursor_parts(cursor, 1)
    if not (after.isascii() and after.isdigit() and len(after) < 19):
        raise BadInput("cursor: not one this service gave; start again without it")
    return int(after)
