"""All SQL of the audit slice: it appends and reads, and takes words away, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, and_, insert, or_, select, text, update

from service.audit.chain import seal_of
from service.audit.tables import audit
from service.database.engine import is_postgresql

SUBJECT_MAX: Final = 300
CHAIN_LOCK: Final = 7_226_003
"""Number of the PostgreSQL lock that lets one transaction at a time lengthen the chain."""


def lock_chain(connection: Connection) -> None:
    """Wait until no other transaction lengthens the chain; SQLite has one writer anyway."""
    if is_postgresql(connection):
        connection.execute(text(f"SELECT pg_advisory_xact_lock({CHAIN_LOCK})"))


def last_sealed(connection: Connection) -> Row[int, str] | None:
    """Number and seal of the last record."""
    query = select(audit.c.number, audit.c.seal).order_by(audit.c.number.desc()).limit(1)
    return connection.execute(query).one_or_none()


def append(connection: Connection, values: dict[str, Any]) -> None:
    """Seal a record and add it to the chain."""
    connection.execute(insert(audit).values(**values, seal=seal_of(values)))


def records(connection: Connection) -> Iterator[dict[str, Any]]:
    """Every record, in order."""
    for row in connection.execute(select(audit).order_by(audit.c.number)):
        yield dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it


def page(
    connection: Connection, subject: str | None, *, before: int | None, limit: int
) -> Sequence[Row[Any]]:
    """Records, newest first; all of them, or those of one subject."""
    query = select(audit).order_by(audit.c.number.desc()).limit(limit)
    if subject is not None:
        query = query.where(audit.c.subject == subject)
    if before is not None:
        query = query.where(audit.c.number < before)
    return connection.execute(query).all()


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
        own = and_(
            audit.c.action == "appeal.filed", audit.c.after == as_json({"by": "complainant"})
        )
        query = query.where(or_(own, audit.c.action.in_(["complaint.withdrawn", "answer.filed"])))
    numbers = list(connection.execute(query.order_by(audit.c.number)).scalars())
    for start in range(0, len(numbers), 500):
        chunk = numbers[start : start + 500]
        connection.execute(update(audit).where(audit.c.number.in_(chunk)).values(why="", salt=None))
    return numbers


def as_json(value: Any) -> str | None:  # noqa: ANN401 - anything JSON can say
    """A value as the chain keeps it."""
    return None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)
