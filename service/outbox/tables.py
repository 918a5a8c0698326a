"""Rows of the outbox slice."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text, text

from service.database.column_types import PositionType
from service.database.engine import metadata
from service.database.sealing import sealed

_WAITS: Final = text("state = 'waiting'")

webhooks: Final = Table(
    "webhooks",
    metadata,
    Column("webhook_id", String(40), primary_key=True),
    Column("url", Text, nullable=False),
    Column("kinds", Text, nullable=False),  # JSON list; empty is all
    Column("secret", String(100), nullable=False),  # signing needs it in the clear
    Column("created_at", BigInteger, nullable=False),
    Column("disabled_at", BigInteger),
    info=sealed("webhook_id", since=2),
)

events: Final = Table(
    "events",
    metadata,
    Column("event_id", String(40), primary_key=True),
    # 1, 2, 3 … in the order committed
    Column("sequence", BigInteger, nullable=False, server_default="0"),
    Column("kind", String(40), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("body", Text, nullable=False),  # JSON as it is sent
    Index("uq_events_sequence", "sequence", unique=True),
    # What no decision makes has no record: a case that opens.
    info=sealed("event_id", is_optional=True),
)

deliveries: Final = Table(
    "deliveries",
    metadata,
    Column("delivery_id", PositionType, primary_key=True, autoincrement=True),
    Column("event_id", String(40), ForeignKey("events.event_id"), nullable=False),
    Column("webhook_id", String(40), ForeignKey("webhooks.webhook_id"), nullable=False),
    Column("state", String(16), nullable=False),  # waiting | delivered | dead
    Column("attempts", Integer, nullable=False),
    Column("next_at", BigInteger, nullable=False),
    Column("last_error", Text),
    Column("delivered_at", BigInteger),
    Index("ix_deliveries_state_next_at", "state", "next_at"),
    # A receiver's queue.
    Index(
        "ix_deliveries_waiting_webhook_id_next_at",
        "webhook_id",
        "next_at",
        sqlite_where=_WAITS,
        postgresql_where=_WAITS,
    ),
)
