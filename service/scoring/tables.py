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

scoring_leases: Final = Table(
    "scoring_leases",  # which worker is scoring a seller; the empty id stands for the whole market
    metadata,
    Column("seller_id", String(200), primary_key=True),
    Column("worker", String(40), nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)

standouts: Final = Table(
    "standouts",  # who stood out on which of the last days: flags bound the false among them
    metadata,
    Column("seller_id", String(200), primary_key=True),
    Column("day", Integer, primary_key=True),  # days since 1970
    Column("p_value", Float(53), nullable=False),  # the smallest of the day
)

market_snapshots: Final = Table(
    "market_snapshots",  # what moves all sellers alike, as the last scoring of all of them found it
    metadata,
    Column("as_of", BigInteger, primary_key=True),
    Column("model", String(100), nullable=False),
    Column("has_orders", Boolean, nullable=False),
    Column("arrays", LargeBinary, nullable=False),  # .npz without pickle
    Column("unused", Text),  # JSON: what that scoring could not use
)

scoring_failures: Final = Table(
    "scoring_failures",  # a worker's loops whose last run failed
    metadata,
    Column("loop", String(16), primary_key=True),
    Column("failures", Integer, nullable=False),  # since the first of them
    Column("first_at", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),
    Column("error", String(100), nullable=False),  # its class: its words may name somebody
)
