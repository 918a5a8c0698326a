"""Pages of rows in order of an instant and an id, each after the last row of the one before."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query
from sqlalchemy import ColumnElement, Select, and_, or_

PageSize = Annotated[int, Query(ge=1, le=500)]
"""How many rows a page has at most: the parameter `limit` of every list."""
Place = tuple[int, str]
"""The instant and id of the row that a page comes after: `service.http.fields.instant_place`."""


def oldest_first(
    query: Select[Any],
    at: ColumnElement[int],
    row_id: ColumnElement[str],
    *,
    after: Place | None,
    limit: int,
) -> Select[Any]:
    """At most so many rows of a query by instant and id, those after a place in that order."""
    if after is not None:
        query = query.where(or_(at > after[0], and_(at == after[0], row_id > after[1])))
    return query.order_by(at, row_id).limit(limit)


def newest_first(
    query: Select[Any],
    at: ColumnElement[int],
    row_id: ColumnElement[str],
    *,
    after: Place | None,
    limit: int,
) -> Select[Any]:
    """The same, newest first."""
    if after is not None:
        query = query.where(or_(at < after[0], and_(at == after[0], row_id < after[1])))
    return query.order_by(at.desc(), row_id.desc()).limit(limit)
