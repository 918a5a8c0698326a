"""Rows of what was learnt from closed cases: one a day, so that each can be done again."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Integer, String, Table, Text

from service.database.engine import metadata

learnings: Final = Table(
    "learnings",
    metadata,
    Column("day", Integer, primary_key=True, autoincrement=False),  # days since 1970
    Column("learned_at", BigInteger, nullable=False),
    Column("lessons", String(64), nullable=False),  # SHA-256 of the cases and labels it rests on
    Column("learnt", Text, nullable=False),  # JSON: the coefficients with their covariance
)
