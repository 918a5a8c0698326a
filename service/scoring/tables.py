"""Rows of the scoring slice; every one may be deleted without changing a ledger entry."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from service.database.engine import metadata

assessments: Final = Table(
    "assessments",
    metadata,
    Column("seller_id", String(200), primary_key=True),
    Column("as_of", BigInteger, nullable=False),
    Column("score", Float(53), nullable=False),
    Column("surprise", Float(53), nullable=False),
    Column("p_value", Float(53), nullable=False),
    Column("q_value", Float(53), nullable=False),
    Column("flagged", Boolean, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("reasons", Text, nullable=False),  # JSON list of sentences
    Column("suspicion", String(16), nullable=False),
    Column("model", String(100), nullable=False),
)

scoring_leases: Final = Table(
    "scoring_leases",  # which worker is scoring a seller; the empty id stands for the whole market
    metadata,
    Column("seller_id", String(200), primary_key=True),
    Column("worker", String(40), nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)

market_snapshots: Final = Table(
    "market_snapshots",  # what moves all sellers alike, as the last scoring of all of them found it
    metadata,
    Column("as_of", BigInteger, primary_key=True),
    Column("model", String(100), nullable=False),
    Column("has_orders", Boolean, nullable=False),
    Column("arrays", LargeBinary, nullable=False),  # .npz without pickle
)
