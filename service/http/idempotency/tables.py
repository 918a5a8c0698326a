"""Rows of the idempotency slice."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table, Text

from service.database.engine import metadata

requests: Final = Table(
    "requests",
    metadata,
    Column("owner", String(40), primary_key=True),  # the API key's id
    Column("request_key", String(200), primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),  # SHA-256 of method, path and body
    Column("at", BigInteger, nullable=False),
    Column("status", Integer),
    Column("answer", Text),
    Index("ix_requests_at", "at"),
)
