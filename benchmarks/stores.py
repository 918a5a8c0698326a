"""The database a benchmark uses: empty before, empty after."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import inspect

from service import tables
from service.database.engine import Database
from service.database.revisions import downgrade, prepare, upgrade

metadata = tables.complaints.metadata
"""All tables: importing `service.tables` has declared them."""


@contextmanager
def emptied(url: str) -> Iterator[Database]:
    """A migrated store without a row, emptied again afterwards; refuses one that holds any."""
    database = Database(url)
    prepare(database)
    with database.reading() as connection:
        filled = [
            table.name
            for table in metadata.sorted_tables
            if inspect(connection).has_table(table.name)
            and connection.execute(table.select().limit(1)).first()
        ]
    if filled:
        raise SystemExit(f"the database is not empty: {', '.join(filled)}")
    try:
        yield database
    finally:
        _empty(database)
        database.close()


def _empty(database: Database) -> None:
    downgrade(database, "base")  # triggers refuse to delete what is append-only
    upgrade(database)
