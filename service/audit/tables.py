"""Rows of the audit slice. Triggers in the database refuse to change or delete one.

They let one thing pass: `why` and its salt emptied together, which is what an erasure does.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Index, String, Table, Text

from service.database.column_types import PositionType
from service.database.engine import metadata

audit: Final = Table(
    "audit",
    metadata,
    Column("number", PositionType, primary_key=True, autoincrement=False),  # 1, 2, 3 … no gap
    Column("at", BigInteger, nullable=False),
    Column("actor", String(200), nullable=False),
    Column("role", String(16), nullable=False),
    Column("action", String(60), nullable=False),
    Column("subject", String(300), nullable=False),
    Column("why", Text, nullable=False),
    Column("salt", String(32)),  # empty when the words are erased
    Column("why_seal", String(64)),  # empty in records of an older revision
    Column("before", Text),  # JSON
    Column("after", Text),  # JSON
    Column("policy", String(200)),
    Column("model", String(100)),
    Column("seller_id", String(200)),  # whom it is about; empty in records of an older revision
    Column("sealed", Text),  # JSON: digests of the rows it decided; empty as above
    Column("previous", String(64), nullable=False),
    Column("seal", String(64), nullable=False, unique=True),
    Index("ix_audit_subject", "subject"),
    Index("ix_audit_seller_id", "seller_id"),
)
