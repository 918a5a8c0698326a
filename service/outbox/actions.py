"""What can be done with the outbox; each inside the caller's transaction."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from secrets import token_hex, token_urlsafe
from typing import Any, Final

from sqlalchemy import Connection, exists, func, insert, select, text, update

from service.database.engine import is_postgresql
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

SEQUENCE_LOCK: Final = 7_226_004
"""Number of the PostgreSQL lock that lets one transaction at a time number its events."""

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
    sequence: int
    kind: str
    body: str
    url: str
    secret: str
    attempts: int


def announce(connection: Connection, kind: str, facts: dict[str, Any], *, at: int) -> None:
    """Write an event, and a delivery for every webhook that wants its kind.

    Events are numbered 1, 2, 3 … in the order in which they are committed, with no number left
    out: whoever announces something waits until the one before has committed or given up.
    """
    event_id, sequence = f"ev_{token_hex(8)}", _next_sequence(connection)
    body = {"event_id": event_id, "sequence": sequence, "kind": kind, "at": instant_text(at)}
    connection.execute(
        insert(events).values(
            event_id=event_id,
            sequence=sequence,
            kind=kind,
            at=at,
            body=json.dumps({**body, **facts}, ensure_ascii=False),
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


def due_receivers(connection: Connection, *, now: int) -> list[str]:
    """The webhooks that have a delivery whose time has come."""
    d = deliveries.c
    is_due = exists().where(
        d.webhook_id == webhooks.c.webhook_id, d.state == "waiting", d.next_at <= now
    )
    return list(connection.execute(select(webhooks.c.webhook_id).where(is_due)).scalars())


def take_next(connection: Connection, webhook_id: str, *, now: int) -> Due | None:
    """Take a receiver's next due delivery, or None; nobody else tries it for `SENDING_US`.

    A delivery that was taken as often as may be and never settled, because whoever took it died,
    is dead: its receiver may be why.
    """
    d = deliveries.c
    while True:
        first = (
            select(d.delivery_id, d.attempts)
            .where(d.webhook_id == webhook_id, d.state == "waiting", d.next_at <= now)
            .order_by(d.next_at, d.delivery_id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        row = connection.execute(first).one_or_none()
        if row is None:
            return None
        taken = update(deliveries).where(d.delivery_id == row.delivery_id)
        if row.attempts < ATTEMPTS_MAX:
            attempts = row.attempts + 1
            connection.execute(taken.values(attempts=attempts, next_at=now + SENDING_US))
            return _due(connection, row.delivery_id)
        connection.execute(taken.values(state="dead", last_error="the attempts never ended"))


def give_back(connection: Connection, due: Due, *, now: int) -> None:
    """Undo `take_next`: the attempt was broken off by us, so it does not count."""
    connection.execute(
        update(deliveries)
        .where(deliveries.c.delivery_id == due.delivery_id, deliveries.c.state == "waiting")
        .values(attempts=due.attempts - 1, next_at=now)
    )


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


def _next_sequence(connection: Connection) -> int:
    if is_postgresql(connection):
        connection.execute(text(f"SELECT pg_advisory_xact_lock({SEQUENCE_LOCK})"))
    last: int | None = connection.execute(select(func.max(events.c.sequence))).scalar_one()
    return (last or 0) + 1


def _due(connection: Connection, delivery_id: int) -> Due:
    e, w, d = events.c, webhooks.c, deliveries.c
    columns = (d.delivery_id, e.event_id, e.sequence, e.kind, e.body, w.url, w.secret, d.attempts)
    query = select(*columns).select_from(deliveries).join(events).join(webhooks)
    return Due(*connection.execute(query.where(d.delivery_id == delivery_id)).one())
