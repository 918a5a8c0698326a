"""`detector keys`: who may call the service."""

from __future__ import annotations

from typing import Annotated

import typer

from service.cli.serve import DatabaseOption
from service.cli.stores import existing_store
from service.roles import Role

keys = typer.Typer(name="keys", help="Make, list and revoke API keys.", no_args_is_help=True)


@keys.command()
def create(
    role: Annotated[Role, typer.Option(help="What the key is for.")],
    name: Annotated[
        str | None, typer.Option(help="Who holds it; without a name the key is its own person.")
    ] = None,
    days: Annotated[float, typer.Option(help="Days until it expires.")] = 365,
    database: DatabaseOption = None,
) -> None:
    """Make a key and print it, once: only its hash is stored."""
    from service.clock import system_clock
    from service.http.access.keys import create_key

    with existing_store(database) as store, store.writing() as connection:
        key = create_key(connection, role, now=system_clock(), person=name, days=days)
    typer.echo(key)
    typer.echo(f"This {role} key is shown once. Send it as: Authorization: Bearer <key>", err=True)


@keys.command("list")
def list_keys(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    database: DatabaseOption = None,
) -> None:
    """List all keys ever made; never the keys themselves."""
    import json

    from service.clock import system_clock
    from service.http.access.keys import keys_of
    from service.http.fields import instant_text

    with existing_store(database) as store, store.reading() as connection:
        facts = keys_of(connection)
    now = system_clock()
    rows = [
        {
            "id": key.key_id,
            "role": key.role.value,
            "person": key.person,
            "created_at": instant_text(key.created_at),
            "expires_at": instant_text(key.expires_at),
            "state": "revoked"
            if key.revoked_at
            else "expired"
            if key.expires_at <= now
            else "live",
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
    database: DatabaseOption = None,
) -> None:
    """Make a key useless from now on."""
    from service.clock import system_clock
    from service.http.access.keys import revoke_key

    with existing_store(database) as store, store.writing() as connection:
        revoke_key(connection, key_id, now=system_clock())
    typer.echo("revoked")
