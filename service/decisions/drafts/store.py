"""All SQL of the drafts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select, update

from service.decisions.drafts.tables import drafts
from service.intake.complaints.store import mark_unerased

Fields = Mapping[str, Sequence[str]]


class Draft(NamedTuple):
    """The fields of a form as somebody left them."""

    fields: dict[str, list[str]]
    saved_at: int


def draft_of(connection: Connection, person: str, complaint_id: str) -> Draft | None:
    """What a person has typed about a complaint."""
    query = select(drafts.c.fields, drafts.c.saved_at).where(
        drafts.c.person == person, drafts.c.complaint_id == complaint_id
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else Draft(json.loads(row.fields), row.saved_at)


def drafted_by(connection: Connection, person: str, complaint_ids: Sequence[str]) -> set[str]:
    """Those of some complaints about which a person keeps a draft."""
    query = select(drafts.c.complaint_id).where(
        drafts.c.person == person, drafts.c.complaint_id.in_(complaint_ids)
    )
    return set(connection.execute(query).scalars())


def keep_draft(
    connection: Connection, person: str, complaint_id: str, fields: Fields, *, now: int
) -> None:
    """Keep what a person has typed about a complaint, in the place of what they typed before."""
    its = update(drafts).where(drafts.c.person == person, drafts.c.complaint_id == complaint_id)
    values = {"fields": json.dumps(fields, ensure_ascii=False), "saved_at": now}
    if not connection.execute(its.values(values)).rowcount:
        row = {"person": person, "complaint_id": complaint_id, **values}
        connection.execute(insert(drafts).values(row))
    mark_unerased(connection, complaint_id)


def delete_draft(connection: Connection, person: str, complaint_id: str) -> None:
    """Forget what a person has typed about a complaint."""
    connection.execute(
        delete(drafts).where(drafts.c.person == person, drafts.c.complaint_id == complaint_id)
    )


def delete_drafts_about(connection: Connection, complaint_ids: Sequence[str]) -> None:
    """Forget what anybody has typed about complaints."""
    connection.execute(delete(drafts).where(drafts.c.complaint_id.in_(complaint_ids)))
