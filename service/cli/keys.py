"""`detector keys`: who may call the service."""

from __future__ import annotations

from typing import Annotated

import typer

from detector.instants import text_of
from service.cli.json_option import JsonOption
from service.cli.serve import DatabaseOption
from service.cli.stores import existing_store
from service.roles import READERS, Role

keys = typer.Typer(
    name="keys", help="Make, list and revoke keys, for people and programs.", no_args_is_help=True
)


@keys.command()
def create(
    role: Annotated[Role, typer.Option(help="What the key is for.")],
    name: Annotated[
        str | None, typer.Option(help="Who holds it; without a name the key is its own person.")
    ] = None,
    days: Annotated[float, typer.Option(help="Days until it expires.")] = 365,
    *,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
) -> None:
    """Make a key and print it, once: only its hash is stored. The audit records who holds it.

    People open the pages of `detector serve` with it, and programs the API.
    """
    import json

    from service.callers.making import make_key
    from service.clock import system_clock
    from service.http.access.keys import key_id_of, key_of

    with existing_store(database) as store, store.writing() as connection:
        key = make_key(connection, role, now=system_clock(), person=name, days=days)
        made = key_of(connection, key_id_of(key))
    if as_json:
        facts = {"role": made.role.value, "expires_at": text_of(made.expires_at)}
        typer.echo(json.dumps({"key": key, "id": made.key_id, "person": made.person, **facts}))
        return
    typer.echo(key)
    pages = "It opens the pages of detector serve. " if role in READERS else ""
    typer.echo(
        f"This {role} key is shown once. {pages}Programs send it as: Authorization: Bearer <key>",
        err=True,
    )


@keys.command("list")
def list_keys(
    *,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
) -> None:
    """List all keys ever made; never the keys themselves."""
    import json

    from service.clock import system_clock
    from service.http.access.keys import keys_of

    with existing_store(database) as store, store.reading() as connection:
        facts = keys_of(connection)
    now = system_clock()
    rows = [
        {
            "id": key.key_id,
            "role": key.role.value,
            "person": key.person,
            "created_at": text_of(key.created_at),
            "expires_at": text_of(key.expires_at),
            "state": key.state(now),
        }
        for key in facts
    ]
    if as_json:
        typer.echo(json.dumps(rows))
        return
    for row in rows:
        typer.echo("  ".join(row.values()))


@keys.command()
def revoke(
    key_id: Annotated[str, typer.Argument(help="The key's id, as `detector keys list` prints it.")],
    *,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
) -> None:
    """Make a key useless from now on."""
    import json

    from service.callers.operator import OPERATOR
    from service.callers.revoking import revoke as revoke_recorded
    from service.clock import system_clock

    with existing_store(database) as store, store.writing() as connection:
        revoke_recorded(connection, key_id, caller=OPERATOR, now=system_clock())
    typer.echo(json.dumps({"revoked": key_id}) if as_json else "revoked")
