"""`detector capacity`: what an alert budget buys, measured with spikes planted in own history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

from detector.settings import SEED_MAX
from models import DEFAULT_DIRECTORY
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
    from detector.history.history import History
    from models.budgets import Budget, BudgetCurve
    from training.backtest.budget_curve import Question

_LATELY_DAYS: Final = 90
"""Cases closed so long ago at most tell how long one takes."""


def capacity(
    complaints: ComplaintsOption,
    orders: OrdersOption = None,
    until: Annotated[
        str | None, typer.Option(help="Last day to score; default: the last whole one.")
    ] = None,
    model: ModelOption = None,
    models: ModelsOption = DEFAULT_DIRECTORY,
    days: Annotated[
        int | None,
        typer.Option(
            help="Days in which spikes are planted. Default: a third of the history, 56 to 112."
        ),
    ] = None,
    spikes: Annotated[int, typer.Option(max=100_000, help="Spikes to plant.")] = 300,
    most: Annotated[int, typer.Option(min=1, max=1_000, help="Largest budget, looks a day.")] = 20,
    minutes: Annotated[
        float | None,
        typer.Option(
            min=0.1,
            help="Minutes a case takes. Default: the median of cases closed in the store, where "
            "--complaints is its URL; else DETECTOR_QUEUE_MINUTES_A_CASE.",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=SEED_MAX, help="Of the planted spikes.")] = 0,
    on_bad_rows: BadRowsOption = "refuse",
    aliases: AliasesOption = None,
    *,
    keep: Annotated[bool, typer.Option("--keep", help="Keep it with the version.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Say what each number of looks a day finds, what it costs, and what one hour more would find.

    Spikes are planted into the last weeks of the history itself, each as if it were the only one,
    and the days are scored as the service scores them. With --keep the numbers lie beside the
    version, where pages and API show them.
    """
    from models.detectors import detector_in, registry_at
    from service.cli.progress import progress
    from service.clock import system_clock
    from training.backtest.budget_curve import budget_curve
    from training.tables.instants import instant_of

    registry = registry_at(models)
    loaded = detector_in(registry.load(model))
    instant = None if until is None else instant_of(until)
    history = history_from(
        complaints, orders, until=instant, on_bad_rows=on_bad_rows, aliases=aliases
    )
    question = _question(history, complaints, instant, days, spikes, most, minutes, seed)
    with progress("planting spikes") as advanced:
        curve = budget_curve(
            history,
            loaded,
            question,
            created_at=system_clock(),
            on_progress=lambda _, done, total: advanced(done, total),
        )
    if keep:
        registry.keep_budgets(curve)
    _say(curve, kept=keep, as_json=as_json)


def _question(
    history: History,
    complaints: str,
    instant: int | None,
    days: int | None,
    spikes: int,
    most: int,
    minutes: float | None,
    seed: int,
) -> Question:
    from detector.durations import DAY_US
    from detector.errors import NotEnoughHistory
    from service.cli.environment import settings_of
    from training.backtest.budget_curve import Question, days_of_curve
    from training.backtest.watched import Terms

    if not len(history.complaints):
        raise NotEnoughHistory("there is no complaint: nothing to plant spikes into")
    settings = settings_of()
    filed_at = history.complaints.filed_at
    last = int(filed_at.max()) if instant is None else instant
    known_days = (last - int(filed_at.min())) // DAY_US
    taken, source = (minutes, "asked") if minutes is not None else (None, "cases")
    if taken is None and "://" in complaints:
        taken = _minutes_in(complaints)
    if taken is None:
        taken, source = settings.queue_minutes_a_case, "setting"
    return Question(
        until=last // DAY_US,
        days=days_of_curve(known_days) if days is None else days,
        spikes=spikes,
        most=most,
        minutes=taken,
        minutes_from=source,
        terms=Terms(fdr=settings.queue_fdr, p_max=settings.queue_p_max),
        seed=seed,
    )


def _minutes_in(url: str) -> float | None:
    """The median of the cases that were closed lately in a store; None where it knows too few."""
    from detector.durations import DAY_US
    from service.cli.stores import existing_store
    from service.clock import system_clock
    from service.views.workload.rules import minutes_a_case
    from service.views.workload.store import looks_took

    with existing_store(url) as store, store.reading() as connection:
        return minutes_a_case(looks_took(connection, system_clock() - _LATELY_DAYS * DAY_US))


def _say(curve: BudgetCurve, *, kept: bool, as_json: bool) -> None:
    if as_json:
        import json

        from service.assessments.budgets import shown

        typer.echo(json.dumps(shown(curve).model_dump(mode="json") | {"kept": kept}))
        return
    _print_table(curve)
    typer.echo(_sentence(curve))
    if kept:
        typer.echo(f"kept with {curve.version}")


def _print_table(curve: BudgetCurve) -> None:
    from rich.console import Console
    from rich.table import Table

    first, last = (_date(instant) for instant in curve.span)
    title = f"What looks a day buy, {first} to {last} (model {curve.version})"
    table = Table(title=title, title_justify="left")
    names = ["looks", "found of 100", "after days", "alerts", "false", "hours"]
    hour = f"{curve.more_hours:.2g} h more finds"
    for name in (*names, hour, "Mo Tu We Th Fr Sa Su"):
        table.add_column(name, justify="right", overflow="fold")
    for budget in curve.budgets:
        table.add_row(*_cells(budget, curve.minutes))
    Console().print(table)


def _cells(budget: Budget, minutes: float) -> list[str]:
    found, more, delay = budget.found, budget.more, budget.delay_days_median
    return [
        str(budget.looks),
        f"{100 * found.value:.0f} ({100 * found.low:.0f} to {100 * found.high:.0f})",
        "–" if delay is None else f"{delay:g}",
        f"{budget.alerts_a_day:.2f}",
        f"{budget.false_a_day:.2f}",
        f"{budget.hours_a_day(minutes):.2f}",
        f"{100 * more.value:.1f} ({100 * more.low:.1f} to {100 * more.high:.1f})",
        " ".join(f"{load:.1f}" for load in budget.by_weekday),
    ]


def _sentence(curve: BudgetCurve) -> str:
    source = {"cases": "the median of closed cases", "setting": "by the settings"}
    where = source.get(curve.minutes_from, "as asked")
    learnt = f"; the version learnt from {curve.learnt_days} of these days"
    return (
        f"{curve.spikes} spikes planted with seed {curve.seed}, {curve.minutes:.3g} minutes a case "
        f"({where}){learnt if curve.learnt_days else ''}"
    )


def _date(instant: int) -> str:
    from detector.instants import text_of

    return text_of(instant)[:10]
