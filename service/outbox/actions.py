"""What can be done with the outbox; each inside the caller's transaction."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from secrets import token_hex, token_urlsafe
from typing import Any, Final

from sqlalchemy import Connection

from detector.instants import text_of
from service.database.sealing import seal
from service.outbox import store
from service.outbox.tables import events
from service.refusals import NoSuchDelivery, NoSuchWebhook

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
    out: a transaction that announces waits until the one before has committed or given up. The
    record of the decision that is told of seals the event, so it comes after.
    """
    event_id, sequence = f"ev_{token_hex(8)}", store.next_sequence(connection)
    body = {"event_id": event_id, "sequence": sequence, "kind": kind, "at": text_of(at)}
    text = json.dumps({**body, **facts}, ensure_ascii=False)
    store.insert_event(
        connection, event_id=event_id, sequence=sequence, kind=kind, at=at, body=text
    )
    if kind not in store.UNDECIDED:
        seal(connection, events, event_id)
    rows = [
        {
            "event_id": event_id,
            "webhook_id": hook.webhook_id,
            "state": "waiting",
            "attempts": 0,
            "next_at": at,
        }
        for hook in store.enabled_webhooks(connection)
        if not json.loads(hook.kinds) or kind in json.loads(hook.kinds)
    ]
    store.insert_deliveries(connection, rows)


def add_webhook(
    connection: Connection, url: str, kinds: Sequence[str], *, now: int
) -> tuple[str, str]:
    """Add a receiver: its id, and the secret its events are signed with."""
    webhook_id, secret = f"w_{token_hex(8)}", f"whsec_{token_urlsafe(32)}"
    store.insert_webhook(
        connection,
        webhook_id=webhook_id,
        url=url,
        kinds=json.dumps(list(kinds)),
        secret=secret,
        created_at=now,
    )
    return webhook_id, secret


def disable_webhook(connection: Connection, webhook_id: str, *, now: int) -> bool:
    """Send no more to a receiver, what still waited for it is dead; False if it was so before.

    Raises NoSuchWebhook.
    """
    if store.disable_webhook(connection, webhook_id, now=now):
        return True
    if not store.is_webhook(connection, webhook_id):
        raise NoSuchWebhook(f"no webhook has the id {webhook_id!r}")
    return False


def redeliver(connection: Connection, delivery_id: int, *, now: int) -> None:
    """Try a delivery again, from the first attempt, whatever became of it."""
    if not store.set_delivery(connection, delivery_id, state="waiting", attempts=0, next_at=now):
        raise NoSuchDelivery(f"no delivery has the id {delivery_id}")


def lease_next(connection: Connection, webhook_id: str, *, now: int) -> Due | None:
    """Lease a receiver's next due delivery, or None; nobody else tries it for `SENDING_US`.

    A delivery that was leased as often as may be and whose attempts never ended, because each
    dispatcher died, is dead: its receiver may be why.
    """
    while True:
        row = store.lock_next(connection, webhook_id, now=now)
        if row is None:
            return None
        if row.attempts < ATTEMPTS_MAX:
            values = {"attempts": row.attempts + 1, "next_at": now + SENDING_US}
            store.set_delivery(connection, row.delivery_id, **values)
            return Due(*store.delivery_to_send(connection, row.delivery_id))
        ended: dict[str, Any] = {"state": "dead", "last_error": "the attempts never ended"}
        store.set_delivery(connection, row.delivery_id, **ended)


def release(connection: Connection, due: Due, *, now: int) -> None:
    """Undo `lease_next`: the attempt was broken off by us, so it does not count."""
    store.set_waiting(connection, due.delivery_id, attempts=due.attempts - 1, next_at=now)


def record_attempt(connection: Connection, due: Due, error: str | None, *, now: int) -> None:
    """Record how an attempt went: delivered, to be tried again later, or dead."""
    if error is None:
        values: dict[str, Any] = {"state": "delivered", "delivered_at": now, "last_error": None}
    elif due.attempts >= ATTEMPTS_MAX:
        values = {"state": "dead", "last_error": error}
    else:
        values = {"next_at": now + delay_us(due.attempts), "last_error": error}
    store.set_delivery(connection, due.delivery_id, **values)


def set_right(connection: Connection, *, now: int) -> int:
    """Make due what waits for longer than it may, as a clock far ahead said; how many those were.

    A delivery that was tried so many times waits for so long, and a new one for nothing.
    """
    return sum(
        store.make_due(connection, attempts, now=now, at_most=max(SENDING_US, delay_us(attempts)))
        for attempts in range(ATTEMPTS_MAX + 1)
    )


def delay_us(attempts: int) -> int:
    """How long to wait after so many attempts: doubling from ten seconds up to four hours."""
    if not attempts:
        return 0
    return int(min(FIRST_DELAY_US * 2 ** (attempts - 1), DELAY_MAX_US))
