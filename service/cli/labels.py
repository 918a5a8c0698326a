"""`detector models alias` and `tag`: names for versions, which people move as they like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from detector.errors import BadInput
from models import DEFAULT_DIRECTORY
from service.cli.histories import ModelsOption
from service.cli.json_option import JsonOption

if TYPE_CHECKING:
    from models.changes import Note

ReasonOption = Annotated[str, typer.Option(help="Why; kept in the directory's log.")]


def alias(
    name: Annotated[
        str, typer.Argument(help="challenger, pinned, or a name of your own; lower case.")
    ],
    version: Annotated[str | None, typer.Argument(help="Which version it names from now.")] = None,
    directory: ModelsOption = DEFAULT_DIRECTORY,
    *,
    remove: Annotated[bool, typer.Option("--remove", help="Take the alias away.")] = False,
    reason: ReasonOption = "",
    as_json: JsonOption = False,
) -> None:
    """Name a version. Several aliases may name one, and one names another once it is moved.

    champion is the version in use, which promote moves. While pinned names the version in use, it
    is neither replaced nor rolled back.
    """
    from models.detectors import registry_at

    if remove == (version is not None):
        raise BadInput("name a version, or --remove the alias")
    labels = registry_at(directory).labels
    note = noted(reason)
    if version is None:
        named = labels.remove_alias(name, note)
        _print(f"{name} names no version; it named {named}", labels.aliases(), as_json=as_json)
    else:
        named = labels.alias(name, version, note)
        _print(f"{name} names {named}", labels.aliases(), as_json=as_json)


def tag(
    version: Annotated[str, typer.Argument(help="The version, such as v0002.")],
    tags: Annotated[list[str], typer.Argument(help="KEY=VALUE; with --remove KEY.")],
    directory: ModelsOption = DEFAULT_DIRECTORY,
    *,
    remove: Annotated[bool, typer.Option("--remove", help="Take these tags away.")] = False,
    reason: ReasonOption = "",
    as_json: JsonOption = False,
) -> None:
    """Say something of a version, such as reviewed=yes; the tags of a version are its own."""
    from models.detectors import registry_at

    labels = registry_at(directory).labels
    pairs = [one.partition("=") for one in tags]
    for key, equals, value in pairs:
        if bool(equals) == remove:
            wanted = "KEY" if remove else "KEY=VALUE"
            raise BadInput(f"{key}{equals}{value}: {wanted} is wanted")
    known = version
    for key, _, value in pairs:
        note = noted(reason)
        known = (
            labels.remove_tag(version, key, note)
            if remove
            else labels.tag(version, key, value, note)
        )
    left = labels.tags().get(known, {})
    said = ", ".join(f"{key}={value}" for key, value in left.items()) or "no tag"
    _print(f"{known}: {said}", left, as_json=as_json)


def noted(reason: str | None) -> Note:
    """That the command line changes a registry now."""
    from models.changes import Note
    from service.callers.operator import OPERATOR
    from service.clock import system_clock

    return Note(system_clock(), OPERATOR.person, reason or "")


def _print(sentence: str, found: dict[str, str], *, as_json: bool) -> None:
    import json

    typer.echo(json.dumps(found) if as_json else sentence)
