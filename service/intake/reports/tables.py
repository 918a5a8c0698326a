"""Rows of the reports slice."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text

from service.database.engine import metadata

reports: Final = Table(
    "reports",
    metadata,
    Column("report_id", String(40), primary_key=True),
    Column("door", String(8), nullable=False),  # link | open
    Column("link_id", String(40), nullable=False),  # by which it was begun
    Column("seller_id", String(200)),
    Column("order_id", String(200)),
    Column("listing_id", String(200)),
    Column("buyer_id", String(200)),  # of a draft; a complaint has its own
    Column("category", String(100)),
    Column("addresses", Text),  # of the offers, one a line
    Column("seller_named", String(200)),  # as who came by no link calls the seller
    Column("words", Text),
    Column("name", String(200)),
    Column("email", String(320)),
    Column("good_faith", Text),  # the sentence that was agreed to
    Column("language", String(16), nullable=False),
    Column("begun_at", BigInteger, nullable=False),
    Column("saved_at", BigInteger, nullable=False),
    Column("sent_at", BigInteger),
    Column("complaint_id", String(200)),  # empty in drafts, and while no seller is known
    Column("erased_at", BigInteger),
    Index("ix_reports_link_id", "link_id"),
    Index("ix_reports_buyer_id", "buyer_id"),
    Index("ix_reports_complaint_id", "complaint_id", unique=True),
    Index("ix_reports_saved_at", "saved_at"),
)

report_files: Final = Table(
    "report_files",
    metadata,
    Column("file_id", String(40), primary_key=True),
    Column("report_id", String(40), ForeignKey("reports.report_id"), nullable=False),
    Column("kind", String(100), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("media_type", String(100), nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("likeness", String(16)),
    Column("added_at", BigInteger, nullable=False),
    Index("ix_report_files_report_id", "report_id"),
    Index("ix_report_files_sha256", "sha256"),
)
