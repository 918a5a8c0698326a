"""Rows of the assessments slice; every one may be deleted without changing a ledger entry."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Float, Integer, String, Table, Text

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
    Column("findings", Text),  # JSON list of what they say, as numbers; older rows have none
    Column("suspicion", String(16), nullable=False),
    Column("model", String(100), nullable=False),
)

model_log: Final = Table(
    "model_log",  # how much of the registry's log of promotions the audit holds; one row
    metadata,
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("changes", Integer, nullable=False),
    Column("seal", String(64), nullable=False),  # SHA-256 of their lines
)

shadow_runs: Final = Table(
    "shadow_runs",  # what the challenger said of the market, beside the version in use
    metadata,
    Column("as_of", BigInteger, primary_key=True, autoincrement=False),
    Column("challenger", String(100), primary_key=True),
    Column("champion", String(100), nullable=False),
    Column("due", Integer, nullable=False),  # sellers that the version in use scored
    Column("scored", Integer, nullable=False),
    Column("looked", Integer, nullable=False),  # sellers to look at, by the version in use
    Column("would_look", Integer, nullable=False),  # the same by the challenger
    Column("shared", Integer, nullable=False),  # by both
    Column("only_champion", Text, nullable=False),  # JSON list of sellers
    Column("only_challenger", Text, nullable=False),
    Column("seconds", Float(53), nullable=False),
    Column("error", String(200)),  # why the run failed
)

explorations: Final = Table(
    "explorations",  # lots drawn among sellers whom only the challenger named; one a day at most
    metadata,
    Column("day", Integer, primary_key=True, autoincrement=False),  # days since 1970
    Column("drawn_at", BigInteger, nullable=False),
    Column("challenger", String(100), nullable=False),
    Column("champion", String(100), nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("room", Integer, nullable=False),  # looks that there were
    Column("sellers", Text, nullable=False),  # JSON list of those that could be drawn
    Column("chance", Float(53), nullable=False),  # with which each of them was drawn
    Column("cases", Text, nullable=False),  # JSON: the cases of those that were, by seller
)
