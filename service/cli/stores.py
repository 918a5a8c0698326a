"""The store of a command that works on one that is there, and never makes one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from service.cli.serve import settings_of

if TYPE_CHECKING:
    from service.database.engine import Database


@contextmanager
def existing_store(url: str | None) -> Iterator[Database]:
    """Open the store; `url` None is the one that the settings name.

    Raises BadInput where there is none: a typing error must not leave an empty store behind, with a
    key for it. Raises SchemaBehind where it is of another revision.
    """
    from detector.errors import BadInput
    from service.database.revisions import check_current, current

    store = named_store(url)
    try:
        file = None if store.is_postgresql else store.url.database
        is_missing = not store.is_postgresql and not (file and Path(file).is_file())
        if is_missing or current(store) is None:
            raise BadInput(
                f"--database: {store.url}: there is no store; detector db upgrade makes one, "
                "and so does detector serve"
            )
        check_current(store)
        yield store
    finally:
        store.close()


def named_store(url: str | None) -> Database:
    """The store that a command names, or else the settings, and the key that its audit has."""
    from service.database.engine import Database

    settings = settings_of(database=url)
    return Database(settings.database, audit_key=settings.audit_key)
