"""Rows of the evidence slice."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text

from service.database.engine import metadata
from service.database.sealing import Words, sealed

evidence: Final = Table(
    "evidence",
    metadata,
    Column("evidence_id", String(40), primary_key=True),
    Column("complaint_id", String(200), ForeignKey("complaints.complaint_id"), nullable=False),
    Column("kind", String(100), nullable=False),
    Column("link", Text),
    Column("sha256", String(64)),
    Column("media_type", String(100)),
    Column("bytes", Integer),
    Column("note", Text),
    Column("party", String(16), nullable=False, server_default="complainant"),  # or seller
    Column("added_by", String(200), nullable=False),
    Column("added_at", BigInteger, nullable=False),
    Column("erased_at", BigInteger),
    Index("ix_evidence_sha256", "sha256"),
    Index("ix_evidence_complaint_id", "complaint_id"),
    info=sealed(
        "evidence_id",
        words=(Words(("link", "sha256", "note"), at="added_at"),),
        since=3,
    ),
)

likenesses: Final = Table(
    "likenesses",
    metadata,
    Column("evidence_id", String(40), ForeignKey("evidence.evidence_id"), primary_key=True),
    Column("likeness", String(16), nullable=False),  # 64 bits in hex
    *(Column(f"band_{number}", Integer, nullable=False) for number in range(4)),  # 16 bits each
    *(Index(f"ix_likenesses_band_{number}", f"band_{number}") for number in range(4)),
)
