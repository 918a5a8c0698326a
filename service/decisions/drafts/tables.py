"""Rows of the drafts."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, ForeignKey, Index, String, Table, Text

from service.database.engine import metadata

drafts: Final = Table(
    "drafts",
    metadata,
    Column("person", String(200), primary_key=True),
    Column("form", String(20), primary_key=True),
    Column("subject", String(300), primary_key=True),  # the id of what the form decides about
    Column("seller_id", String(200), nullable=False),
    # Null: it is about the seller as a whole, or about several complaints.
    Column("complaint_id", String(200), ForeignKey("complaints.complaint_id")),
    Column("fields", Text, nullable=False),  # JSON: the values of each field of the form, by name
    Column("saved_at", BigInteger, nullable=False),
    Index("ix_drafts_complaint_id", "complaint_id"),
    Index("ix_drafts_seller_id", "seller_id"),
)
