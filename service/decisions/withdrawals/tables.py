"""Rows of the withdrawals slice."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, ForeignKey, Index, String, Table, Text

from service.database.engine import metadata

withdrawals: Final = Table(
    "withdrawals",
    metadata,
    Column("complaint_id", String(200), ForeignKey("complaints.complaint_id"), primary_key=True),
    Column("seller_id", String(200), nullable=False),
    Column("verdict_id", String(40), ForeignKey("verdicts.verdict_id")),  # the one that stood then
    Column("reason", Text, nullable=False),
    Column("filed_at", BigInteger, nullable=False),
    Column("outcome", String(16), nullable=False),  # ended | noted | open | granted | denied | moot
    Column("decided_by", String(200)),
    Column("decided_at", BigInteger),
    Column("decision_reason", Text),
    Index("ix_withdrawals_outcome_filed_at", "outcome", "filed_at"),
)
