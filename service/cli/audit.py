"""`detector audit`: was the record of decisions tampered with?"""

from __future__ import annotations

from typing import Annotated

import typer

from service.cli.serve import DatabaseOption
from service.cli.stores import existing_store

audit = typer.Typer(name="audit", help="Check the record of decisions.", no_args_is_help=True)


@audit.callback()
def _group() -> None:
    """Keep `audit` a group of commands, however many there are."""


@audit.command()
def verify(
    database: DatabaseOption = None,
    *,
    expect: Annotated[
        str | None, typer.Option(help="The last seal noted elsewhere; tells a chain cut short.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Walk the chain of decisions; exit with 1 where a record is changed, missing or moved.

    Note the last seal outside the database now and then: with --expect a chain whose end was cut
    off, or that was written anew, is found as well.
    """
    import json

    from service.audit.actions import verify as verify_chain

    with existing_store(database) as store, store.reading() as connection:
        count, seal, faults = verify_chain(connection)
    lines = [f"record {fault.number} {fault.what}" for fault in faults]
    if expect is not None and expect != seal:
        lines.append(f"the chain ends in {seal}, not in {expect}")
    if as_json:
        typer.echo(json.dumps({"records": count, "seal": seal, "faults": lines}))
    else:
        typer.echo(f"{count} records, last seal {seal}")
        for line in lines:
            typer.echo(f"broken: {line}")
    raise typer.Exit(1 if lines else 0)
