"""`detector queue`: who to look at first, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from models import DEFAULT_DIRECTORY
from service.cli.coverage import known_of
from service.cli.histories import (
    BadRowsOption,
    ComplaintsOption,
    FdrOption,
    ModelOption,
    ModelsOption,
    OrdersOption,
    history_from,
)
from service.cli.json_option import JsonOption

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import JustifyMethod

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
    *,
    as_json: JsonOption = False,
    everybody: Annotated[
        bool, typer.Option("--all", help="In the table, also sellers that are not flagged.")
    ] = False,
) -> None:
    """Show the sellers that need a look, first the most suspicious, with reasons.

    The table holds the flagged sellers, and with --all those below them, which stand out less than
    chance allows for. JSON and CSV hold both and say who is flagged.
    """
    import json

    from detector.assess import assess
    from models.detectors import load_detector
    from training.tables.instants import instant_of

    if form not in _FORMS:
        raise typer.BadParameter(f"{form!r} is none of {', '.join(_FORMS)}")
    if as_json:
        form = "json"
    instant = instant_of(as_of)
    loaded = load_detector(models, model)
    history = history_from(complaints, orders, until=instant, on_bad_rows=on_bad_rows)
    known = known_of(history, [instant], "--as-of", loaded.manifest.facts)
    known.echo()
    assessments = assess(history, instant, loaded.trained, fdr=fdr)
    ranked = [row for row in assessments.rows if row.reasons]
    shown = ranked[:limit]
    if form == "table":
        shown = [row for row in shown if row.flagged or everybody]
        _print_table(shown, f"as of {as_of} (model {loaded.version})")
        _print_rest(ranked[len(shown) :], "see --limit" if everybody else "--all")
        if shown:
            typer.echo(_LEGEND.format(fdr=fdr))
        return
    plain = [_plain(row, as_of, loaded.version) for row in shown]
    if form == "csv":
        _print_csv(plain)
    else:
        # Every row carries them, as the list itself has no room beside its rows.
        carrying = [row | {"warnings": known.warnings} for row in plain]
        typer.echo(json.dumps(carrying, ensure_ascii=False))


_FORMS: Final = ("table", "json", "csv")
_LEGEND = """
flag   yes: hard to explain by chance (q below {fdr:g})
       brigade?: the same, but a few buyers or complaints without evidence make the excess
score  how far complaints are above what is expected; comparable across days
q      share of false alarms to expect if all sellers down to this one are flagged
why    the windows that stand out most, against what the seller's history and orders explain
"""


def _print_table(rows: Sequence[Assessment], when: str) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    if not rows:
        typer.echo(f"No seller is flagged {when}.")
        return
    table = Table(title=f"Sellers to look at, {when}", title_justify="left")
    for name, justify in _HEADINGS.items():
        table.add_column(name, justify=justify, overflow="fold", ratio=1 if name == "why" else None)
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


_HEADINGS: Final[dict[str, JustifyMethod]] = {
    "": "right",
    "seller": "left",
    "flag": "left",
    "score": "right",
    "q": "right",
    "why": "left",
}


def _print_rest(rest: Sequence[Assessment], how: str) -> None:
    """One line on the sellers with something to say that the table does not show."""
    flagged = sum(row.flagged for row in rest)
    parts = [f"{flagged:,} more flagged (see --limit)"] if flagged else []
    if len(rest) > flagged:
        parts.append(f"{len(rest) - flagged:,} that stand out less than chance allows for ({how})")
    if parts:
        typer.echo(f"Not shown: {', '.join(parts)}.")


def _print_csv(rows: Sequence[dict[str, Any]]) -> None:
    import csv
    import sys

    writer = csv.DictWriter(sys.stdout, [*_COLUMNS, "model"])
    writer.writeheader()
    for row in rows:
        writer.writerow(row | {"reasons": " ".join(row["reasons"])})


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


def _plain(row: Assessment, as_of: str, version: str) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in _COLUMNS}
    return values | {"as_of": as_of, "reasons": list(row.reasons), "model": version}
