"""All SQL of opinions on appealed complaints; the appeals' own is in `records`."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, insert, select

from service.database.engine import among
from service.database.sealing import seal
from service.decisions.appeals.schemas import OpinionShown
from service.decisions.tables import opinions


def add_opinion(connection: Connection, opinion: OpinionShown) -> None:
    """Store an opinion."""
    connection.execute(insert(opinions).values(opinion.model_dump()))
    seal(connection, opinions, opinion.opinion_id)


def opinions_on(connection: Connection, appeal_ids: Sequence[str]) -> list[OpinionShown]:
    """Everybody's opinions on appealed complaints, oldest first."""
    query = select(opinions).where(among(connection, opinions.c.appeal_id, appeal_ids))
    rows = connection.execute(query.order_by(opinions.c.given_at, opinions.c.opinion_id))
    return [OpinionShown(**row._asdict()) for row in rows]
