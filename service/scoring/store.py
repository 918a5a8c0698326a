"""All SQL of the scoring slice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, func, select, text
from sqlalchemy.dialects import postgresql, sqlite

from service.database.engine import among, is_postgresql
from service.intake.complaints.tables import complaints, marks
from service.intake.orders.tables import orders
from service.scoring.tables import assessments


def mark_ids(connection: Connection, now: int) -> list[int]:
    """The marks that are due."""
    return list(
        connection.execute(select(marks.c.mark_id).where(marks.c.marked_at <= now)).scalars()
    )


def replace_assessments(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Store the sellers' current assessments in place of their former ones."""
    if not rows:
        return
    # Sorted, so that two who write the same sellers touch them in one order.
    ordered = sorted(rows, key=lambda row: str(row["seller_id"]))
    if is_postgresql(connection):
        columns = {name: [row[name] for row in ordered] for name in _NAMES}
        connection.execute(text(_REPLACE), columns)
        return
    statement = sqlite.insert(assessments)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["seller_id"],
            set_={name: statement.excluded[name] for name in _NAMES[1:]},
            where=assessments.c.as_of <= statement.excluded.as_of,
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
    "WHERE assessments.as_of <= excluded.as_of"
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


def newest_filed_at(connection: Connection, seller_ids: Sequence[str]) -> dict[str, int]:
    """When the newest complaint about each of the sellers was recorded."""
    found: dict[str, int] = {}
    for start in range(0, len(seller_ids), 500):
        rows = connection.execute(
            select(complaints.c.seller_id, func.max(complaints.c.recorded_at))
            .where(among(connection, complaints.c.seller_id, seller_ids[start : start + 500]))
            .group_by(complaints.c.seller_id)
        )
        found.update((seller_id, recorded_at) for seller_id, recorded_at in rows)
    return found


def weekly_orders(
    connection: Connection, seller_ids: Sequence[str], *, since_day: int
) -> dict[str, float]:
    """Orders of each of the sellers since a day."""
    found: dict[str, float] = {}
    for start in range(0, len(seller_ids), 500):
        rows = connection.execute(
            select(orders.c.seller_id, func.sum(orders.c.orders))
            .where(
                among(connection, orders.c.seller_id, seller_ids[start : start + 500]),
                orders.c.day >= since_day,
            )
            .group_by(orders.c.seller_id)
        )
        found.update((seller_id, float(count)) for seller_id, count in rows)
    return found


def recent_categories(
    connection: Connection, seller_ids: Sequence[str], *, since: int
) -> dict[str, dict[str, int]]:
    """Complaints of each of the sellers since an instant, by category."""
    found: dict[str, dict[str, int]] = {}
    for start in range(0, len(seller_ids), 500):
        rows = connection.execute(
            select(complaints.c.seller_id, complaints.c.category, func.count())
            .where(
                among(connection, complaints.c.seller_id, seller_ids[start : start + 500]),
                complaints.c.filed_at >= since,
            )
            .group_by(complaints.c.seller_id, complaints.c.category)
        )
        for seller_id, category, count in rows:
            found.setdefault(seller_id, {})[category] = count
    return found
