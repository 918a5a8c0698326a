"""The audit chain's doors: record a decision, read what was recorded, check it, erase its words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from secrets import token_hex
from typing import Any, Final

from sqlalchemy import Connection, Row, and_, insert, or_, select, text, update

from service.audit.chain import GENESIS, Fault, faults_of, seal_of, why_seal_of
from service.audit.schemas import AuditPage, AuditRecord
from service.audit.tables import audit
from service.database.engine import is_postgresql
from service.http.access.keys import Caller
from service.http.fields import cursor_of, instant_place

SUBJECT_MAX: Final = 300
CHAIN_LOCK: Final = 7_226_003
"""Number of the PostgreSQL lock that lets one transaction at a time lengthen the chain."""


def record(
    connection: Connection,
    action: str,
    subject: str,
    *,
    at: int,
    caller: Caller,
    why: str = "",
    before: Any = None,  # noqa: ANN401 - anything JSON can say
    after: Any = None,  # noqa: ANN401
    policy: str | None = None,
    model: str | None = None,
) -> None:
    """Add a decision to the chain, in the transaction that takes it; call it last, for it waits.

    Decisions are rare beside complaints, so that one at a time is enough.
    """
    if is_postgresql(connection):
        connection.execute(text(f"SELECT pg_advisory_xact_lock({CHAIN_LOCK})"))
    query = select(audit.c.number, audit.c.seal).order_by(audit.c.number.desc()).limit(1)
    last = connection.execute(query).one_or_none()
    salt = token_hex(16)
    values = {
        "number": 1 if last is None else last.number + 1,
        "at": at,
        "actor": caller.person,
        "role": caller.role.value,
        "action": action,
        "subject": subject[:SUBJECT_MAX],
        "why": why,
        "salt": salt,
        "why_seal": why_seal_of(salt, why),
        "before": _json(before),
        "after": _json(after),
        "policy": policy,
        "model": model,
        "previous": GENESIS if last is None else last.seal,
    }
    connection.execute(insert(audit).values(**values, seal=seal_of(values)))


def verify(connection: Connection) -> tuple[int, str, list[Fault]]:
    """How many records there are, the last seal, and every place where the chain is broken."""
    count, seal = 0, GENESIS

    def records() -> Iterator[dict[str, Any]]:
        nonlocal count, seal
        for row in connection.execute(select(audit).order_by(audit.c.number)):
            count, seal = count + 1, row.seal
            yield dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it

    faults = list(faults_of(records()))
    return count, seal, faults


def records_page(
    connection: Connection, subject: str | None, *, limit: int, cursor: str | None
) -> AuditPage:
    """A page of the record, newest first; all of it, or that of one subject."""
    query = select(audit).order_by(audit.c.number.desc()).limit(limit + 1)
    if subject is not None:
        query = query.where(audit.c.subject == subject)
    place = instant_place(cursor)
    if place is not None:
        query = query.where(audit.c.number < place[0])
    rows = connection.execute(query).all()
    more = len(rows) > limit
    return AuditPage(
        records=[_shown(row) for row in rows[:limit]],
        next_cursor=cursor_of(rows[limit - 1].number, "") if more else None,
    )


def erase_words(connection: Connection, subjects: Sequence[str], *, all_of_them: bool) -> list[int]:
    """Take the words from records about some subjects; the numbers of those records.

    Of all records of decisions, or only what complainants and sellers wrote before one. Records of
    an older revision keep theirs: the chain was sealed over them.
    """
    query = select(audit.c.number).where(
        audit.c.subject.in_([subject[:SUBJECT_MAX] for subject in subjects]),
        audit.c.why_seal.is_not(None),
        audit.c.salt.is_not(None),
    )
    if not all_of_them:
        own = and_(audit.c.action == "appeal.filed", audit.c.after == _json({"by": "complainant"}))
        query = query.where(or_(own, audit.c.action.in_(["complaint.withdrawn", "answer.filed"])))
    numbers = list(connection.execute(query.order_by(audit.c.number)).scalars())
    for start in range(0, len(numbers), 500):
        chunk = numbers[start : start + 500]
        connection.execute(update(audit).where(audit.c.number.in_(chunk)).values(why="", salt=None))
    return numbers


def _shown(row: Row[Any]) -> AuditRecord:
    told = {"is_erased", "before", "after"}
    return AuditRecord(
        is_erased=row.why_seal is not None and row.salt is None,
        before=None if row.before is None else json.loads(row.before),
        after=None if row.after is None else json.loads(row.after),
        **{name: getattr(row, name) for name in set(AuditRecord.model_fields) - told},
    )


def _json(value: Any) -> str | None:  # noqa: ANN401
    return None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)
