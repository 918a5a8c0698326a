"""`detector levels`: who is bad by level, not by change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from models import DEFAULT_DIRECTORY
from service.cli.coverage import known_of
from service.cli.histories import (
    AliasesOption,
    BadRowsOption,
    ComplaintsOption,
    ModelOption,
    ModelsOption,
    OrdersOption,
    history_from,
)
from service.cli.json_option import JsonOption

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detector.levels import Level


def levels(
    complaints: ComplaintsOption,
    as_of: Annotated[str, typer.Option(help="Judge by what was known before this time.")],
    orders: OrdersOption = None,
    at_least: Annotated[
        float, typer.Option(min=1, help="Times the market's rate, at the interval's lower end.")
    ] = 3.0,
    limit: Annotated[int, typer.Option(min=1, help="Sellers to show.")] = 20,
    form: Annotated[str, typer.Option("--format", help="table, json or csv.")] = "table",
    model: ModelOption = None,
    models: ModelsOption = DEFAULT_DIRECTORY,
    on_bad_rows: BadRowsOption = "refuse",
    aliases: AliasesOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Show the sellers that are bad by level, not by change, worst first.

    A seller that has always drawn many complaints for its orders has no spike and is not in the
    queue. This list compares its year with the market's rate, in all complaints and category by
    category, and shows the worst of them with its interval of nine in ten. It needs orders.
    """
    import json

    from models.detectors import load_detector
    from training.tables.instants import instant_of

    if form not in _FORMS:
        raise typer.BadParameter(f"{form!r} is none of {', '.join(_FORMS)}")
    instant = instant_of(as_of)
    loaded = load_detector(models, model)
    history = history_from(
        complaints, orders, until=instant, on_bad_rows=on_bad_rows, aliases=aliases
    )
    known = known_of(history, [instant], "--as-of", loaded.manifest.facts)
    known.echo()
    found = loaded.levels_at(history, instant).above(at_least)
    if as_json or form == "json":
        plain = [_plain(row, as_of, loaded.version) for row in found[:limit]]
        carrying = [row | {"warnings": known.warnings} for row in plain]
        typer.echo(json.dumps(carrying, ensure_ascii=False))
    elif form == "csv":
        _print_csv([_plain(row, as_of, loaded.version) for row in found[:limit]])
    else:
        _print_table(found[:limit], f"as of {as_of} (model {loaded.version})", at_least)
        if len(found) > limit:
            typer.echo(f"Not shown: {len(found) - limit:,} more (see --limit).")


_FORMS: Final = ("table", "json", "csv")
_COLUMNS: Final = (
    "seller_id",
    "as_of",
    "category",
    "rate",
    "low",
    "high",
    "complaints",
    "due",
    "days",
    "reason",
    "model",
)


def _print_table(rows: Sequence[Level], when: str, at_least: float) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    if not rows:
        typer.echo(f"No seller is surely above {at_least:g} times the market's rate {when}.")
        return
    table = Table(title=f"Sellers bad by level, {when}", title_justify="left")
    table.add_column("", justify="right")
    table.add_column("seller", overflow="fold")
    table.add_column("times", justify="right")
    table.add_column("why", overflow="fold", ratio=1)
    for number, row in enumerate(rows, 1):
        times = f"{row.rate:.1f}"
        table.add_row(str(number), escape(row.seller_id), times, escape(row.sentence()))
    Console().print(table)


def _print_csv(rows: Sequence[dict[str, Any]]) -> None:
    import csv
    import sys

    writer = csv.DictWriter(sys.stdout, _COLUMNS)
    writer.writeheader()
    writer.writerows(rows)


def _plain(row: Level, as_of: str, version: str) -> dict[str, Any]:
    values = (
        row.seller_id,
        as_of,
        row.column,
        row.rate,
        row.low,
        row.high,
        row.complaints,
        row.due,
        row.days,
        row.sentence(),
        version,
    )
    return dict(zip(_COLUMNS, values, strict=True))
