"""Rows of the appeals slice."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, ForeignKey, Index, String, Table, Text

from service.database.engine import metadata

appeals: Final = Table(
    "appeals",
    metadata,
    Column("appeal_id", String(40), primary_key=True),
    Column(
        "verdict_id", String(40), ForeignKey("verdicts.verdict_id"), nullable=False, unique=True
    ),
    Column("filed_by", String(16), nullable=False),  # seller | complainant
    Column("reason", Text, nullable=False),
    Column("filed_at", BigInteger, nullable=False),
    Column("outcome", String(16), nullable=False),  # open | granted | denied
    Column("decided_by", String(200)),
    Column("decided_at", BigInteger),
    Column("decision_reason", Text),
    Index("ix_appeals_outcome_filed_at", "outcome", "filed_at"),
)
