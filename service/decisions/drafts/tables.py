"""Rows of the drafts."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, ForeignKey, Index, String, Table, Text

from service.database.engine import metadata

drafts: Final = Table(
    "drafts",
    metadata,
    Column("person", String(200), primary_key=True),
    Column("complaint_id", String(200), ForeignKey("complaints.complaint_id"), primary_key=True),
    Column("fields", Text, nullable=False),  # JSON: the values of each field of the form, by name
    Column("saved_at", BigInteger, nullable=False),
    Index("ix_drafts_complaint_id", "complaint_id"),
)
