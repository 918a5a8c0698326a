"""`detector models prune`: remove versions that nothing names any more."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated

import typer

from detector.errors import BadInput
from models import DEFAULT_DIRECTORY
from service.cli.histories import ModelsOption
from service.cli.json_option import JsonOption
from service.cli.labels import noted

if TYPE_CHECKING:
    from models.pruning import Fate


def prune(
    keep: Annotated[int, typer.Option(min=1, help="So many of the newest versions stay.")],
    directory: ModelsOption = DEFAULT_DIRECTORY,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say it and remove nothing.")] = False,
    database: Annotated[
        str | None,
        typer.Option(
            "--database",
            metavar="URL",
            help="Store whose scores and open cases keep their versions; DETECTOR_DATABASE if set.",
        ),
    ] = None,
    no_store: Annotated[
        bool, typer.Option("--no-store", help="No store uses this directory.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Remove old versions, and say of each why it stays or how many bytes it frees.

    Besides the newest stay the version in use and the one before it, what an alias names, and what
    scores, the market's snapshots and open cases of the store rest on.
    """
    from models.detectors import registry_at
    from models.pruning import fates_of
    from models.pruning import prune as remove

    registry, note = registry_at(directory), noted("detector models prune")
    with nullcontext() if dry_run else registry.log.held():
        # Asked while the registry is held, so that nobody promotes what is about to go.
        named = {} if no_store else _named(database)
        fates = fates_of(registry, keep, named, now=note.at)
        if not dry_run:
            remove(registry, fates, note)
    _print(fates, dry_run=dry_run, as_json=as_json)


def _named(database: str | None) -> dict[str, list[str]]:
    from service.cli.environment import settings_of
    from service.cli.stores import existing_store
    from service.scoring.versions import versions_named

    if "database" not in settings_of(database=database).model_fields_set:
        raise BadInput(
            "scores and open cases of a store may rest on these versions: name it by --database, "
            "or say --no-store where none uses this directory"
        )
    with existing_store(database) as store, store.reading() as connection:
        return versions_named(connection)


def _print(fates: list[Fate], *, dry_run: bool, as_json: bool) -> None:
    import json

    freed = sum(fate.size for fate in fates if fate.goes)
    if as_json:
        rows = [
            {"name": f.name, "bytes": f.size, "kept": not f.goes, "reasons": f.reasons}
            for f in fates
        ]
        typer.echo(json.dumps({"dry_run": dry_run, "bytes": freed, "versions": rows}, indent=2))
        return
    gone = "would be removed" if dry_run else "removed"
    for fate in fates:
        what = f"{gone}, {fate.size:,} bytes" if fate.goes else f"kept: {', '.join(fate.reasons)}"
        typer.echo(f"{fate.name}  {what}")
    typer.echo(f"{sum(fate.goes for fate in fates)} {gone}, {freed:,} bytes")
