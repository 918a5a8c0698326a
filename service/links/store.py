"""All SQL of links."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, insert, select, update

from service.database.engine import among
from service.links.rules import Link
from service.links.tables import links

CHUNK: Final = 500
"""Links named by one statement."""


def insert_link(connection: Connection, link: Link) -> None:
    """Store a new link."""
    connection.execute(insert(links).values(_values(link)))


def link_by_digest(connection: Connection, digest: bytes) -> Link | None:
    """The link of a token, whether or not it is good."""
    return _link(connection.execute(select(links).where(links.c.digest == digest)).one_or_none())


def link_by_id(connection: Connection, link_id: str) -> Link | None:
    """The link of an id, whether or not it is good."""
    return _link(connection.execute(select(links).where(links.c.link_id == link_id)).one_or_none())


def revoke(connection: Connection, link_id: str, now: int) -> bool:
    """Revoke a link that was not revoked before; whether there is such a link."""
    of_it = update(links).where(links.c.link_id == link_id, links.c.revoked_at.is_(None))
    return bool(connection.execute(of_it.values(revoked_at=now)).rowcount)


def count_try(connection: Connection, link_id: str, at_most: int) -> bool:
    """Count a try of a link's second factor; False where there were as many as may be.

    It is counted before it is looked at: tries at the same time are all counted.
    """
    left = update(links).where(links.c.link_id == link_id, links.c.wrong_codes < at_most)
    return bool(connection.execute(left.values(wrong_codes=links.c.wrong_codes + 1)).rowcount)


def forget_tries(connection: Connection, link_id: str) -> None:
    """Count no wrong tries any more: the right code was given."""
    connection.execute(update(links).where(links.c.link_id == link_id).values(wrong_codes=0))


def delete_expired(connection: Connection, before: int) -> None:
    """Forget links that expired before an instant."""
    connection.execute(delete(links).where(links.c.expires_at < before))


def delete_of_buyer(connection: Connection, buyer_id: str) -> None:
    """Forget every link that names a buyer."""
    connection.execute(delete(links).where(links.c.buyer_id == buyer_id))


def delete_to(connection: Connection, report_ids: Sequence[str]) -> None:
    """Forget every link back to one of the reports."""
    for start in range(0, len(report_ids), CHUNK):
        some = among(connection, links.c.report_id, report_ids[start : start + CHUNK])
        connection.execute(delete(links).where(some))


def _values(link: Link) -> dict[str, Any]:
    return {one.name: getattr(link, one.name) for one in fields(Link)}


def _link(row: Row[Any] | None) -> Link | None:
    return None if row is None else Link(**row._asdict())
