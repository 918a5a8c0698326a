"""`detector models`: list, show, name, promote, roll back and verify trained artifacts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detector.errors import BadArtifact
from detector.nouns import counted
from models import DEFAULT_DIRECTORY
from service.cli.drift import drift
from service.cli.gate import gate
from service.cli.histories import ModelsOption
from service.cli.json_option import JsonOption
from service.cli.labels import alias, noted, tag
from service.cli.pruning import prune
from service.cli.shadow import shadow

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from models.registry import Registry

models = typer.Typer(
    no_args_is_help=True,
    help="Trained models: list, show, name, promote, roll back, verify, and see them drift.",
)
models.command()(alias)
models.command()(tag)
models.command()(prune)
models.command()(drift)
models.command()(gate)
models.command()(shadow)

StoreOption = Annotated[
    str | None,
    typer.Option(
        "--database",
        metavar="URL",
        help="Store whose audit records it; DETECTOR_DATABASE if set, otherwise none.",
    ),
]


@models.command("list")
def list_versions(
    directory: ModelsOption = DEFAULT_DIRECTORY, *, as_json: JsonOption = False
) -> None:
    """List all versions, oldest first; the promoted one is in use."""
    registry = _registry(directory)
    aliases, tags = registry.labels.aliases(), registry.labels.tags()
    rows = [_row(registry, version, aliases, tags) for version in registry.versions()]
    if as_json:
        _print_json(rows)
        return
    if not rows:
        typer.echo(f"no trained model in {directory}; run detector train first")
    for row in rows:
        mark = "*" if row["promoted"] else " "
        if "damaged" in row:
            typer.echo(f"{mark} {row['version']}  damaged: {row['damaged']}")
            continue
        size = ", ".join(counted(row[f"{one}s"] or 0, one) for one in ("complaint", "seller"))
        typer.echo(
            f"{mark} {row['version']}  trained {row['created_at']}  on {row['from']} to "
            f"{row['until']}  {size}{_labels(row)}"
        )
    if rows and registry.promoted() not in registry.versions():
        _warn_of_none_in_use(registry)


@models.command()
def show(
    version: Annotated[str | None, typer.Argument(help="Default: the promoted one.")] = None,
    directory: ModelsOption = DEFAULT_DIRECTORY,
    *,
    as_json: JsonOption = False,
) -> None:
    """Show a version's model card."""
    from dataclasses import asdict

    from models.card import card_of

    registry = _registry(directory)
    manifest = registry.manifest(version)
    if as_json:
        promoted = registry.promoted() == manifest.version
        _print_json(asdict(manifest) | {"promoted": promoted})
        return
    typer.echo(card_of(manifest))


@models.command()
def promote(
    version: Annotated[str, typer.Argument(help="The version to put in use, such as v0002.")],
    directory: ModelsOption = DEFAULT_DIRECTORY,
    *,
    reason: Annotated[
        str | None,
        typer.Option(help="Why; needed where the gate speaks against it. Kept in the audit."),
    ] = None,
    database: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put a version in use, after checking it.

    A version that did not pass the gate needs a --reason, and so does one that was judged beside
    another version than the one in use; one that was not judged needs none.
    """
    from models.card import warnings_of
    from service.assessments import promotion
    from service.assessments.active_model import ActiveModel
    from service.callers.operator import OPERATOR
    from service.clock import system_clock

    registry = _registry(directory)
    before = registry.promoted()
    with _named_store(database) as connection:
        if connection is None:
            registry.promote(version, noted(reason))
        else:
            active_model, name = ActiveModel(directory), registry.known(version)
            promotion.promote(
                connection, active_model, name, caller=OPERATOR, now=system_clock(), reason=reason
            )
    for warning in warnings_of(registry.manifest(version).facts):
        typer.echo(f"warning: {version}: {warning}", err=True)
    _print_change("promoted", registry.promoted(), before, as_json=as_json)


@models.command()
def rollback(
    directory: ModelsOption = DEFAULT_DIRECTORY,
    *,
    reason: Annotated[str | None, typer.Option(help="Why; kept in the audit.")] = None,
    database: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put the version in use that was so before the last promotion."""
    from service.assessments import promotion
    from service.assessments.active_model import ActiveModel
    from service.callers.operator import OPERATOR
    from service.clock import system_clock

    registry = _registry(directory)
    before = registry.promoted()
    with _named_store(database) as connection:
        if connection is None:
            registry.rollback(noted(reason))
        else:
            active_model, now = ActiveModel(directory), system_clock()
            promotion.roll_back(
                connection, active_model, before, caller=OPERATOR, now=now, reason=reason
            )
    _print_change("rolled back", registry.promoted(), before, as_json=as_json)


@models.command()
def at(
    instant: Annotated[str, typer.Argument(help="A time, such as 2026-03-01T12:00:00Z.")],
    directory: ModelsOption = DEFAULT_DIRECTORY,
    *,
    as_json: JsonOption = False,
) -> None:
    """Say which version was in use at a time, who had put it in use, when and why."""
    from detector.errors import BadInput
    from service.assessments.terms import shown
    from service.clock import system_clock
    from training.tables.instants import instant_of

    asked, now = instant_of(instant), system_clock()
    if asked > now:
        raise BadInput(f"{instant}: lies ahead; what will be in use then is not known")
    term = shown(asked, _registry(directory).log.term_at(asked))
    typer.echo(term.model_dump_json(indent=2) if as_json else term.sentence)


@models.command()
def verify(
    version: Annotated[str | None, typer.Argument(help="Default: every version.")] = None,
    directory: ModelsOption = DEFAULT_DIRECTORY,
    *,
    as_json: JsonOption = False,
) -> None:
    """Check every file of a version, or of all; exit code 1 if one cannot be trusted."""
    from models.detectors import load_detector

    registry = _registry(directory)
    if version is None and not registry.versions():
        registry.verify()  # refuses, and says what to do
    faults: dict[str, str | None] = {}
    for name in registry.versions() if version is None else [version]:
        try:
            load_detector(directory, name)
            registry.budgets(name)
            registry.drift(name)
            faults[name] = None
        except BadArtifact as why:
            faults[name] = str(why)
    if as_json:
        _print_json([{"version": n, "sound": f is None, "fault": f} for n, f in faults.items()])
    for name, fault in faults.items() if not as_json else ():
        typer.echo(f"{name}: {'sound' if fault is None else fault}")
    if any(faults.values()):
        raise typer.Exit(1)


@contextmanager
def _named_store(database: str | None) -> Iterator[Connection | None]:
    """A transaction in the store that is named; None where none is.

    A registry is a directory that may serve several stores or none. Its own log says which version
    is in use; a store that is not named here records the change once a worker finds it there.
    """
    from service.cli.environment import settings_of
    from service.cli.stores import existing_store

    if "database" not in settings_of(database=database).model_fields_set:
        yield None
        return
    with existing_store(database) as store, store.writing() as connection:
        yield connection


def _registry(directory: Path) -> Registry:
    from models.detectors import registry_at

    return registry_at(directory)


def _warn_of_none_in_use(registry: Registry) -> None:
    try:
        registry.manifest()
    except BadArtifact as why:
        typer.echo(f"warning: {why}", err=True)


def _labels(row: dict[str, Any]) -> str:
    """The aliases and tags of a row of the list; the mark shows the champion."""
    names = [name for name in row["aliases"] if name != "champion"]
    tags = [f"{key}={value}" for key, value in row["tags"].items()]
    return (f"  ({', '.join(names)})" if names else "") + "".join(f"  {tag}" for tag in tags)


def _row(
    registry: Registry, version: str, aliases: dict[str, str], tags: dict[str, dict[str, str]]
) -> dict[str, Any]:
    from training.tables.instants import text_of

    row: dict[str, Any] = {"version": version, "promoted": registry.promoted() == version}
    row["aliases"] = [name for name, named in aliases.items() if named == version]
    row["tags"] = tags.get(version, {})
    try:
        facts = registry.manifest(version).facts
    except BadArtifact as why:
        return row | {"damaged": str(why)}
    return row | {
        "created_at": text_of(facts.created_at),
        "from": text_of(facts.span[0]),
        "until": text_of(facts.span[1]),
        "complaints": facts.complaints,
        "sellers": facts.sellers,
        "seed": facts.seed,
        "feature_contract": facts.feature_contract,
        "metrics": dict(facts.metrics),
    }


def _print_change(what: str, after: str | None, before: str | None, *, as_json: bool) -> None:
    if as_json:
        _print_json({"promoted": after, "before": before})
    else:
        typer.echo(f"{what}: {after} is in use (before: {before or 'none'})")


def _print_json(content: object) -> None:
    import json

    typer.echo(json.dumps(content, indent=2))
