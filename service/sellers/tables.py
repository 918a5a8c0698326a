"""Rows of the sellers slice."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Identity, Index, String, Table

from service.database.column_types import PositionType
from service.database.engine import metadata

sellers: Final = Table(
    "sellers",
    metadata,
    Column("seller_id", String(200), primary_key=True),
    Column("recorded_at", BigInteger, nullable=False),
)

seller_aliases: Final = Table(
    "seller_aliases",  # sellers that go by another name, as people accepted it
    metadata,
    Column("old_seller_id", String(200), primary_key=True),
    Column("new_seller_id", String(200), nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("accepted_at", BigInteger, nullable=False),
)

rescore_requests: Final = Table(
    "marks",  # sellers whose assessment is older than what is known of them
    metadata,
    Column("mark_id", PositionType, Identity(), primary_key=True),
    Column("seller_id", String(200), nullable=False),
    Column("marked_at", BigInteger, nullable=False),
    Index("ix_marks_seller_id", "seller_id"),
)
