"""Rows of the verdicts slice."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    text,
)

from service.database.engine import metadata

_COUNTS: Final = text("NOT reopened")

verdicts: Final = Table(
    "verdicts",
    metadata,
    Column("verdict_id", String(40), primary_key=True),
    Column("complaint_id", String(200), ForeignKey("complaints.complaint_id"), nullable=False),
    Column("seller_id", String(200), nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("violation", String(100)),
    Column("reason", Text, nullable=False),
    Column("evidence", Text, nullable=False),  # JSON list of kinds
    Column("moderator", String(200), nullable=False),
    Column("decided_at", BigInteger, nullable=False),
    Column("reversed_at", BigInteger),  # when an appeal was granted, or another took its place
    Column("reopened", Boolean, nullable=False),  # whether the complaint may be decided anew
    Column("supersedes", String(40)),  # the verdict whose place it took
    Column("seconded_by", Text),  # JSON list of people
    # The second verdict of a race fails here.
    Index(
        "uq_verdicts_complaint_id",
        "complaint_id",
        unique=True,
        sqlite_where=_COUNTS,
        postgresql_where=_COUNTS,
    ),
)

proposals: Final = Table(
    "proposals",
    metadata,
    Column("complaint_id", String(200), ForeignKey("complaints.complaint_id"), primary_key=True),
    Column("seller_id", String(200), nullable=False),
    Column("body", Text, nullable=False),  # JSON: the verdict as it will be given, but its reason
    Column("reason", Text, nullable=False),
    Column("moderator", String(200), nullable=False),
    Column("people", Integer, nullable=False),  # how many must agree, who proposes it included
    Column("seconded_by", Text, nullable=False),  # JSON list of people
    Column("proposed_at", BigInteger, nullable=False),
)
"""Rows live until they become a verdict or are declined: few, so no index."""
