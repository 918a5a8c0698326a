"""Rows of the answers slice."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, ForeignKey, String, Table, Text

from service.database.engine import metadata
from service.database.sealing import Words, sealed

answers: Final = Table(
    "answers",
    metadata,
    Column("complaint_id", String(200), ForeignKey("complaints.complaint_id"), primary_key=True),
    Column("text", Text, nullable=False),  # empty once erased
    Column("filed_by", String(200), nullable=False),
    Column("filed_at", BigInteger, nullable=False),
    info=sealed("complaint_id", words=(Words(("text",), at="filed_at"),)),
)
