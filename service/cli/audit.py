"""`detector audit`: was the record of decisions tampered with, or what it decided?"""

from __future__ import annotations

from typing import Annotated

import typer

from service.cli.environment import settings_of
from service.cli.json_option import JsonOption
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
        str | None,
        typer.Option(
            help="A seal noted earlier: it must be in the chain, wherever the chain ends."
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Walk the chain of decisions and all that it sealed; exit with 1 where something was changed.

    Verdicts, appeals, sanctions and the ledger's log are compared with the chain, with each other
    and with the rules; keys, events and their receivers with the chain; complaints with what was
    filed.
    Note the last seal outside the database now and then: with --expect a chain whose end was cut
    off, or that was rewritten, is found as well.
    """
    import json

    from detector.instants import text_of
    from service.audit.verification import verify as verify_chain
    from service.clock import system_clock
    from service.decisions.verification import log_faults
    from service.intake.filings.store import count_unsealed
    from service.intake.filings.verification import filing_faults
    from service.outbox.verification import event_faults
    from service.policies import policies_named

    settings = settings_of(database=database)
    policies = policies_named(settings.policy)
    key = settings.audit_key.get_secret_value().encode() if settings.audit_key else None
    with existing_store(database) as store, store.reading() as connection:
        found = verify_chain(connection, expect=expect, key=key)
        lines = [
            *found.sentences,
            *filing_faults(connection, found.sealed),
            *event_faults(connection, found.sealed),
            *log_faults(connection, policies, now=system_clock()),
        ]
        unsealed = count_unsealed(connection)
    since = None if unsealed.since is None else text_of(unsealed.since)
    if expect is not None and found.found_at is None:
        lines.append(f"the seal {expect} is not in the chain: records were cut off or rewritten")
    if as_json:
        typer.echo(
            json.dumps(
                {
                    "records": found.records,
                    "seal": found.seal,
                    "expected_at": found.found_at,
                    "unsealed": {"complaints": unsealed.complaints, "since": since},
                    "faults": lines,
                }
            )
        )
    else:
        typer.echo(f"{found.records} records, last seal {found.seal}")
        if found.found_at is not None:
            typer.echo(f"the expected seal is that of record {found.found_at} of {found.records}")
        if unsealed.complaints:
            typer.echo(
                f"complaints that the worker has not sealed yet: {unsealed.complaints}, "
                f"the oldest of {since}"
            )
        for line in lines:
            typer.echo(f"broken: {line}")
    raise typer.Exit(1 if lines else 0)
