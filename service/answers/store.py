"""All SQL of the answers slice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, insert, select

from service.database.engine import among
from service.database.sealing import seal
from service.decisions.tables import answers


def add(connection: Connection, **values: Any) -> None:  # noqa: ANN401
    """Record an answer."""
    connection.execute(insert(answers).values(values))
    seal(connection, answers, values["complaint_id"])


def filed_times(connection: Connection, complaint_ids: Sequence[str]) -> dict[str, int]:
    """When complaints were answered, by complaint; at most a page of them."""
    query = select(answers.c.complaint_id, answers.c.filed_at).where(
        among(connection, answers.c.complaint_id, complaint_ids)
    )
    return {row.complaint_id: row.filed_at for row in connection.execute(query)}
