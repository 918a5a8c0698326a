"""`detector queue`: who to look at first, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from models import DEFAULT_DIRECTORY
from service.cli.histories import (
    BadRowsOption,
    ComplaintsOption,
    FdrOption,
    ModelOption,
    ModelsOption,
    OrdersOption,
    history_from,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detector.assess import Assessment


def queue(
    complaints: ComplaintsOption,
    as_of: Annotated[str, typer.Option(help="Assess with what was known before this time.")],
    orders: OrdersOption = None,
    limit: Annotated[int, typer.Option(min=1, help="Sellers to show.")] = 20,
    form: Annotated[str, typer.Option("--format", help="table, json or csv.")] = "table",
    model: ModelOption = None,
    models: ModelsOption = DEFAULT_DIRECTORY,
    fdr: FdrOption = 0.1,
    on_bad_rows: BadRowsOption = "refuse",
) -> None:
    """Show the sellers that need a look, first the most suspicious, with reasons.

    Flagged sellers are marked; those below them stand out less than chance allows for.
    """
    from detector.assess import assess
    from models.detectors import load_detector
    from training.tables.instants import instant_of

    if form not in _PRINTERS:
        raise typer.BadParameter(f"{form!r} is none of {', '.join(_PRINTERS)}")
    instant = instant_of(as_of)
    loaded = load_detector(models, model)
    history = history_from(complaints, orders, until=instant, on_bad_rows=on_bad_rows)
    assessments = assess(history, instant, loaded.trained, fdr=fdr)
    rows = [row for row in assessments.rows[:limit] if row.reasons]
    _PRINTERS[form](rows, as_of, loaded.version)


def _as_table(rows: Sequence[Assessment], as_of: str, version: str) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    if not rows:
        typer.echo(f"Nothing unusual before {as_of}.")
        return
    table = Table(
        title=f"Sellers to look at, as of {as_of} (model {version})", title_justify="left"
    )
    table.add_column("", justify="right")
    table.add_column("seller", overflow="fold")
    table.add_column("flag")
    table.add_column("score", justify="right")
    table.add_column("q", justify="right")
    table.add_column("why", ratio=1)
    for row in rows:
        mark = ("brigade?" if row.suspicion == "brigade" else "yes") if row.flagged else ""
        why = escape("\n".join(row.reasons))
        table.add_row(
            str(row.rank),
            escape(row.seller_id),
            mark,
            f"{row.score:.1f}",
            f"{row.q_value:.2g}",
            why,
        )
    Console().print(table)


def _as_json(rows: Sequence[Assessment], as_of: str, version: str) -> None:
    import json

    typer.echo(json.dumps([_plain(row, as_of, version) for row in rows], ensure_ascii=False))


def _as_csv(rows: Sequence[Assessment], as_of: str, version: str) -> None:
    import csv
    import sys

    writer = csv.DictWriter(sys.stdout, [*_COLUMNS, "model"])
    writer.writeheader()
    for row in rows:
        plain = _plain(row, as_of, version)
        writer.writerow(plain | {"reasons": " ".join(row.reasons)})


_COLUMNS = (
    "rank",
    "seller_id",
    "as_of",
    "score",
    "surprise",
    "p_value",
    "q_value",
    "flagged",
    "suspicion",
    "reasons",
)
_PRINTERS = {"table": _as_table, "json": _as_json, "csv": _as_csv}


def _plain(row: Assessment, as_of: str, version: str) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in _COLUMNS}
    return values | {"as_of": as_of, "reasons": list(row.reasons), "model": version}
