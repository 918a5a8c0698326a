"""A row for each complaint that was sealed as it was filed."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Index, LargeBinary, String, Table

from service.database.engine import metadata

filings: Final = Table(
    "filings",
    metadata,
    Column("complaint_id", String(200), primary_key=True),
    Column("batch", BigInteger, nullable=False),  # 1, 2, 3 …; a record of the audit seals each
    Column("facts", LargeBinary, nullable=False),  # SHA-256 of what never changes in a complaint
    Column("outcome", String(16), nullable=False),  # as filed
    Column("decided_at", BigInteger),  # as filed
    Column("salt", LargeBinary),  # empty when the buyer is erased
    Column("buyer", LargeBinary, nullable=False),  # SHA-256 of salt, buyer and fingerprint
    Column("erasure", String(32)),  # which one emptied the salt
    Index("ix_filings_batch", "batch"),
)
