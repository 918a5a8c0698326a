"""All SQL of the audit slice: it appends and reads, and takes words away, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import eq, ge, lt
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, and_, func, insert, or_, select, text, update

from service.audit.chain import ERASURES, seal_of
from service.audit.tables import audit
from service.database.engine import audit_key_of, in_portions, is_postgresql
from service.http.access.keys import BY_ITSELF

SUBJECT_MAX: Final = 300
NOUNS: Final = ("complaint", "seller", "entry", "buyer", "model", "delivery")
"""What stands before an id in a record's subject."""
OWNED_NOUNS: Final = ("case", "key")
"""The same where the subject goes on with whose it is."""
THEIR_WORDS: Final = (
    "complaint.reported",
    "complaint.withdrawn",
    "answer.filed",
    "evidence.added",
)
"""Records whose words a complainant or a seller wrote."""
CHAIN_LOCK: Final = 7_226_003
"""Number of the PostgreSQL lock that lets one transaction at a time lengthen the chain."""


def lock_chain(connection: Connection) -> None:
    """Wait until no other transaction lengthens the chain; SQLite has one writer anyway."""
    if is_postgresql(connection):
        connection.execute(text(f"SELECT pg_advisory_xact_lock({CHAIN_LOCK})"))


def last_record(connection: Connection) -> dict[str, Any] | None:
    """The last record; None before the first."""
    query = select(audit).order_by(audit.c.number.desc()).limit(1)
    last = connection.execute(query).one_or_none()
    return None if last is None else last._asdict()


class Mark(NamedTuple):
    """How far the chain went when somebody looked: its last record."""

    number: int = 0
    seal: str = ""


def mark_of(connection: Connection) -> Mark:
    """How far the chain goes."""
    query = select(audit.c.number, audit.c.seal).order_by(audit.c.number.desc()).limit(1)
    last = connection.execute(query).one_or_none()
    return Mark() if last is None else Mark(*last)


def may_have_erased(connection: Connection, since: Mark) -> bool:
    """Whether a record since then tells of an erasure, or the chain is not the one of then."""
    is_it = (audit.c.number == since.number) & (audit.c.seal == since.seal)
    erasures = func.count().filter(audit.c.action.in_(ERASURES) & ~is_it)
    query = select(func.count().filter(is_it), erasures).where(audit.c.number >= since.number)
    same, erased = connection.execute(query).one()
    return bool(erased) or (since != Mark() and not same)


def append(connection: Connection, values: dict[str, Any]) -> None:
    """Seal a record, with the installation's key if it has one, and add it to the chain."""
    seal = seal_of(values, audit_key_of(connection))
    connection.execute(insert(audit).values(**values, seal=seal))


def revision_of(last: Mapping[str, Any] | None) -> int:
    """Up to which revision of the record the last one seals all rows; 0 where none did."""
    if last is None or last["sealed"] is None:
        return 0
    return int(json.loads(last["sealed"]).get("revision", 1))


def records(connection: Connection) -> Iterator[dict[str, Any]]:
    """Every record, in order."""
    for row in in_portions(connection, select(audit).order_by(audit.c.number)):
        yield row._asdict()


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records are asked for; what is None or empty leaves all."""

    subject: str | None = None
    seller_id: str | None = None
    actor: str | None = None
    actor_begins: str | None = None
    """How the names of those who acted begin, in any case of letters."""
    by_people: bool = False
    """Whether what the service did by itself is left out."""
    kinds: tuple[str, ...] = ()
    """Actions, such as `verdict.given`, or the first words of some, such as `verdict`."""
    since: int | None = None
    until: int | None = None
    """Before this instant."""


def page(
    connection: Connection, wanted: Wanted, *, before: int | None, limit: int
) -> Sequence[Row[Any]]:
    """Records that are asked for, newest first."""
    c = audit.c
    query = select(audit).order_by(c.number.desc()).limit(limit)
    if wanted.subject is not None:
        query = query.where(_is_about(wanted.subject))
    if wanted.kinds:
        begins = [c.action.startswith(f"{kind}.", autoescape=True) for kind in wanted.kinds]
        query = query.where(or_(c.action.in_(wanted.kinds), *begins))
    if wanted.actor_begins is not None:
        query = query.where(c.actor.istartswith(wanted.actor_begins, autoescape=True))
    if wanted.by_people:
        query = query.where(c.actor != BY_ITSELF)
    given: tuple[tuple[ColumnElement[Any], Callable[[Any, Any], Any], Any], ...] = (
        (c.seller_id, eq, wanted.seller_id),
        (c.actor, eq, wanted.actor),
        (c.at, ge, wanted.since),
        (c.at, lt, wanted.until),
        (c.number, lt, before),
    )
    asked = [is_so(column, value) for column, is_so, value in given if value is not None]
    query = query.where(*asked)
    return connection.execute(query).all()


def latest(connection: Connection, actions: Sequence[str], *, limit: int) -> Sequence[Row[Any]]:
    """The newest records of some actions, newest first."""
    query = select(audit).where(audit.c.action.in_(actions))
    return connection.execute(query.order_by(audit.c.number.desc()).limit(limit)).all()


def actors(connection: Connection, subjects: Sequence[str], actions: Sequence[str]) -> list[str]:
    """Who took some actions on some subjects: sorted, each once."""
    query = select(audit.c.actor).where(
        audit.c.subject.in_([subject[:SUBJECT_MAX] for subject in subjects]),
        audit.c.action.in_(actions),
    )
    return sorted(connection.execute(query.distinct()).scalars())


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
        query = query.where(or_(own, audit.c.action.in_(THEIR_WORDS)))
    numbers = list(connection.execute(query.order_by(audit.c.number)).scalars())
    for start in range(0, len(numbers), 500):
        chunk = numbers[start : start + 500]
        connection.execute(update(audit).where(audit.c.number.in_(chunk)).values(why="", salt=None))
    return numbers


def as_json(value: Any) -> str | None:  # noqa: ANN401 - anything JSON can say
    """A value as the chain keeps it."""
    return None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _is_about(subject: str) -> ColumnElement[bool]:
    """Whether a record is about something, called as the record calls it or by its bare id.

    All that was done about a seller is about it.
    """
    names = [subject, *(f"{noun} {subject}" for noun in NOUNS)]
    is_named = audit.c.subject.in_([name[:SUBJECT_MAX] for name in names])
    owned = [f"{noun} {subject} of " for noun in OWNED_NOUNS]
    is_sellers = audit.c.seller_id == subject
    return or_(
        is_named, is_sellers, *(audit.c.subject.startswith(one, autoescape=True) for one in owned)
    )
