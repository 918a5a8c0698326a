"""`detector db`: the store's schema."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from detector.nouns import counted
from service.cli.environment import settings_of
from service.cli.json_option import JsonOption
from service.cli.serve import DatabaseOption

EvidenceOption = Annotated[
    Path | None, typer.Option("--evidence", metavar="DIR", help="Directory of the evidence files.")
]

db = typer.Typer(name="db", help="Look after the store's tables.", no_args_is_help=True)


@db.command()
def upgrade(
    revision: Annotated[str, typer.Argument(help="Revision to go to.")] = "head",
    *,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
) -> None:
    """Bring the tables up to date. Back the database up before."""
    from service.audit.actions import begin_sealing
    from service.callers.operator import OPERATOR
    from service.cli.stores import named_store
    from service.clock import system_clock
    from service.database import revisions

    store = named_store(database)
    revisions.upgrade(store, revision)
    if revisions.current(store) == revisions.newest():
        with store.writing() as connection:
            begin_sealing(connection, caller=OPERATOR, now=system_clock())
    _tell_revision(revisions.current(store), as_json=as_json)


@db.command()
def downgrade(
    revision: Annotated[str, typer.Argument(help="Revision to go back to; `base` is none.")],
    *,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
) -> None:
    """Take the tables back to an earlier revision. What only later ones hold is lost."""
    from service.cli.stores import check_set_up, opened_store
    from service.database import revisions

    with opened_store(database) as store:
        check_set_up(store)
        revisions.downgrade(store, revision)
        _tell_revision(revisions.current(store), as_json=as_json)


@db.command()
def current(*, as_json: JsonOption = False, database: DatabaseOption = None) -> None:
    """Print the revision the tables are at, and whether it is the one needed."""
    from service.cli.stores import opened_store
    from service.database import revisions

    with opened_store(database) as store:
        found = revisions.current(store)
    newest = revisions.newest()
    if as_json:
        _tell_revision(found, as_json=True)
        return
    state = "up to date" if found == newest else f"this program needs {newest}"
    typer.echo(f"{found or 'empty'} ({state})")


@db.command()
def erase(
    buyer: Annotated[str, typer.Option(help="The buyer's id.")],
    reason: Annotated[str, typer.Option(help="Why; kept in the audit, so without names.")] = "",
    *,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    evidence: EvidenceOption = None,
) -> None:
    """Erase a buyer: a pseudonym takes their place, evidence and words go. It cannot be undone.

    Points, verdicts and the audit chain stay as they are.
    """
    from service.cli.erasing import erase_buyer

    removed = erase_buyer(settings_of(database=database, evidence=evidence), buyer, reason)
    if as_json:
        typer.echo(removed.model_dump_json())
        return
    typer.echo(f"{counted(removed.complaints, 'complaint')} now of {removed.pseudonym or 'nobody'}")
    typer.echo(
        f"{counted(removed.evidence, 'piece')} of evidence and "
        f"{counted(removed.words, 'reason')} removed"
    )
    for complaint_id in removed.held:
        typer.echo(f"held until it is decided past appeal: {complaint_id}")


@db.command()
def retain(
    days: Annotated[
        float | None,
        typer.Option(help="Days from a complaint's end; DETECTOR_RETAIN_DAYS, 730, if left out."),
    ] = None,
    *,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    evidence: EvidenceOption = None,
) -> None:
    """Remove what buyers gave from complaints whose time is over. It cannot be undone."""
    import json

    from service.cli.erasing import apply_retention

    settings = settings_of(database=database, evidence=evidence, retain_days=days)
    removed = apply_retention(settings)
    typer.echo(
        json.dumps(removed) if as_json else ", ".join(f"{n} {what}" for what, n in removed.items())
    )


@db.command()
def load(
    complaints: Annotated[
        Path | None, typer.Option(help="Complaints: Parquet, CSV or CSV.gz.")
    ] = None,
    orders: Annotated[Path | None, typer.Option(help="Orders, daily or one by one.")] = None,
    aliases: Annotated[
        Path | None,
        typer.Option(help="Sellers that go by another name, all of them: CSV or Parquet."),
    ] = None,
    *,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
) -> None:
    """Load files into the store, all of them or nothing.

    What is there already stays as it is. Every row is checked as a request would be. Orders may
    be one row a seller and day, or one row an order, which are counted by day. Aliases are
    put in place of those that the store had; nothing that was filed changes, and no points.
    """
    import json

    from detector.errors import BadInput
    from service.callers.operator import OPERATOR
    from service.cli.progress import progress
    from service.cli.stores import existing_store, store_withdrawals
    from service.clock import system_clock
    from service.intake.bulk.load import Withdrawn, load_complaints, load_orders
    from service.policies import policies_named
    from service.scoring.aliases import accept_aliases
    from training.tables.aliases import read_aliases

    if complaints is None and orders is None and aliases is None:
        raise BadInput("--complaints, --orders, --aliases: name at least one file to load")
    now = system_clock()
    report: dict[str, dict[str, int]] = {}
    withdrawn: list[Withdrawn] = []
    with existing_store(database) as store, store.writing() as connection:
        for what, path, loads in (
            ("complaints", complaints, load_complaints),
            ("orders", orders, load_orders),
        ):
            if path is not None:
                with progress(f"loading {what}") as advanced:
                    loaded = loads(connection, path, now=now, advanced=advanced, warn=_warn)
                report[what] = {"rows": loaded.rows, "stored": loaded.fresh}
                withdrawn += loaded.withdrawn
        store_withdrawals(connection, withdrawn, now, _warn)
        if aliases is not None:
            policies = policies_named(settings_of(database=database).policy)
            joins = accept_aliases(
                connection, read_aliases(aliases), policies, caller=OPERATOR, now=now
            )
            report["aliases"] = {"rows": joins.rows, "stored": joins.new, "gone": joins.taken_away}
    if as_json:
        typer.echo(json.dumps(report))
        return
    for what, counts in report.items():
        gone = f", {counts['gone']:,} taken away" if counts.get("gone") else ""
        typer.echo(f"{what}: {counted(counts['rows'], 'row')}, {counts['stored']:,} stored{gone}")


def _tell_revision(found: str | None, *, as_json: bool) -> None:
    import json

    from service.database import revisions

    if as_json:
        newest = revisions.newest()
        typer.echo(json.dumps({"revision": found, "needed": newest, "up_to_date": found == newest}))
    else:
        typer.echo(found or "empty")


def _warn(sentence: str) -> None:
    typer.echo(f"warning: {sentence}", err=True)
