"""Rows of the what-if pages: each was asked once, and changes nothing."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Index, String, Table, Text

from service.database.engine import metadata

what_ifs: Final = Table(
    "what_ifs",
    metadata,
    Column("what_if_id", String(32), primary_key=True),
    Column("person", String(200), nullable=False),
    Column("state", String(16), nullable=False),  # running | stopping | done | stopped | failed
    Column("asked", Text, nullable=False),  # JSON: the policy's text and the assumptions
    Column("begun_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),  # when its process was last known to run
    Column("ended_at", BigInteger),
    Column("result", Text),  # JSON
    Column("fault", Text),
    Index("ix_what_ifs_person_begun_at", "person", "begun_at"),
    Index("ix_what_ifs_state", "state"),
)
