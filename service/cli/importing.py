"""`detector import`: turn public dumps of complaints into our tables."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Layout(StrEnum):
    """Whose dump it is."""

    CONSUMIDOR = "consumidor"
    CFPB = "cfpb"
    OLIST = "olist"


class OnBadRows(StrEnum):
    """What to do with rows that are not as the layout says."""

    REFUSE = "refuse"
    SKIP = "skip"


def import_(
    layout: Annotated[Layout, typer.Argument(help="Whose dump it is.")],
    files: Annotated[list[Path], typer.Argument(help="Its CSV files, or a directory of them.")],
    out: Annotated[Path, typer.Option(help="Directory to write the Parquet files into.")],
    on_bad_rows: Annotated[
        OnBadRows,
        typer.Option(help="Refuse the import at the first bad row, or write them to refused.csv."),
    ] = OnBadRows.REFUSE,
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print what was written as JSON.")
    ] = False,
) -> None:
    """Turn a public dump of complaints into complaints.parquet (and orders.parquet).

    consumidor: the monthly files of consumidor.gov.br. cfpb: complaints.csv of the US Consumer
    Financial Protection Bureau. olist: the orders, order items, order reviews and (if there)
    customers of Olist's public marketplace.
    """
    import json

    from training.importers import import_dumps

    rows = import_dumps(
        layout.value,
        files,
        out,
        skip_bad_rows=on_bad_rows is OnBadRows.SKIP,
        warn=lambda sentence: typer.echo(f"warning: {sentence}", err=True),
    )
    if as_json:
        typer.echo(json.dumps({"out": str(out), "rows": rows}))
        return
    for name, count in rows.items():
        typer.echo(f"{out / name}.parquet: {count:,} rows")
