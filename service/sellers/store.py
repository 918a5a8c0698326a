"""All SQL of the sellers slice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import ColumnElement, Connection, Select, delete, func, insert, or_, select

from detector.history.aliases import Alias
from service.database.engine import among, by_code_point, is_postgresql
from service.database.upsert import insert_new
from service.refusals import NoSuchSeller
from service.sellers.tables import rescore_requests, seller_aliases, sellers

CHUNK: Final = 500
"""Sellers locked by one statement, as SQLite bounds its parameters."""
ALIASES_LOCK: Final = 7_226_006
"""PostgreSQL's lock that lets one at a time change aliases."""


def request_rescoring(connection: Connection, seller_ids: Iterable[str], now: int) -> None:
    """Make sure the sellers are known, and have them scored again."""
    # Sorted, so that two batches touch the sellers in one order and never wait in a circle.
    ids = sorted(set(seller_ids))
    insert_new(connection, sellers, [{"seller_id": s, "recorded_at": now} for s in ids])
    connection.execute(insert(rescore_requests), [{"seller_id": s, "marked_at": now} for s in ids])


def is_seller(connection: Connection, seller_id: str) -> bool:
    """Whether any complaint or order names the seller."""
    query = select(sellers.c.seller_id).where(sellers.c.seller_id == seller_id)
    return connection.execute(query).one_or_none() is not None


def check_known(connection: Connection, seller_id: str) -> None:
    """Raise NoSuchSeller when nothing names the seller."""
    if not is_seller(connection, seller_id):
        raise NoSuchSeller(f"no complaint and no order names the seller {seller_id!r}")


def lock_seller(connection: Connection, seller_id: str) -> None:
    """Lock a seller until the transaction ends, so that the ledger has one writer a seller.

    On SQLite a writing transaction locks the whole store already.
    """
    lock_sellers(connection, [seller_id])


def lock_seller_in(connection: Connection, query: Select[tuple[str]]) -> str | None:
    """Lock the one seller whose id a query finds, in one statement; None when it finds none."""
    its = sellers.c.seller_id == query.scalar_subquery()
    locked = select(sellers.c.seller_id).where(its).with_for_update()
    return connection.execute(locked).scalar_one_or_none()


def lock_sellers(connection: Connection, seller_ids: Iterable[str]) -> None:
    """Lock sellers until the transaction ends, in one order, so that none waits in a circle."""
    ids, seller_id = sorted(set(seller_ids)), sellers.c.seller_id
    for start in range(0, len(ids), CHUNK):
        chunk = seller_id.in_(ids[start : start + CHUNK])
        query = select(seller_id).where(chunk).order_by(by_code_point(connection, seller_id))
        connection.execute(query.with_for_update()).all()


def lock_aliases(connection: Connection) -> None:
    """Who changes aliases waits for others who do; SQLite has one writer anyway."""
    if is_postgresql(connection):
        connection.execute(select(func.pg_advisory_xact_lock(ALIASES_LOCK)))


def aliases_in(connection: Connection) -> list[Alias]:
    """The sellers that go by another name, by old name."""
    return _aliases(connection)


def aliases_about(connection: Connection, sellers: Iterable[str]) -> list[Alias]:
    """Those of the aliases that lead from or to any of the sellers, along chains as well.

    All aliases, where one statement cannot ask for so many sellers: each reads the whole table.
    """
    c, found = seller_aliases.c, dict[str, Alias]()
    wanted, seen = set(sellers), set[str]()
    while wanted:
        if len(wanted) > CHUNK:
            return aliases_in(connection)
        seen |= wanted
        names = sorted(wanted)
        theirs = or_(
            among(connection, c.old_seller_id, names), among(connection, c.new_seller_id, names)
        )
        found |= {alias.old: alias for alias in _aliases(connection, theirs)}
        wanted = {name for one in found.values() for name in (one.old, one.new)} - seen
    return [found[name] for name in sorted(found)]


def _aliases(connection: Connection, *which: ColumnElement[bool]) -> list[Alias]:
    query = select(seller_aliases).where(*which).order_by(seller_aliases.c.old_seller_id)
    rows = connection.execute(query)
    return [Alias(row.old_seller_id, row.new_seller_id, row.since, "the store") for row in rows]


def change_aliases(
    connection: Connection, aliases: Sequence[Alias], *, instead_of: Sequence[Alias] = (), now: int
) -> None:
    """Put aliases in place of some that there were; the others stay as they were accepted."""
    for start in range(0, len(instead_of), CHUNK):
        ended = [alias.old for alias in instead_of[start : start + CHUNK]]
        theirs = seller_aliases.c.old_seller_id.in_(ended)
        connection.execute(delete(seller_aliases).where(theirs))
    rows = [
        {"old_seller_id": a.old, "new_seller_id": a.new, "since": a.since, "accepted_at": now}
        for a in aliases
    ]
    if rows:
        connection.execute(insert(seller_aliases), rows)
