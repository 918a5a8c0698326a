"""Notices: what to write to a complaint's parties, before it is decided and after."""

from __future__ import annotations

from sqlalchemy import Connection

from detector.rules import Policies
from service.answers.rules import Notice, notice_from
from service.decisions import records
from service.decisions.background_records import background_of
from service.decisions.schemas import Party


def notice_of(
    connection: Connection,
    complaint_id: str,
    policies: Policies,
    *,
    now: int,
    to: Party = "seller",
) -> Notice:
    """What to write to a party of a complaint now; raises NoSuchComplaint."""
    file = records.file_of(connection, complaint_id)
    verdict_ids = [] if file.verdict is None else [file.verdict.verdict_id]
    background = background_of(connection, verdict_ids)
    return notice_from(file, policies, now=now, to=to, background=background)
