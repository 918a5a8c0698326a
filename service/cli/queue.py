"""`detector queue`: who to look at first, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from detector.nouns import counted
from models import DEFAULT_DIRECTORY
from service.cli.coverage import known_of
from service.cli.histories import (
    AliasesOption,
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
    from collections.abc import Mapping, Sequence

    from rich.console import JustifyMethod

    from detector.assess import Assessment
    from detector.evidence.common_causes import CommonCause


def queue(
    complaints: ComplaintsOption,
    as_of: Annotated[str, typer.Option(help="Assess with what was known before this time.")],
    orders: OrdersOption = None,
    limit: Annotated[int, typer.Option(min=1, help="Sellers to show.")] = 20,
    form: Annotated[str, typer.Option("--format", help="table, json or csv.")] = "table",
    model: ModelOption = None,
    models: ModelsOption = DEFAULT_DIRECTORY,
    fdr: FdrOption = 0.1,
    capacity: Annotated[
        float, typer.Option(min=0, help="Cases that moderators can look at in a day.")
    ] = 5.0,
    on_bad_rows: BadRowsOption = "refuse",
    aliases: AliasesOption = None,
    *,
    as_json: JsonOption = False,
    everybody: Annotated[
        bool, typer.Option("--all", help="In the table, also sellers for whom no case is opened.")
    ] = False,
) -> None:
    """Show the sellers that need a look, first the most suspicious, with reasons.

    The table holds the sellers for whom the service opens a case: for certainty, which are flagged,
    and for capacity, the best of the rest as far as --capacity goes. With --all it holds those
    below them too, and so do JSON and CSV, which say which is which. None of them holds more than
    --limit, nor sellers of whom there is nothing to say.
    """
    import json

    from detector.assess import assess
    from detector.capacity import Capacity
    from detector.feed import flags_held
    from models.detectors import load_detector
    from training.tables.instants import instant_of

    if form not in _FORMS:
        raise typer.BadParameter(f"{form!r} is none of {', '.join(_FORMS)}")
    if as_json:
        form = "json"
    instant = instant_of(as_of)
    loaded = load_detector(models, model)
    history = history_from(
        complaints, orders, until=instant, on_bad_rows=on_bad_rows, aliases=aliases
    )
    known = known_of(history, [instant], "--as-of", loaded.manifest.facts)
    known.echo()
    assessments = flags_held(assess(history, instant, loaded.trained, fdr=fdr), known.feed)
    causes = assessments.common_causes
    explained = {row.seller_id: _explained(row, causes) for row in assessments.rows if row.findings}
    ranked = [row for row in assessments.rows if row.reasons or row.flagged]
    most = Capacity(cases_a_day=capacity)
    ways = dict(zip((row.seller_id for row in ranked), most.ways_in(ranked), strict=True))
    shown = ranked[:limit]
    if form == "table":
        shown = [row for row in shown if ways[row.seller_id] or everybody]
        for cause in causes:
            typer.echo(_sentence_of(cause, instant, explained, ways))
        _print_table(shown, ways, explained, f"as of {as_of} (model {loaded.version})")
        left = [row for row in ranked if row not in shown]
        _print_rest(left, ways, "see --limit" if everybody else "--all")
        if shown:
            shared = _SHARED if any(map(explained.get, ways)) else ""
            known_by = {"fdr": fdr, "p_max": most.p_max, "capacity": capacity}
            typer.echo(_LEGEND.format(shared=shared, **known_by))
        return
    plain = [
        _plain(row, ways, as_of, loaded.version) | {"common_cause": explained.get(row.seller_id)}
        for row in shown
    ]
    if form == "csv":
        _print_csv(plain)
    else:
        # Every row carries them, as the list itself has no room beside its rows.
        lines = [_sentence_of(cause, instant, explained, ways) for cause in causes]
        carrying = [row | {"warnings": [*lines, *known.warnings]} for row in plain]
        typer.echo(json.dumps(carrying, ensure_ascii=False))


_FORMS: Final = ("table", "json", "csv")
_LEGEND = """
case   certainty: flagged, for it is hard to explain by chance (q below {fdr:g})
       capacity: the best of the rest (p at most {p_max:g}), up to {capacity:g} cases a day in all
       brigade?: a few buyers or complaints without evidence make the excess
{shared}score  how far complaints are above what is expected; comparable across days
false  how likely a case about this seller is to be a false alarm
why    the windows that stand out most, against what the seller's history and orders explain
"""

_SHARED: Final = (
    "       common cause: no more than its part in what many sellers share, see above\n"
)


def _explained(row: Assessment, causes: Sequence[CommonCause]) -> str | None:
    """The column of the common cause that a seller's strongest finding is no more than part of."""
    if row.suspicion != "seller":
        return None
    return next((cause.column for cause in causes if cause.explains(row.findings)), None)


def _sentence_of(
    cause: CommonCause,
    instant: int,
    explained: Mapping[str, str | None],
    ways: Mapping[str, str],
) -> str:
    """A common cause in words, with how many cases are no more than their part in it."""
    theirs = sum(explained.get(seller) == cause.column for seller, way in ways.items() if way)
    if not theirs:
        return cause.sentence(instant)
    cases = counted(theirs, "case is", "cases are")
    return f"{cause.sentence(instant)} {cases} no more than part of it, and marked."


def _print_table(
    rows: Sequence[Assessment],
    ways: Mapping[str, str],
    explained: Mapping[str, str | None],
    when: str,
) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    if not rows:
        typer.echo(f"No seller is flagged {when}, and none stands out enough to be looked at.")
        return
    table = Table(title=f"Sellers to look at, {when}", title_justify="left")
    for name, justify in _HEADINGS.items():
        table.add_column(name, justify=justify, overflow="fold", ratio=1 if name == "why" else None)
    for row in rows:
        mark = ways[row.seller_id] + ("\nbrigade?" if row.suspicion == "brigade" else "")
        mark += "\ncommon cause" if explained.get(row.seller_id) else ""
        why = escape("\n".join(row.reasons))
        table.add_row(
            str(row.rank),
            escape(row.seller_id),
            mark,
            f"{row.score:.1f}",
            f"{row.false_chance:.0%}",
            why,
        )
    Console().print(table)


_HEADINGS: Final[dict[str, JustifyMethod]] = {
    "": "right",
    "seller": "left",
    "case": "left",
    "score": "right",
    "false": "right",
    "why": "left",
}


def _print_rest(rest: Sequence[Assessment], ways: Mapping[str, str], how: str) -> None:
    """One line on the sellers with something to say that the table does not show."""
    flagged = sum(row.flagged for row in rest)
    others = sum(ways[row.seller_id] == "capacity" for row in rest)
    parts = [f"{flagged:,} more flagged (see --limit)"] if flagged else []
    parts += [f"{others:,} more for capacity (see --limit)"] if others else []
    below = len(rest) - flagged - others
    if below:
        parts.append(f"{below:,} that stand out less than chance allows for ({how})")
    if parts:
        typer.echo(f"Not shown: {', '.join(parts)}.")


def _print_csv(rows: Sequence[dict[str, Any]]) -> None:
    import csv
    import sys

    writer = csv.DictWriter(sys.stdout, [*_COLUMNS, *_ADDED])
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


_ADDED: Final = ("model", "opened_for", "false_chance", "common_cause")


def _plain(row: Assessment, ways: Mapping[str, str], as_of: str, version: str) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in _COLUMNS}
    values |= {"as_of": as_of, "reasons": list(row.reasons), "model": version}
    return values | {"opened_for": ways[row.seller_id], "false_chance": row.false_chance}
