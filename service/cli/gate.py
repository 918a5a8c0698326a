"""`detector models gate`: whether a candidate may replace the version in use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from detector.settings import SEED_MAX
from models import DEFAULT_DIRECTORY
from service.cli.histories import (
    AliasesOption,
    BadRowsOption,
    ComplaintsOption,
    ModelsOption,
    OrdersOption,
    history_from,
)
from service.cli.json_option import JsonOption

if TYPE_CHECKING:
    from detector.history.history import History
    from models.gates import Check, GateVerdict
    from models.registry import Registry

SPIKES: Final = 300
"""So many show a loss of 3 % of them, as two versions differ in one or two of a hundred."""


def gate(
    complaints: ComplaintsOption,
    version: Annotated[
        str | None, typer.Argument(help="The candidate; default: the newest version.")
    ] = None,
    orders: OrdersOption = None,
    until: Annotated[
        str | None, typer.Option(help="Last day to score; default: the last whole one.")
    ] = None,
    models: ModelsOption = DEFAULT_DIRECTORY,
    spikes: Annotated[int, typer.Option(max=100_000, help="Spikes to plant.")] = SPIKES,
    seed: Annotated[int, typer.Option(min=0, max=SEED_MAX, help="Of the planted spikes.")] = 0,
    on_bad_rows: BadRowsOption = "refuse",
    aliases: AliasesOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Judge a version beside the one in use, on the same days; exit code 1 if it does not pass.

    Both score the last eight weeks, with the same spikes planted into them. The verdict is kept
    with the version: one that did not pass is promoted with a --reason only.
    """
    import json

    from models.detectors import registry_at
    from training.tables.instants import instant_of

    registry = registry_at(models)
    instant = None if until is None else instant_of(until)
    history = history_from(
        complaints, orders, until=instant, on_bad_rows=on_bad_rows, aliases=aliases
    )
    verdict = judged(registry, version, history, until=instant, spikes=spikes, seed=seed)
    if as_json:
        typer.echo(json.dumps(plain(verdict)))
    else:
        _print_table(verdict)
        typer.echo(sentence_of(verdict))
    if not verdict.has_passed:
        raise typer.Exit(1)


def judged(
    registry: Registry,
    version: str | None,
    history: History,
    *,
    until: int | None,
    spikes: int = SPIKES,
    seed: int = 0,
) -> GateVerdict:
    """Judge a version, by default the newest, and keep the verdict with it."""
    from detector.durations import DAY_US
    from detector.errors import BadInput, NotEnoughHistory
    from models.detectors import detector_in
    from service.cli.environment import settings_of
    from service.cli.progress import progress
    from service.clock import system_clock
    from training.backtest.budget_curve import Question
    from training.backtest.gate import judge
    from training.backtest.watched import Terms

    if not len(history.complaints):
        raise NotEnoughHistory("there is no complaint: nothing to judge a version by")
    versions = registry.versions()
    candidate = detector_in(registry.load(version or (versions[-1] if versions else None)))
    promoted = registry.promoted()
    if promoted == candidate.version:
        raise BadInput(f"{candidate.version} is in use already; there is nothing to decide")
    champion = None if promoted is None else detector_in(registry.load(promoted))
    settings = settings_of()
    last = int(history.complaints.filed_at.max()) if until is None else until
    question = Question(
        until=last // DAY_US,
        spikes=spikes,
        terms=Terms(fdr=settings.queue_fdr, p_max=settings.queue_p_max),
        seed=seed,
    )
    with progress("judging") as advanced:
        verdict = judge(
            history,
            candidate,
            champion,
            question,
            looks=max(round(settings.queue_cases_a_day), 1),
            created_at=system_clock(),
            on_progress=lambda _, done, total: advanced(done, total),
        )
    registry.keep_verdict(verdict)
    return verdict


def sentence_of(verdict: GateVerdict) -> str:
    """Whether it passed, and what stops it."""
    beside = f"beside {verdict.champion}" if verdict.champion else "with no version in use"
    if verdict.has_passed:
        return (
            f"{verdict.version} passes the gate, {beside}: detector models promote "
            f"{verdict.version}"
        )
    stops = ", ".join(check.name for check in verdict.refusals)
    return f"{verdict.version} does not pass the gate, {beside}: {stops}"


def plain(verdict: GateVerdict) -> dict[str, Any]:
    """The verdict for machines."""
    from dataclasses import asdict

    from detector.instants import text_of

    first, last = (text_of(instant) for instant in verdict.span)
    facts = asdict(verdict) | {"from": first, "until": last, "passed": verdict.has_passed}
    facts["created_at"] = text_of(verdict.created_at)
    del facts["span"], facts["arrays_sha256"]
    return facts


def _print_table(verdict: GateVerdict) -> None:
    from rich.console import Console
    from rich.table import Table

    first, last = (str(day)[:10] for day in (plain(verdict)[name] for name in ("from", "until")))
    title = f"The gate, {first} to {last}, {verdict.spikes} spikes planted"
    table = Table(title=title, title_justify="left")
    for name in ("figure", "result", verdict.version, verdict.champion or "none", "bounds"):
        table.add_column(name, overflow="fold")
    table.add_column("what must hold", ratio=1, overflow="fold")
    for check in verdict.checks:
        table.add_row(*_cells(check))
    Console().print(table)


def _cells(check: Check) -> list[str]:
    values = ["–" if v is None else f"{v:.4g}" for v in (check.candidate, check.champion)]
    bounds = "–" if check.low is None else f"{check.low:+.3f} to {check.high:+.3f}"
    return [check.name, check.result, *values, bounds, check.limit]
