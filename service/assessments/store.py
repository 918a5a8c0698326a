"""All SQL of the assessments slice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, func, insert, select, text
from sqlalchemy.dialects import postgresql, sqlite

from service.assessments.tables import assessments, model_log
from service.database.engine import among, by_code_point, is_postgresql, reach_of


def replace_assessments(
    connection: Connection, rows: Sequence[dict[str, Any]], *, now: int
) -> None:
    """Store the sellers' current assessments in place of their former ones.

    One that is newer stays, but for what a clock far ahead of now left.
    """
    if not rows:
        return
    # Sorted, so that two who write the same sellers touch them in one order.
    latest = now + reach_of(connection).skew_us
    ordered = sorted(rows, key=lambda row: str(row["seller_id"]))
    if is_postgresql(connection):
        columns = {name: [row[name] for row in ordered] for name in _NAMES}
        connection.execute(text(_REPLACE), {**columns, "latest": latest})
        return
    statement = sqlite.insert(assessments)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["seller_id"],
            set_={name: statement.excluded[name] for name in _NAMES[1:]},
            where=~assessments.c.as_of.between(statement.excluded.as_of + 1, latest),
        ),
        ordered,
    )


_NAMES: Final = [column.name for column in assessments.columns]
_ARRAYS: Final = ", ".join(
    f"CAST(:{column.name} AS {column.type.compile(postgresql.dialect())}[])"  # type: ignore[no-untyped-call]
    for column in assessments.columns
)
# Each column as one array: a statement a round, not one a seller.
_REPLACE: Final = (
    f"INSERT INTO assessments ({', '.join(_NAMES)}) SELECT * FROM unnest({_ARRAYS}) "  # noqa: S608
    "ON CONFLICT (seller_id) DO UPDATE SET "
    f"{', '.join(f'{name} = excluded.{name}' for name in _NAMES[1:])} "
    "WHERE assessments.as_of NOT BETWEEN excluded.as_of + 1 AND :latest"
)


def assessments_of(connection: Connection, seller_ids: Sequence[str]) -> list[Row[Any]]:
    """The current assessments of the given sellers, most suspicious first."""
    found: list[Row[Any]] = []
    for start in range(0, len(seller_ids), 500):
        chunk = seller_ids[start : start + 500]
        found += connection.execute(
            select(assessments).where(among(connection, assessments.c.seller_id, chunk))
        )
    return sorted(found, key=lambda row: (-row.score, row.seller_id))


def forget_assessments(connection: Connection, seller_ids: Sequence[str]) -> None:
    """Remove the current assessments of the given sellers, locked in the order of their ids."""
    ids, seller_id = sorted(seller_ids), assessments.c.seller_id
    for start in range(0, len(ids), 500):
        some = among(connection, seller_id, ids[start : start + 500])
        query = select(seller_id).where(some).order_by(by_code_point(connection, seller_id))
        connection.execute(query.with_for_update()).all()
        connection.execute(delete(assessments).where(some))


def outdated_sellers(connection: Connection, as_of: Mapping[str, int], *, now: int) -> set[str]:
    """Those of the sellers whose current assessment is newer than one of the given instant.

    Nobody replaces the assessments of the given sellers until the transaction ends.
    """
    found: set[str] = set()
    ids, latest = sorted(as_of), now + reach_of(connection).skew_us
    seller_id = assessments.c.seller_id
    query = select(seller_id, assessments.c.as_of).order_by(by_code_point(connection, seller_id))
    for start in range(0, len(ids), 500):
        some = among(connection, seller_id, ids[start : start + 500])
        rows = connection.execute(query.where(some).with_for_update())
        found.update(row.seller_id for row in rows if as_of[row.seller_id] < row.as_of <= latest)
    return found


def scores_by(connection: Connection, model: str) -> Sequence[Row[str, float, float]]:
    """Every seller's p-value and score that a model gave."""
    columns = (assessments.c.seller_id, assessments.c.p_value, assessments.c.score)
    return connection.execute(select(*columns).where(assessments.c.model == model)).all()


def models_that_scored(connection: Connection) -> Sequence[Row[str, int]]:
    """Each model that gave a seller's current score, and how many sellers'."""
    model = assessments.c.model
    return connection.execute(select(model, func.count()).group_by(model).order_by(model)).all()


def counts_below(
    connection: Connection, model: str, levels: Sequence[float]
) -> tuple[int, list[int]]:
    """How many sellers a model scored last, and how many of them at or below each p-value."""
    p = assessments.c.p_value
    counts = [func.count().filter(p <= level) for level in levels]
    query = select(func.count(), *counts).where(assessments.c.model == model)
    sellers, *below = connection.execute(query).one()
    return sellers, below


def recorded_log(connection: Connection) -> Row[Any] | None:
    """How many changes of the registry's log the audit holds, and their seal; None at first."""
    return connection.execute(select(model_log)).one_or_none()


def set_recorded_log(connection: Connection, *, changes: int, seal: str) -> None:
    """Note that the audit holds so many changes, in place of what was noted before."""
    connection.execute(delete(model_log))
    connection.execute(insert(model_log).values(place=1, changes=changes, seal=seal))
