"""All SQL of reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from service.database.engine import among, is_postgresql
from service.intake.complaints.tables import complaints
from service.intake.reports.rules import OPEN, Report, ReportFile
from service.intake.reports.tables import report_files, reports

CHUNK: Final = 500
"""Reports named by one statement."""
_WRITTEN: Final = ("words", "addresses", "seller_named", "name", "email")
"""What people wrote, which an erasure takes."""


def insert_report(connection: Connection, report: Report) -> None:
    """Store a new draft."""
    values = {one.name: getattr(report, one.name) for one in fields(Report)}
    connection.execute(insert(reports).values(values))


def report_of(connection: Connection, report_id: str) -> Report | None:
    """A report by its id."""
    query = select(reports).where(reports.c.report_id == report_id)
    return _report(connection.execute(query).one_or_none())


def locked(connection: Connection, report_id: str) -> Report | None:
    """A report, locked until the transaction ends, so that it is sent once."""
    query = select(reports).where(reports.c.report_id == report_id).with_for_update()
    return _report(connection.execute(query).one_or_none())


def draft_by(connection: Connection, link_id: str) -> Report | None:
    """The last draft that was begun by a link."""
    theirs = select(reports).where(reports.c.link_id == link_id, reports.c.sent_at.is_(None))
    return _report(connection.execute(theirs.order_by(reports.c.begun_at.desc()).limit(1)).first())


def reports_about(connection: Connection, complaint_ids: Sequence[str]) -> dict[str, Report]:
    """What complainants reported themselves of some complaints, by complaint."""
    found: dict[str, Report] = {}
    for start in range(0, len(complaint_ids), CHUNK):
        some = among(connection, reports.c.complaint_id, complaint_ids[start : start + CHUNK])
        for row in connection.execute(select(reports).where(some)):
            found[row.complaint_id] = Report(**row._asdict())
    return found


def change(connection: Connection, report_id: str, **values: Any) -> None:  # noqa: ANN401
    """Change what a report says."""
    its = update(reports).where(reports.c.report_id == report_id)
    connection.execute(its.values(values))


def waiting(connection: Connection, *, limit: int) -> list[Report]:
    """Notices whose seller nobody has named yet, the oldest first."""
    theirs = select(reports).where(reports.c.sent_at.is_not(None), reports.c.complaint_id.is_(None))
    unread = theirs.where(reports.c.erased_at.is_(None))
    rows = connection.execute(unread.order_by(reports.c.sent_at).limit(limit))
    return [Report(**row._asdict()) for row in rows]


def count_waiting(connection: Connection) -> int:
    """How many notices wait for somebody to name their seller."""
    query = select(func.count()).where(
        reports.c.sent_at.is_not(None),
        reports.c.complaint_id.is_(None),
        reports.c.erased_at.is_(None),
    )
    return int(connection.execute(query).scalar_one())


def open_notices(
    connection: Connection, seller_ids: Sequence[str], *, since: int
) -> dict[str, int]:
    """How many of the complaints about each seller since an instant are notices by no link."""
    found: dict[str, int] = {}
    for start in range(0, len(seller_ids), CHUNK):
        rows = connection.execute(
            select(complaints.c.seller_id, func.count())
            .join(reports, reports.c.complaint_id == complaints.c.complaint_id)
            .where(
                among(connection, complaints.c.seller_id, seller_ids[start : start + CHUNK]),
                complaints.c.filed_at >= since,
                reports.c.door == OPEN,
            )
            .group_by(complaints.c.seller_id)
        )
        found.update((seller_id, count) for seller_id, count in rows)
    return found


def lock_order(connection: Connection, seller_id: str, order_id: str) -> None:
    """Lock an order until the transaction ends, so that it gets one complaint of a kind."""
    if is_postgresql(connection):
        number = int.from_bytes(
            sha256(repr((seller_id, order_id)).encode()).digest()[:8], signed=True
        )
        connection.execute(select(func.pg_advisory_xact_lock(number)))


def complaints_about(connection: Connection, seller_id: str, order_id: str) -> Sequence[Row[Any]]:
    """The complaints about an order, newest first."""
    c = complaints.c
    query = select(complaints).where(c.order_id == order_id, c.seller_id == seller_id)
    return connection.execute(query.order_by(c.filed_at.desc(), c.complaint_id)).all()


def add_file(connection: Connection, file: ReportFile) -> None:
    """Store a file of a draft."""
    values = {one.name: getattr(file, one.name) for one in fields(ReportFile)}
    connection.execute(insert(report_files).values(values))


def files_of(connection: Connection, report_id: str) -> list[ReportFile]:
    """The files of a draft, in the order in which they were added."""
    query = select(report_files).where(report_files.c.report_id == report_id)
    rows = connection.execute(query.order_by(report_files.c.added_at, report_files.c.file_id))
    return [ReportFile(**row._asdict()) for row in rows]


def remove_file(connection: Connection, report_id: str, file_id: str) -> bool:
    """Take a file off a draft; whether it was there."""
    its = report_files.c.report_id == report_id, report_files.c.file_id == file_id
    return bool(connection.execute(delete(report_files).where(*its)).rowcount)


def remove_files(connection: Connection, report_ids: Sequence[str]) -> None:
    """Take all files off some drafts."""
    for start in range(0, len(report_ids), CHUNK):
        some = report_files.c.report_id.in_(report_ids[start : start + CHUNK])
        connection.execute(delete(report_files).where(some))


def drafts_before(connection: Connection, saved_before: int, *, limit: int) -> list[str]:
    """Drafts that nobody worked on since an instant."""
    old = select(reports.c.report_id).where(
        reports.c.sent_at.is_(None), reports.c.saved_at < saved_before
    )
    return list(connection.execute(old.order_by(reports.c.saved_at).limit(limit)).scalars())


def drafts_of_buyer(connection: Connection, buyer_id: str) -> list[str]:
    """A buyer's drafts."""
    query = select(reports.c.report_id).where(reports.c.buyer_id == buyer_id)
    return list(connection.execute(query).scalars())


def delete_drafts(connection: Connection, report_ids: Sequence[str]) -> None:
    """Forget drafts, with the rows of their files."""
    remove_files(connection, report_ids)
    for start in range(0, len(report_ids), CHUNK):
        some = reports.c.report_id.in_(report_ids[start : start + CHUNK])
        connection.execute(delete(reports).where(some))


def erase(connection: Connection, complaint_ids: Sequence[str], now: int) -> list[str]:
    """Take what people wrote out of the reports of complaints; the ids of those reports."""
    found: list[str] = []
    for start in range(0, len(complaint_ids), CHUNK):
        its = reports.c.complaint_id.in_(complaint_ids[start : start + CHUNK])
        nothing = dict.fromkeys(_WRITTEN)
        emptied = update(reports).where(its).values(**nothing, erased_at=now)
        found += connection.execute(emptied.returning(reports.c.report_id)).scalars()
    return found


def erase_unassigned(connection: Connection, sent_before: int, now: int) -> list[str]:
    """Take what people wrote out of notices that never became a complaint; their ids."""
    old = update(reports).where(
        reports.c.complaint_id.is_(None),
        reports.c.sent_at < sent_before,
        reports.c.erased_at.is_(None),
    )
    emptied = old.values(**dict.fromkeys(_WRITTEN), erased_at=now).returning(reports.c.report_id)
    return list(connection.execute(emptied).scalars())


def is_in_draft(connection: Connection, sha: str) -> bool:
    """Whether a file belongs to a draft."""
    query = select(report_files.c.file_id).where(report_files.c.sha256 == sha).limit(1)
    return connection.execute(query).one_or_none() is not None


def _report(row: Row[Any] | None) -> Report | None:
    return None if row is None else Report(**row._asdict())
