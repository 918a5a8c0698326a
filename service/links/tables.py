"""Rows of the links slice."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table

from service.database.engine import metadata

links: Final = Table(
    "links",
    metadata,
    Column("link_id", String(40), primary_key=True),
    Column("digest", LargeBinary, nullable=False),  # SHA-256; the token is in the address alone
    Column("kind", String(16), nullable=False),
    Column("seller_id", String(200)),
    Column("order_id", String(200)),
    Column("listing_id", String(200)),
    Column("buyer_id", String(200)),
    Column("report_id", String(40)),  # of a link back to what somebody reported
    Column("language", String(16)),
    Column("made_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
    Column("code", LargeBinary),  # scrypt of the second factor; without one the link is enough
    Column("wrong_codes", Integer, nullable=False, server_default="0"),
    Index("ix_links_digest", "digest", unique=True),
    Index("ix_links_buyer_id", "buyer_id"),
    Index("ix_links_report_id", "report_id"),
    Index("ix_links_expires_at", "expires_at"),
)
