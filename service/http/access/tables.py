"""Rows of the access slice."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, LargeBinary, String, Table

from service.database.engine import metadata
from service.database.sealing import sealed

api_keys: Final = Table(
    "api_keys",
    metadata,
    Column("key_id", String(32), primary_key=True),
    Column("digest", LargeBinary, nullable=False),  # SHA-256; the key itself is nowhere
    Column("role", String(16), nullable=False),
    Column("person", String(200), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
    info=sealed("key_id", since=2),
)
