"""The store's schema over time: one set of Alembic migrations for SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from detector.errors import BadInput
from service.database.engine import Database
from service.refusals import DatabaseAway, SchemaBehind

MIGRATIONS: Final = Path(__file__).parent / "migrations"
UPGRADE_LOCK: Final = 7_226_001
"""Number of the PostgreSQL lock that keeps two upgrades from running at once."""


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the store's tables to a revision, all steps in one transaction."""
    _run(database, command.upgrade, revision)


def downgrade(database: Database, revision: str) -> None:
    """Take the store's tables back to an earlier revision (`base` is none at all)."""
    _run(database, command.downgrade, revision)


def current(database: Database) -> str | None:
    """The revision the store is at; None when it is empty."""
    with _answered(database), database.reading() as connection:
        return MigrationContext.configure(connection).get_current_revision()


@cache
def newest() -> str:
    """The revision that this program needs."""
    head = ScriptDirectory.from_config(_config(None)).get_current_head()
    assert head is not None  # noqa: S101 - the package ships with migrations
    return head


def check_current(database: Database) -> None:
    """Raise SchemaBehind unless the store is at the revision that this program needs."""
    found, needed = current(database), newest()
    if found != needed:
        raise SchemaBehind(
            f"the database is at revision {found or 'none'} and this program needs {needed}; "
            "run: detector db upgrade"
        )


def prepare(database: Database) -> None:
    """Set up an empty store; leave one that holds anything alone.

    Raises SchemaBehind when it holds tables of another revision: an upgrade is asked for, never
    taken, because a backup belongs before it.
    """
    with _answered(database), database.reading() as connection:
        is_empty = not inspect(connection).get_table_names()
    if is_empty:
        upgrade(database)
    check_current(database)


def _run(database: Database, step: object, revision: str) -> None:
    with _answered(database), database.writing() as connection:
        if database.is_postgresql:
            connection.execute(text(f"SELECT pg_advisory_xact_lock({UPGRADE_LOCK})"))
        try:
            step(_config(connection), revision)  # type: ignore[operator]
        except CommandError as error:
            raise BadInput(f"revision {revision!r}: {error}") from error


@contextmanager
def _answered(database: Database) -> Iterator[None]:
    """Tell in one line that the database does not answer, or is none."""
    try:
        yield
    except DBAPIError as error:
        why = str(error.orig).strip().partition("\n")[0]
        raise DatabaseAway(f"--database: {database.url}: cannot be used ({why})") from error


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
