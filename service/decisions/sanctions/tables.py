"""Rows of the sanctions slice: what became of each suspension and removal that the rules issued."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Index, String, Table, Text

from service.database.engine import metadata

sanctions: Final = Table(
    "sanctions",
    metadata,
    Column("sanction_id", String(300), primary_key=True),
    Column("seller_id", String(200), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("state", String(16), nullable=False),  # waiting | carried_out | declined | lifted
    Column("issued_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger),
    Column("approved_by", String(200)),
    Column("approved_at", BigInteger),
    Column("declined_by", String(200)),
    Column("reason", Text),
    Column("lifted_at", BigInteger),
    Column("done_at", BigInteger),  # when the platform did what it says
    Index("ix_sanctions_state_issued_at", "state", "issued_at"),
    Index("ix_sanctions_seller_id", "seller_id"),
)
