"""All SQL of the outbox slice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, exists, func, insert, select, text, update

from service.database.engine import in_portions, is_postgresql, reach_of
from service.database.instants import is_wrong
from service.database.sealing import seal
from service.outbox.tables import deliveries, events, webhooks

SEQUENCE_LOCK: Final = 7_226_004
"""Number of the PostgreSQL lock that lets one transaction at a time number its events."""
UNDECIDED: Final = ("case.opened",)
"""Kinds of events that no decision makes, and no record seals."""

_d = deliveries.c


def next_sequence(connection: Connection) -> int:
    """The number of the next event; nobody else numbers one until the transaction ends."""
    if is_postgresql(connection):
        connection.execute(text(f"SELECT pg_advisory_xact_lock({SEQUENCE_LOCK})"))
    last: int | None = connection.execute(select(func.max(events.c.sequence))).scalar_one()
    return (last or 0) + 1


def insert_event(connection: Connection, **values: Any) -> None:  # noqa: ANN401
    """Store an event."""
    connection.execute(insert(events).values(values))


def event_with_id(connection: Connection, event_id: str) -> Row[str, str] | None:
    """Kind and body of an event; None when there is none of that id."""
    query = select(events.c.kind, events.c.body).where(events.c.event_id == event_id)
    return connection.execute(query).one_or_none()


def numbered(connection: Connection) -> Iterator[Row[int, str, str]]:
    """Number, id and kind of every event, by number."""
    query = select(events.c.sequence, events.c.event_id, events.c.kind)
    yield from in_portions(connection, query.order_by(events.c.sequence))


def insert_deliveries(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Store deliveries that wait."""
    if rows:
        connection.execute(insert(deliveries), list(rows))


def insert_webhook(connection: Connection, **values: Any) -> None:  # noqa: ANN401
    """Store a receiver."""
    connection.execute(insert(webhooks).values(values))
    seal(connection, webhooks, values["webhook_id"])


def all_webhooks(connection: Connection) -> Sequence[Row[Any]]:
    """All receivers, oldest first."""
    return connection.execute(select(webhooks).order_by(webhooks.c.created_at)).all()


def enabled_webhooks(connection: Connection) -> Sequence[Row[str, str]]:
    """Id and kinds of the receivers that were not disabled."""
    query = select(webhooks.c.webhook_id, webhooks.c.kinds)
    return connection.execute(query.where(webhooks.c.disabled_at.is_(None))).all()


def disable_webhook(connection: Connection, webhook_id: str, *, now: int) -> bool:
    """Disable a receiver, what still waited for it is dead; whether there was one to disable."""
    of_it = update(webhooks).where(
        webhooks.c.webhook_id == webhook_id, webhooks.c.disabled_at.is_(None)
    )
    if not connection.execute(of_it.values(disabled_at=now)).rowcount:
        return False
    seal(connection, webhooks, webhook_id)
    waiting = update(deliveries).where(_d.webhook_id == webhook_id, _d.state == "waiting")
    connection.execute(waiting.values(state="dead", last_error="the webhook was disabled"))
    return True


def is_webhook(connection: Connection, webhook_id: str) -> bool:
    """Whether there is such a receiver, disabled or not."""
    query = select(exists().where(webhooks.c.webhook_id == webhook_id))
    return bool(connection.execute(query).scalar())


def due_receivers(connection: Connection, *, now: int) -> list[str]:
    """The webhooks that have a delivery whose time has come."""
    is_due = exists().where(
        _d.webhook_id == webhooks.c.webhook_id, _d.state == "waiting", _d.next_at <= now
    )
    return list(connection.execute(select(webhooks.c.webhook_id).where(is_due)).scalars())


def lock_next(connection: Connection, webhook_id: str, *, now: int) -> Row[int, int] | None:
    """Id and attempts of a receiver's next due delivery, its row locked; None when none is due."""
    query = (
        select(_d.delivery_id, _d.attempts)
        .where(_d.webhook_id == webhook_id, _d.state == "waiting", _d.next_at <= now)
        .order_by(_d.next_at, _d.delivery_id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return connection.execute(query).one_or_none()


def set_delivery(connection: Connection, delivery_id: int, **values: Any) -> bool:  # noqa: ANN401
    """Change a delivery; whether there is such a delivery."""
    of_it = update(deliveries).where(_d.delivery_id == delivery_id)
    return bool(connection.execute(of_it.values(values)).rowcount)


def set_waiting(connection: Connection, delivery_id: int, **values: Any) -> None:  # noqa: ANN401
    """Change a delivery if it still waits."""
    of_it = update(deliveries).where(_d.delivery_id == delivery_id, _d.state == "waiting")
    connection.execute(of_it.values(values))


def make_due(connection: Connection, attempts: int, *, now: int, at_most: int) -> int:
    """Make due what was tried so many times and waits for longer than `at_most`; how many."""
    is_late = is_wrong(_d.next_at, now, reach_of(connection).of(at_most))
    late = update(deliveries).where(_d.state == "waiting", _d.attempts == attempts, is_late)
    return connection.execute(late.values(next_at=now)).rowcount


def delivery_to_send(
    connection: Connection, delivery_id: int
) -> Row[int, str, int, str, str, str, str, int]:
    """All that an attempt needs of a delivery, its event and its receiver."""
    e, w = events.c, webhooks.c
    columns = (_d.delivery_id, e.event_id, e.sequence, e.kind, e.body, w.url, w.secret, _d.attempts)
    query = select(*columns).select_from(deliveries).join(events).join(webhooks)
    return connection.execute(query.where(_d.delivery_id == delivery_id)).one()


def deliveries_page(
    connection: Connection, *, state: str | None, before: int | None, limit: int
) -> Sequence[Row[Any]]:
    """Deliveries with their events, newest first; all of them, or those in a state."""
    columns = (events.c.sequence, events.c.kind, events.c.body)
    query = select(deliveries, *columns).join(events).limit(limit)
    if state is not None:
        query = query.where(_d.state == state)
    if before is not None:
        query = query.where(_d.delivery_id < before)
    return connection.execute(query.order_by(_d.delivery_id.desc())).all()


def revive_dead(connection: Connection, *, now: int) -> int:
    """Have all dead deliveries tried again whose receivers were not disabled; how many."""
    enabled = select(webhooks.c.webhook_id).where(webhooks.c.disabled_at.is_(None))
    dead = update(deliveries).where(_d.state == "dead", _d.webhook_id.in_(enabled))
    return connection.execute(dead.values(state="waiting", attempts=0, next_at=now)).rowcount


def unsent_by_receiver(connection: Connection) -> dict[tuple[str, str], int]:
    """How many deliveries wait or are dead, by receiver and state."""
    query = select(_d.webhook_id, _d.state, func.count()).where(_d.state.in_(("waiting", "dead")))
    grouped = query.group_by(_d.webhook_id, _d.state)
    return {(row[0], row[1]): row[2] for row in connection.execute(grouped)}


def last_delivered(connection: Connection, webhook_id: str) -> Row[int, int] | None:
    """Number and instant of the newest event that a receiver took; None when it took none."""
    query = (
        select(events.c.sequence, _d.delivered_at)
        .join_from(deliveries, events)
        .where(_d.webhook_id == webhook_id, _d.state == "delivered")
        .order_by(_d.delivery_id.desc())
        .limit(1)
    )
    return connection.execute(query).one_or_none()


def failing(connection: Connection) -> Sequence[Row[str, int, int, str, int]]:
    """The oldest delivery that a receiver did not take and that waits for another attempt.

    Its webhook, attempts and last error, when its event was, and how many such deliveries wait.
    """
    is_failing = (_d.state == "waiting") & _d.last_error.is_not(None)
    oldest = select(func.min(_d.delivery_id).label("first"), func.count().label("many"))
    first = oldest.where(is_failing).group_by(_d.webhook_id).subquery()
    query = (
        select(_d.webhook_id, _d.attempts, events.c.at, _d.last_error, first.c.many)
        .join_from(deliveries, first, _d.delivery_id == first.c.first)
        .join(events)
    )
    return connection.execute(query).all()


def counts(connection: Connection) -> dict[str, int]:
    """How many deliveries wait and how many are dead."""
    query = select(_d.state, func.count()).where(_d.state != "delivered").group_by(_d.state)
    return {row[0]: row[1] for row in connection.execute(query)}
