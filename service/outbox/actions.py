"""What can be done with the outbox; each inside the caller's transaction."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from secrets import token_hex, token_urlsafe
from typing import Any, Final

from sqlalchemy import Connection, func, insert, select, update

from service.http.fields import instant_text
from service.outbox.tables import deliveries, events, webhooks
from service.refusals import NoSuchDelivery, NoSuchWebhook

KINDS: Final = (
    "case.opened",
    "points.deducted",
    "points.restored",
    "seller.restricted",
    "seller.suspended",
    "seller.removed",
    "sanction.lifted",
)

ATTEMPTS_MAX: Final = 12
"""Then a delivery is dead: after about a day of trying."""
FIRST_DELAY_US: Final = 10_000_000
DELAY_MAX_US: Final = 4 * 3_600_000_000
SENDING_US: Final = 60_000_000
"""How long a dispatcher has for one attempt before another may try."""


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery to be attempted now."""

    delivery_id: int
    event_id: str
    kind: str
    body: str
    url: str
    secret: str
    attempts: int


def announce(connection: Connection, kind: str, facts: dict[str, Any], *, at: int) -> None:
    """Write an event, and a delivery for every webhook that wants its kind."""
    event_id = f"ev_{token_hex(8)}"
    body = {"event_id": event_id, "kind": kind, "at": instant_text(at), **facts}
    connection.execute(
        insert(events).values(
            event_id=event_id, kind=kind, at=at, body=json.dumps(body, ensure_ascii=False)
        )
    )
    wanting = connection.execute(
        select(webhooks.c.webhook_id, webhooks.c.kinds).where(webhooks.c.disabled_at.is_(None))
    ).all()
    rows = [
        {
            "event_id": event_id,
            "webhook_id": hook.webhook_id,
            "state": "waiting",
            "attempts": 0,
            "next_at": at,
        }
        for hook in wanting
        if not json.loads(hook.kinds) or kind in json.loads(hook.kinds)
    ]
    if rows:
        connection.execute(insert(deliveries), rows)


def add_webhook(
    connection: Connection, url: str, kinds: Sequence[str], *, now: int
) -> tuple[str, str]:
    """Add a receiver: its id, and the secret its events are signed with."""
    webhook_id, secret = f"w_{token_hex(8)}", f"whsec_{token_urlsafe(32)}"
    connection.execute(
        insert(webhooks).values(
            webhook_id=webhook_id,
            url=url,
            kinds=json.dumps(list(kinds)),
            secret=secret,
            created_at=now,
        )
    )
    return webhook_id, secret


def disable_webhook(connection: Connection, webhook_id: str, *, now: int) -> None:
    """Send no more to a receiver; what still waited for it is dead."""
    known = connection.execute(
        update(webhooks).where(webhooks.c.webhook_id == webhook_id).values(disabled_at=now)
    )
    if not known.rowcount:
        raise NoSuchWebhook(f"no webhook has the id {webhook_id!r}")
    connection.execute(
        update(deliveries)
        .where(deliveries.c.webhook_id == webhook_id, deliveries.c.state == "waiting")
        .values(state="dead", last_error="the webhook was disabled")
    )


def redeliver(connection: Connection, delivery_id: int, *, now: int) -> None:
    """Try a delivery again, from the first attempt, whatever became of it."""
    known = connection.execute(
        update(deliveries)
        .where(deliveries.c.delivery_id == delivery_id)
        .values(state="waiting", attempts=0, next_at=now)
    )
    if not known.rowcount:
        raise NoSuchDelivery(f"no delivery has the id {delivery_id}")


def take_due(connection: Connection, *, now: int, limit: int) -> list[Due]:
    """Take deliveries whose time has come; nobody else tries them for a minute."""
    first = (
        select(deliveries.c.delivery_id)
        .where(deliveries.c.state == "waiting", deliveries.c.next_at <= now)
        .order_by(deliveries.c.next_at, deliveries.c.delivery_id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = list(connection.execute(first).scalars())
    if not taken:
        return []
    connection.execute(
        update(deliveries)
        .where(deliveries.c.delivery_id.in_(taken))
        .values(attempts=deliveries.c.attempts + 1, next_at=now + SENDING_US)
    )
    rows = connection.execute(
        select(
            deliveries.c.delivery_id,
            events.c.event_id,
            events.c.kind,
            events.c.body,
            webhooks.c.url,
            webhooks.c.secret,
            deliveries.c.attempts,
        )
        .join(events, events.c.event_id == deliveries.c.event_id)
        .join(webhooks, webhooks.c.webhook_id == deliveries.c.webhook_id)
        .where(deliveries.c.delivery_id.in_(taken))
        .order_by(deliveries.c.delivery_id)
    )
    return [Due(*row) for row in rows]


def settle(connection: Connection, due: Due, error: str | None, *, now: int) -> None:
    """Note how an attempt went: delivered, to be tried again later, or dead."""
    if error is None:
        values: dict[str, Any] = {"state": "delivered", "delivered_at": now, "last_error": None}
    elif due.attempts >= ATTEMPTS_MAX:
        values = {"state": "dead", "last_error": error}
    else:
        values = {"next_at": now + delay_us(due.attempts), "last_error": error}
    connection.execute(
        update(deliveries).where(deliveries.c.delivery_id == due.delivery_id).values(values)
    )


def delay_us(attempts: int) -> int:
    """How long to wait after so many attempts: doubling from ten seconds up to four hours."""
    return int(min(FIRST_DELAY_US * 2 ** (attempts - 1), DELAY_MAX_US))


def counts(connection: Connection) -> dict[str, int]:
    """How many deliveries wait and how many are dead."""
    query = select(deliveries.c.state, func.count()).where(deliveries.c.state != "delivered")
    rows = connection.execute(query.group_by(deliveries.c.state))
    return {row[0]: row[1] for row in rows}
