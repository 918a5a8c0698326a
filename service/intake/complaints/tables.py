"""Rows of the complaints slice."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table

from service.database.engine import metadata
from service.database.sealing import sealed

complaints: Final = Table(
    "complaints",
    metadata,
    Column("complaint_id", String(200), primary_key=True),
    Column("seller_id", String(200), nullable=False),
    Column("filed_at", BigInteger, nullable=False),
    Column("category", String(100), nullable=False),
    Column("order_id", String(200)),
    Column("buyer_id", String(200)),
    Column("listing_id", String(200)),
    Column("evidence_count", Integer),
    Column("outcome", String(16), nullable=False),
    Column("decided_at", BigInteger),
    Column(
        "fingerprint", LargeBinary, nullable=False
    ),  # SHA-256 of the body as first filed; empty if erased
    Column("recorded_at", BigInteger, nullable=False),
    Column("erased_at", BigInteger),  # when what its buyer gave was removed
    Column("source", String(20)),  # who brought it; empty: an ordinary notice
    Column("source_identity", String(200)),  # an organisation's name, never a person's
    Column("group", String(200)),  # a region, a carrier, a warehouse or a brand
    Index("ix_complaints_seller_id_filed_at", "seller_id", "filed_at"),
    Index("ix_complaints_order_id", "order_id"),
    # A decision about a complaint seals it; filing it does not: most are never decided.
    info=sealed(
        "complaint_id", erasable=("buyer_id", "fingerprint", "erased_at"), is_optional=True
    ),
)
