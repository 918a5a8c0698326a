"""`detector import`: public dumps of complaints, or our own tables, into files or the store."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack, closing
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from service.cli.serve import settings_of


class Layout(StrEnum):
    """Whose dump it is."""

    CONSUMIDOR = "consumidor"
    CFPB = "cfpb"
    OLIST = "olist"
    TABLES = "tables"


class OnBadRows(StrEnum):
    """What to do with rows that are not as the layout says."""

    REFUSE = "refuse"
    SKIP = "skip"


def import_(
    layout: Annotated[Layout, typer.Argument(help="Whose dump it is; `tables` is our own layout.")],
    files: Annotated[list[Path], typer.Argument(help="Its files, or a directory of them.")],
    out: Annotated[
        Path | None, typer.Option(help="Directory to write the Parquet files into.")
    ] = None,
    database: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Store to load into: sqlite:///FILE or postgresql://…"),
    ] = None,
    on_bad_rows: Annotated[
        OnBadRows,
        typer.Option(help="Refuse the import at the first bad row, or write them to refused.csv."),
    ] = OnBadRows.REFUSE,
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print what was written as JSON.")
    ] = False,
) -> None:
    """Turn a public dump of complaints into our tables: Parquet files, or rows of the store.

    consumidor: the monthly files of consumidor.gov.br. cfpb: complaints.csv of the US Consumer
    Financial Protection Bureau. olist: the orders, order items, order reviews and (if there)
    customers of Olist's public marketplace. tables: complaints and orders in our own layout,
    recognised by their columns; into the store only.

    Into the store goes all of it or nothing; complaints that are there already stay.
    """
    from tempfile import TemporaryDirectory

    _check_asked(layout, out, database, on_bad_rows)
    rows: dict[str, int] = {}
    stored: dict[str, int] = {}
    with ExitStack() as kept:
        directory = out or Path(kept.enter_context(TemporaryDirectory(prefix="detector-import-")))
        if layout is Layout.TABLES:
            tables = _kinds_of(files)
        else:
            rows = _import_dumps(layout, files, directory, on_bad_rows)
            tables = [(name, directory / f"{name}.parquet") for name in rows]
        if database is not None:
            stored = _load(tables, database)
    _print_counts(rows, stored, out, as_json=as_json)


def _check_asked(
    layout: Layout, out: Path | None, database: str | None, on_bad_rows: OnBadRows
) -> None:
    from detector.errors import BadInput

    if out is None and database is None:
        raise BadInput("--out, --database: say where to, a directory or the store")
    if layout is Layout.TABLES and (out is not None or database is None):
        raise BadInput("--database: our own tables go into the store only; leave out --out")
    if on_bad_rows is OnBadRows.SKIP and out is None:
        raise BadInput("--on-bad-rows: name --out as well, where the refused rows are written")


def _import_dumps(
    layout: Layout, files: Sequence[Path], directory: Path, on_bad_rows: OnBadRows
) -> dict[str, int]:
    from training.tables.importers import import_dumps

    return import_dumps(
        layout.value,
        files,
        directory,
        skip_bad_rows=on_bad_rows is OnBadRows.SKIP,
        warn=_warn,
    )


def _kinds_of(files: Sequence[Path]) -> list[tuple[str, Path]]:
    """Which files are complaints and which are orders; complaints first."""
    from training.tables.reading.complaints import REQUIRED
    from training.tables.reading.orders import is_daily
    from training.tables.reading.source import source_of

    kinds = []
    for path in files:
        source = source_of(path)
        if "complaint_id" in source.names or all(name in source.names for name in REQUIRED):
            kinds.append(("complaints", path))
        else:
            is_daily(source)  # raises where it is no orders table either
            kinds.append(("orders", path))
    return sorted(kinds, key=lambda kind: kind[0])


def _load(tables: Sequence[tuple[str, Path]], database: str) -> dict[str, int]:
    """Load the files in one transaction; rows that the store did not have, by table."""
    from service.cli.progress import progress
    from service.clock import system_clock
    from service.database.engine import Database
    from service.database.revisions import prepare
    from service.intake.bulk.load import load_complaints, load_orders

    loads = {"complaints": load_complaints, "orders": load_orders}
    now = system_clock()
    fresh: dict[str, int] = {}
    with closing(Database(settings_of(database=database).database)) as store:
        prepare(store)
        with store.writing() as connection:
            for name, path in tables:
                with progress(f"loading {name}") as advanced:
                    loaded = loads[name](connection, path, now=now, advanced=advanced, warn=_warn)
                fresh[name] = fresh.get(name, 0) + loaded.fresh
    return fresh


def _warn(sentence: str) -> None:
    typer.echo(f"warning: {sentence}", err=True)


def _print_counts(
    rows: dict[str, int], stored: dict[str, int], out: Path | None, *, as_json: bool
) -> None:
    import json

    written = {"out": str(out), "rows": rows} if out else {}
    if as_json:
        typer.echo(json.dumps(written | ({"stored": stored} if stored else {})))
        return
    for name, count in rows.items() if out else ():
        typer.echo(f"{out}/{name}.parquet: {count:,} rows")
    for name, count in stored.items():
        typer.echo(f"{name}: {count:,} stored")
