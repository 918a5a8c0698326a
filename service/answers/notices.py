"""Notices: what to write to a seller about a complaint, before it is decided and after."""

from __future__ import annotations

from sqlalchemy import Connection

from detector.rules import Policies
from service.answers.rules import notice_from
from service.answers.schemas import NoticeShown
from service.decisions import records


def notice_of(
    connection: Connection, complaint_id: str, policies: Policies, *, now: int
) -> NoticeShown:
    """What to write to the seller about a complaint now; raises NoSuchComplaint."""
    return notice_from(records.file_of(connection, complaint_id), policies, now=now)
