"""`detector backtest`: how well sellers would have been found on days not seen in training."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detector.settings import SEED_MAX
from service.cli.coverage import known_of
from service.cli.histories import AliasesOption, BadRowsOption, OrdersOption, history_from

if TYPE_CHECKING:
    from training.backtest import Plan
    from training.backtest.subject import Subject

_Complaints = Annotated[
    str | None,
    typer.Option(help="Complaints: Parquet, CSV, CSV.gz or a database URL; or see --market."),
]
_From = Annotated[
    str | None, typer.Option("--from", help="Train on what was known before this date.")
]
_Until = Annotated[str | None, typer.Option(help="Score the days after --from, to this one.")]
_Budgets = Annotated[
    list[float] | None,
    typer.Option("--budget", min=0.01, help="Alerts a day; may be repeated. Default: 2 and 5."),
]
_Episodes = Annotated[
    Path | None, typer.Option(help="Known episodes, as `detector simulate` writes them.")
]
_Inject = Annotated[
    int, typer.Option(min=0, help="Plant so many spikes in the complaints after --from.")
]
_Market = Annotated[
    str | None,
    typer.Option(
        help="Test on a simulated market, whose truth is known: default, without-orders, "
        "small-sellers, large-sellers, slow-delay, stopping-sellers, clumped, bursty-sellers, "
        "disrupted, no-episodes, no-episodes-without-orders, no-episodes-clumped, "
        "no-episodes-bursty-sellers or tripling."
    ),
]
_Seed = Annotated[
    int,
    typer.Option(min=0, max=SEED_MAX, help="Of the market, the planted spikes and the training."),
]
_References = Annotated[
    str, typer.Option(help="Methods to compare with: all, none, or names with commas.")
]
_Every = Annotated[str, typer.Option(help="Step between scored days, such as 1d or 1w.")]
_Retrain = Annotated[
    str | None, typer.Option(help="Train again at this step, such as 28d; default: once.")
]
_Rates = Annotated[
    list[float] | None,
    typer.Option("--fdr", min=0.0001, max=0.9999, help="Rates of flags; default .05, .1 and .2."),
]
_Sellers = Annotated[int | None, typer.Option(min=1, help="Sellers of --market.")]
_Days = Annotated[int | None, typer.Option(min=10, help="Days of --market.")]


def backtest(
    out: Annotated[Path, typer.Option(help="Directory for the report, numbers and alerts.")],
    complaints: _Complaints = None,
    orders: OrdersOption = None,
    start: _From = None,
    until: _Until = None,
    budgets: _Budgets = None,
    episodes: _Episodes = None,
    inject: _Inject = 0,
    market: _Market = None,
    sellers: _Sellers = None,
    days: _Days = None,
    seed: _Seed = 0,
    references: _References = "all",
    every: _Every = "1d",
    retrain_every: _Retrain = None,
    rates: _Rates = None,
    on_bad_rows: BadRowsOption = "refuse",
    aliases: AliasesOption = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the numbers as JSON.")] = False,
) -> None:
    """Train before a date, score the days after it, and judge the alerts.

    Writes report.html (opens from disk), backtest.json and alerts.parquet. The truth comes from
    --episodes, from spikes planted by --inject, or from a simulated --market; without any of them
    the report has alerts, flags and calibration but no recall.
    """
    from training.backtest import Plan
    from training.backtest.references import references_named
    from training.backtest.subject import days_of, span_of
    from training.backtest.writing import check_directory

    check_directory(out)
    plan = Plan(
        start=0,
        last=1_000_000,
        every=days_of(every),
        retrain_every=None if retrain_every is None else days_of(retrain_every),
        budgets=tuple(sorted(set(budgets or (2.0, 5.0)))),
        rates=tuple(sorted(set(rates or (0.05, 0.1, 0.2)))),
        references=references_named(references),
        seed=seed,
    )
    if market is not None:
        _only_market({"complaints": complaints, "orders": orders, "episodes": episodes})
        subject = _simulated(market, sellers, days, seed, start, until)
    elif complaints is None:
        raise typer.BadParameter("give --complaints, or --market for a simulated market")
    else:
        _no_market({"sellers": sellers, "days": days})
        subject = _recorded(
            complaints, orders, span_of(start, until),
            on_bad_rows, aliases, out, episodes, inject, seed,
        )  # fmt: skip
    _judge(subject, plan, out, as_json=as_json)


def _only_market(options: dict[str, object]) -> None:
    for name, value in options.items():
        if value is not None:
            raise typer.BadParameter(f"--market makes its own {name}; leave --{name} out")


def _no_market(options: dict[str, object]) -> None:
    for name, value in options.items():
        if value is not None:
            raise typer.BadParameter(f"--{name} goes with --market only")


def _simulated(
    market: str,
    sellers: int | None,
    days: int | None,
    seed: int,
    start: str | None,
    until: str | None,
) -> Subject:
    from training.backtest.markets import market_named
    from training.backtest.subject import simulated
    from training.tables.instants import instant_of

    return simulated(
        market,
        market_named(market, sellers=sellers, days=days),
        seed,
        None if start is None else instant_of(start),
        None if until is None else instant_of(until),
    )


def _recorded(
    complaints: str,
    orders: str | None,
    span: tuple[int, int],
    on_bad_rows: str,
    aliases: Path | None,
    out: Path,
    episodes: Path | None,
    inject: int,
    seed: int,
) -> Subject:
    from service.cli.progress import progress
    from training.backtest.subject import recorded
    from training.tables.reading.source import source_of

    with progress("reading") as _:
        history = history_from(
            complaints, orders,
            until=span[1], on_bad_rows=on_bad_rows, beside=out, aliases=aliases,
        )  # fmt: skip
    known_of(history, [span[1]], "--until").echo()
    # A URL may hold a password; the report is handed around.
    title = "The service’s own store" if "://" in complaints else Path(complaints).name
    known = None if episodes is None else source_of(episodes)
    return recorded(title, history, span, episodes=known, inject_number=inject, seed=seed)


def _judge(subject: Subject, plan: Plan, out: Path, *, as_json: bool) -> None:
    import json

    from training.backtest import backtest as run
    from training.backtest.references.oracle import oracle
    from training.backtest.writing import write_backtest

    plan = replace(plan, start=subject.start, last=subject.last)
    if subject.truth is not None:
        plan = replace(plan, ceiling=oracle(subject.truth, subject.history.sellers))
    with _stages() as advanced:
        tested = run(subject.history, plan, episodes=subject.episodes, on_progress=advanced)
    about = {
        "title": subject.title,
        "truth": subject.truth_said,
        "background": subject.background,
        "command": typed(sys.argv[1:]),
    }
    summary = write_backtest(tested, out, about)
    if as_json:
        typer.echo(json.dumps(summary, ensure_ascii=False))
        return
    _say(summary, out)


@contextmanager
def _stages() -> Iterator[Callable[[str, int, int], None]]:
    """One bar, whose words say what is being done."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("training", total=None)
        yield lambda what, done, total: bar.update(
            task, description=what, completed=done, total=total
        )


def typed(words: list[str]) -> str:
    """The command as it was typed, without the passwords of database URLs."""
    return shlex.join(["detector", *(re.sub(r"://[^/]*@", "://…@", word) for word in words)])


def _say(summary: dict[str, Any], out: Path) -> None:
    if summary["data"]["episodes"]:
        _say_found(summary)
    for flags in summary["flags"]:
        false = flags["false"]
        share = "" if not false or false["value"] is None else f", {false['value']:.1%} false"
        false = flags["false_alarms"]
        of_alarms = "" if not false or false["value"] is None else f", {false['value']:.1%} false"
        typer.echo(
            f"flagged at {flags['fdr']:.0%}: {flags['flags']:,} "
            f"({flags['per_day_per_10_000']:.2g} a day per 10,000 sellers){share}; "
            f"{flags['alarms']:,} alarms{of_alarms}"
        )
    for sentence in summary["skipped"]:
        typer.echo(sentence)
    typer.echo(f"{out / 'report.html'}")


def _say_found(summary: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    budgets = summary["plan"]["budgets"]
    table = Table(title=summary["about"]["title"], title_justify="left")
    table.add_column("method", overflow="fold")
    for budget in budgets:
        table.add_column(f"found at {budget:g} a day", overflow="fold")
    for method in summary["methods"]:
        asked = [judged for judged in method["queue"] if judged["per_day"] in budgets]
        table.add_row(method["name"], *(_cell(judged) for judged in asked))
    Console().print(table)


def _cell(judged: dict[str, Any]) -> str:
    recall, delay = judged["recall"]["value"], judged["delay_days_median"]
    late = "" if delay is None else f", after {delay:g} days"
    return f"{recall:.1%}{late}; precision {judged['precision']['value'] or 0.0:.0%}"
