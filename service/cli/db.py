"""`detector db`: the store's schema."""

from __future__ import annotations

from typing import Annotated

import typer

from service.cli.serve import DatabaseOption, settings_of

db = typer.Typer(name="db", help="Look after the store's tables.", no_args_is_help=True)


@db.command()
def upgrade(
    revision: Annotated[str, typer.Argument(help="Revision to go to.")] = "head",
    database: DatabaseOption = None,
) -> None:
    """Bring the tables up to date. Back the database up before."""
    from service import revisions
    from service.database import Database

    store = Database(settings_of(database=database).database)
    revisions.upgrade(store, revision)
    typer.echo(revisions.current(store) or "empty")


@db.command()
def downgrade(
    revision: Annotated[str, typer.Argument(help="Revision to go back to; `base` is none.")],
    database: DatabaseOption = None,
) -> None:
    """Take the tables back to an earlier revision. What only later ones hold is lost."""
    from service import revisions
    from service.database import Database

    store = Database(settings_of(database=database).database)
    revisions.downgrade(store, revision)
    typer.echo(revisions.current(store) or "empty")


@db.command()
def current(database: DatabaseOption = None) -> None:
    """Print the revision the tables are at, and whether it is the one needed."""
    from service import revisions
    from service.database import Database

    found = revisions.current(Database(settings_of(database=database).database))
    newest = revisions.newest()
    state = "up to date" if found == newest else f"this program needs {newest}"
    typer.echo(f"{found or 'empty'} ({state})")
