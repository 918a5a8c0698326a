"""Rows of the sessions slice."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Index, LargeBinary, String, Table

from service.database.engine import metadata

sessions: Final = Table(
    "sessions",
    metadata,
    Column("session_id", String(32), primary_key=True),
    Column("digest", LargeBinary, nullable=False),  # SHA-256; the secret is in the cookie alone
    Column("key_id", String(32)),  # null: signed in at the identity provider
    Column("role", String(16), nullable=False),
    Column("person", String(200), nullable=False),
    Column("browser", String(200), nullable=False),
    Column("began_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Index("ix_sessions_person", "person"),
)

login_links: Final = Table(
    "login_links",
    metadata,
    Column("digest", LargeBinary, primary_key=True),  # SHA-256 of what the link holds
    Column("key_id", String(32), nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
)
