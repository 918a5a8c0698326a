"""Rows of the ledger slice."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Identity, Index, String, Table, Text

from service.database.engine import metadata
from service.intake.complaints.tables import PositionType

ledger_events: Final = Table(
    "ledger_events",
    metadata,
    Column("position", PositionType, Identity(), primary_key=True),
    Column("event_id", String(80), nullable=False, unique=True),
    Column("seller_id", String(200), nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("body", Text, nullable=False),  # the event as `detector rules replay` reads it
    Index("ix_ledger_events_seller_id_position", "seller_id", "position"),
)
