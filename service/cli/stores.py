"""The store of a command that works on one that is there, and never makes one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from detector.errors import BadInput
from detector.nouns import counted
from service.cli.environment import settings_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from service.database.engine import Database
    from service.intake.bulk.load import Withdrawn


class NoStore(BadInput):
    """There is no store where a command looks for one."""


@contextmanager
def existing_store(url: str | None) -> Iterator[Database]:
    """Open the store; `url` None is the one that the settings name.

    Raises BadInput where there is none, and SchemaBehind where it is of another revision.
    """
    with opened_store(url) as store:
        check_ready(store)
        yield store


@contextmanager
def opened_store(url: str | None) -> Iterator[Database]:
    """Open a store that may be empty or of another revision. Raises BadInput without its file."""
    store = named_store(url)
    try:
        _check_file(store)
        yield store
    finally:
        store.close()


def check_ready(store: Database) -> None:
    """Raise NoStore where there is none, SchemaBehind where it is of another revision."""
    from service.database.revisions import check_current

    check_set_up(store)
    check_current(store)


def check_set_up(store: Database) -> None:
    """Raise NoStore where there is none or an empty one."""
    from service.database.revisions import current

    _check_file(store)
    if current(store) is None:
        raise _missing(store)


def _check_file(store: Database) -> None:
    """Raise NoStore where SQLite would make the file: a typing error must not leave one behind."""
    file = store.url.database
    if not store.is_postgresql and not (file and Path(file).is_file()):
        raise _missing(store)


def _missing(store: Database) -> NoStore:
    return NoStore(
        f"--database: {store.url}: there is no store; detector db upgrade makes one, "
        "and so does detector serve"
    )


def named_store(url: str | None) -> Database:
    """The store that a command names, or else the settings, and the key that its audit has."""
    from service.database.engine import Database

    return Database.of(settings_of(database=url))


def store_withdrawals(
    connection: Connection, withdrawn: Sequence[Withdrawn], now: int, warn: Callable[[str], None]
) -> None:
    """Store the withdrawals that files told of, and say which of them cannot be."""
    from service.callers.operator import OPERATOR
    from service.decisions.withdrawals.loading import load_withdrawals

    judged = load_withdrawals(connection, withdrawn, caller=OPERATOR, now=now)
    if judged:
        warn(
            f"withdrawn_at: {counted(judged, 'complaint has', 'complaints have')} a verdict here, "
            "which stands until a complaint is withdrawn over the API; left out"
        )
