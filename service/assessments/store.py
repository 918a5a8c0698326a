"""All SQL of the assessments slice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, select, text
from sqlalchemy.dialects import postgresql, sqlite

from service.assessments.tables import assessments
from service.database.engine import among, is_postgresql, reach_of
from service.database.instants import is_ahead


def replace_assessments(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Store the sellers' current assessments in place of their former ones.

    One that is newer stays, but for what a clock far ahead of these assessments left.
    """
    if not rows:
        return
    # Sorted, so that two who write the same sellers touch them in one order.
    skew_us = reach_of(connection).skew_us
    ordered = sorted(rows, key=lambda row: str(row["seller_id"]))
    if is_postgresql(connection):
        columns = {name: [row[name] for row in ordered] for name in _NAMES}
        connection.execute(text(_REPLACE), {**columns, "skew_us": skew_us})
        return
    statement = sqlite.insert(assessments)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["seller_id"],
            set_={name: statement.excluded[name] for name in _NAMES[1:]},
            where=~is_ahead(assessments.c.as_of, statement.excluded.as_of, skew_us),
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
    "WHERE assessments.as_of NOT BETWEEN excluded.as_of + 1 AND excluded.as_of + :skew_us"
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


def scores_by(connection: Connection, model: str) -> Sequence[Row[str, float, float]]:
    """Every seller's p-value and score that a model gave."""
    columns = (assessments.c.seller_id, assessments.c.p_value, assessments.c.score)
    return connection.execute(select(*columns).where(assessments.c.model == model)).all()
