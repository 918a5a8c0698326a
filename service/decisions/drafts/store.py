"""All SQL of the drafts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, delete, or_, select, update

from service.database.upsert import insert_new
from service.decisions.drafts.tables import drafts
from service.intake.complaints.store import mark_unerased
from service.intake.complaints.tables import complaints

Fields = Mapping[str, Sequence[str]]


class Draft(NamedTuple):
    """The fields of a form as somebody left them."""

    fields: dict[str, list[str]]
    saved_at: int | None
    """None where nothing was kept."""

    def text(self, name: str) -> str:
        """What stands in a field; where it occurs several times, in the last."""
        return self.fields.get(name, [""])[-1]


class DraftKey(NamedTuple):
    """Whose words in which form: one draft each."""

    person: str
    form: str
    subject: str
    """The id of what the form decides about."""


class About(NamedTuple):
    """Whose data the words may hold, so that they go with it."""

    seller_id: str
    complaint_id: str | None = None
    """None where they are about the seller as a whole, or about several complaints."""


def draft_of(connection: Connection, key: DraftKey) -> Draft:
    """What a person has typed into a form; nothing where they kept nothing."""
    query = select(drafts.c.fields, drafts.c.saved_at).where(_is(key))
    row = connection.execute(query).one_or_none()
    return Draft({}, None) if row is None else Draft(json.loads(row.fields), row.saved_at)


def drafted_by(connection: Connection, person: str, complaint_ids: Sequence[str]) -> set[str]:
    """Those of some complaints about which a person keeps a draft."""
    query = select(drafts.c.complaint_id).where(
        drafts.c.person == person, drafts.c.complaint_id.in_(complaint_ids)
    )
    return set(connection.execute(query).scalars())


def keep_draft(
    connection: Connection, key: DraftKey, about: About, fields: Fields, *, now: int
) -> None:
    """Keep what a person has typed into a form, in the place of what they typed before."""
    values = {"fields": json.dumps(fields, ensure_ascii=False), "saved_at": now}
    # Inserted first: two tabs may keep the first words of a form at once.
    if not insert_new(connection, drafts, [{**key._asdict(), **about._asdict(), **values}]):
        connection.execute(update(drafts).where(_is(key)).values(values))
    if about.complaint_id is not None:
        mark_unerased(connection, about.complaint_id)


def delete_draft(connection: Connection, key: DraftKey) -> None:
    """Forget what a person has typed into a form."""
    connection.execute(delete(drafts).where(_is(key)))


def delete_drafts_about(connection: Connection, complaint_ids: Sequence[str]) -> None:
    """Forget what anybody has typed about complaints, or about their sellers as a whole."""
    sellers = select(complaints.c.seller_id).where(complaints.c.complaint_id.in_(complaint_ids))
    of_sellers = and_(drafts.c.complaint_id.is_(None), drafts.c.seller_id.in_(sellers))
    of_them = drafts.c.complaint_id.in_(complaint_ids)
    connection.execute(delete(drafts).where(or_(of_them, of_sellers)))


def delete_drafts_before(connection: Connection, instant: int) -> None:
    """Forget what nobody has gone on with since an instant."""
    connection.execute(delete(drafts).where(drafts.c.saved_at < instant))


def _is(key: DraftKey) -> ColumnElement[bool]:
    return and_(*(drafts.c[name] == value for name, value in key._asdict().items()))
