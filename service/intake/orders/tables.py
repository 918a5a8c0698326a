"""Rows of the orders slice."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Float, Integer, String, Table

from service.database.engine import metadata

orders: Final = Table(
    "orders",
    metadata,
    Column("seller_id", String(200), primary_key=True),
    Column("day", Integer, primary_key=True),  # days since 1970 UTC
    Column("orders", Float, nullable=False),
    Column("revenue", Float),
    Column("recorded_at", BigInteger, nullable=False),
)
