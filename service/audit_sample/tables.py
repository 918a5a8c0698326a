"""Rows of the audit sample: what was drawn each week, and what people found."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Integer, String, Table, Text

from service.database.engine import metadata

audit_samples: Final = Table(
    "audit_samples",
    metadata,
    Column("week", Integer, primary_key=True, autoincrement=False),  # days since 1970 of its Monday
    Column("drawn_at", BigInteger, nullable=False),
    Column("size", Integer, nullable=False),  # how many were to be drawn, on average
    Column("sellers", Integer, nullable=False),  # that could be drawn
    Column("complaints", Integer, nullable=False),  # about these
)

audited_sellers: Final = Table(
    "audited_sellers",
    metadata,
    Column(
        "week", Integer, ForeignKey("audit_samples.week"), primary_key=True, autoincrement=False
    ),
    Column("seller_id", String(200), primary_key=True),
    Column("complaints", Integer, nullable=False),  # of the days before the draw
    Column("chance", Float(53), nullable=False),  # with which it was drawn
    Column("finding", String(16)),  # harm | no_harm | unclear; empty until somebody looked
    Column("note", Text),
    Column("decided_by", String(200)),
    Column("decided_at", BigInteger),
)
