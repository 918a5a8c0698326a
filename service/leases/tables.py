"""Rows of cases: the queue is a query over the open ones, a lease says who holds one."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Float, Index, String, Table, Text, text

from service.database.engine import metadata

_OPEN: Final = text("status = 'open'")
_FREE: Final = text("status = 'open' AND holder IS NULL")
_LEASED: Final = text("lease_expires_at IS NOT NULL")

cases: Final = Table(
    "cases",
    metadata,
    Column("case_id", String(40), primary_key=True),
    Column("seller_id", String(200), nullable=False),
    Column("status", String(16), nullable=False),  # open | closed
    Column("suspicion", String(16), nullable=False),  # seller | brigade
    Column("opened_for", String(16), nullable=False, server_default="certainty"),  # a way in
    Column("false_chance", Float(53)),  # that it is a false alarm; of older cases nobody knows
    Column("opened_at", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("base", Text, nullable=False),  # JSON: the parts of the priority that waiting leaves
    Column("order_key", Float(53), nullable=False),  # what the queue is sorted by, highest first
    Column("reasons", Text, nullable=False),  # JSON list of sentences
    Column("looked_at", BigInteger),  # when it was first claimed; of older cases nobody knows
    Column("findings", Text),  # JSON list of what they say, as numbers; older cases have none
    Column("opening", Text),  # JSON: what was known when it was opened; older cases have none
    Column("level", Text),  # JSON: what was known of the seller's level; only of cases about it
    Column("holder", String(200)),
    Column("lease_expires_at", BigInteger),
    Column("snoozed_until", BigInteger),
    Column("escalated_by", String(200)),
    Column("closed_at", BigInteger),
    Column("closed_by", String(200)),
    Column("outcome", String(100)),
    Column("label", String(16)),  # problem | false_alarm | unclear
    Column("label_reason", String(16)),
    Column("note", Text),
    Index(
        "uq_cases_open_seller_id",
        "seller_id",
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    ),
    Index(
        "ix_cases_open_order_key",
        "order_key",
        "case_id",
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    ),
    Index(
        "ix_cases_free_order_key",
        "order_key",
        "case_id",
        sqlite_where=_FREE,
        postgresql_where=_FREE,
    ),
    Index(
        "ix_cases_lease_expires_at",
        "lease_expires_at",
        sqlite_where=_LEASED,
        postgresql_where=_LEASED,
    ),
    Index("ix_cases_seller_id_closed_at", "seller_id", "closed_at"),
    Index("ix_cases_closed_at_case_id", "closed_at", "case_id"),
)
