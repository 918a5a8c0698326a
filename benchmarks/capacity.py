"""Whether a budget curve holds in later weeks: one hour more a day, predicted and then seen.

    python -m benchmarks.capacity [--markets default bursty-sellers without-orders]
        [--seeds 9701 9702] [--sellers 800] [--windows 4]

Each made-up market is trained on its first 380 days, and the curve is measured on the last 112 of
them, as `detector capacity` does right after training. The same is measured on later windows of 56
days, with other spikes planted. At each budget it is counted how often what one hour more finds
there lies within the bounds that the curve gave before. Beside it stand the share found, the alerts
and the false ones, which a simulated market knows, and how long training and the curve took. Prints
a table and writes it to benchmarks/results/capacity.json.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.report import machine, write
from detector.durations import DAY_US
from detector.fitting import train
from models.budgets import Budget
from models.detectors import LoadedDetector
from models.manifest import Manifest
from training.backtest.budget_curve import (
    Question,
    budget_curve,
    budgets_of,
    days_of_curve,
    planted_of,
    watch_of,
)
from training.backtest.discoveries import in_episode
from training.backtest.episodes import episodes_of
from training.backtest.markets import market_named
from training.backtest.opened import opened
from training.backtest.scores import Scores
from training.backtest.watched import Watched
from training.publishing import facts_of
from training.simulator import simulate

TRAINED_DAYS, WINDOW_DAYS = 380, 56
BUDGETS = (1, 2, 3, 5, 8)


@dataclass(frozen=True, slots=True)
class Row:
    """One budget in one later window of one market."""

    market: str
    seed: int
    window: int
    looks: int
    low: float
    high: float
    seen: float
    """Share of planted spikes that one hour more found there, beside the others."""
    found: tuple[float, float]
    """Share found: by the curve, and there."""
    alerts: tuple[float, float]
    false: tuple[float, float, float]
    """False alarms a day: by the curve, by the later window's model, and by the truth there."""

    @property
    def held(self) -> bool:
        """Whether what was seen lies within the bounds given before."""
        return self.low - 1e-9 <= self.seen <= self.high + 1e-9


def rows_of(market: str, sellers: int, seed: int, windows: int) -> tuple[list[Row], list[float]]:
    """One market's rows, and the seconds that training and its curve took."""
    days = TRAINED_DAYS + windows * WINDOW_DAYS
    simulation = simulate(market_named(market, sellers=sellers, days=days), seed)
    assert simulation.truth is not None
    history, end = simulation.history(), simulation.truth.first_day + TRAINED_DAYS
    episodes = episodes_of(simulation.episodes, history.sellers)
    started = time.perf_counter()
    training = train(history, until=end * DAY_US, seed=seed)
    trained_s = time.perf_counter() - started
    facts = facts_of(training, history, seed=seed, created_at=0)
    manifest = Manifest(version="v0001", facts=facts, arrays_sha256="", libraries={})
    loaded = LoadedDetector(training.trained, manifest)
    started = time.perf_counter()
    before = history.as_of(end * DAY_US)
    asked = _question(end, seed, days=days_of_curve(TRAINED_DAYS))
    curve = budget_curve(before, loaded, asked, created_at=0)
    seconds = [trained_s, time.perf_counter() - started]
    last = end + windows * WINDOW_DAYS
    watch = watch_of(history, loaded, _question(last, seed, days=windows * WINDOW_DAYS))
    carried = in_episode(Scores(watch.watched.days, watch.watched.score), episodes)
    rows = []
    for window in range(1, windows + 1):
        question = _question(end + window * WINDOW_DAYS, seed + 100 * window)
        planted = planted_of(history, watch, question)
        later = {b.looks: b for b in budgets_of(watch.watched, planted, question)}
        for looks in BUDGETS:
            false = _false_there(watch.watched, carried, question, looks)
            rows.append(_row(market, seed, window, curve.at(looks), later[looks], false))
    return rows, seconds


def _question(until: int, seed: int, days: int = WINDOW_DAYS) -> Question:
    return Question(until=until, days=days, most=max(BUDGETS), seed=seed)


def _row(market: str, seed: int, window: int, here: Budget, there: Budget, false: float) -> Row:
    return Row(
        market,
        seed,
        window,
        here.looks,
        here.more.low,
        here.more.high,
        there.more.value,
        (here.found.value, there.found.value),
        (here.alerts_a_day, there.alerts_a_day),
        (here.false_a_day, there.false_a_day, false),
    )


def _false_there(
    watched: Watched, carried: NDArray[np.bool_], question: Question, looks: int
) -> float:
    """Alerts a day on sellers without an episode."""
    cases = opened(watched, looks, p_max=question.terms.p_max)
    asked = (cases.day > question.start) & (cases.day <= question.until)
    wrong = ~carried[cases.day - watched.days[0], cases.seller]
    return float((asked & wrong).sum()) / question.days


def table_of(rows: list[Row]) -> str:
    """The rows as Markdown, summed by market and budget."""
    lines = [
        "| market | looks | held | one hour more, seen | found: curve, later | alerts | "
        "false: curve, later, truth |",
        "|---|---|---|---|---|---|---|",
    ]
    for market in dict.fromkeys(row.market for row in rows):
        for looks in BUDGETS:
            some = [row for row in rows if (row.market, row.looks) == (market, looks)]
            cells = [
                f"{sum(row.held for row in some)} of {len(some)}",
                _mean([row.seen for row in some]),
                ", ".join(_mean([row.found[i] for row in some]) for i in range(2)),
                ", ".join(_mean([row.alerts[i] for row in some]) for i in range(2)),
                ", ".join(_mean([row.false[i] for row in some]) for i in range(3)),
            ]
            lines.append(f"| {market} | {looks} | " + " | ".join(cells) + " |")
    held = sum(row.held for row in rows)
    return "\n".join([*lines, f"held in {held} of {len(rows)} ({held / len(rows):.1%})"])


def _mean(values: list[float]) -> str:
    return f"{sum(values) / len(values):.3f}"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument(
        "--markets", nargs="+", default=["default", "bursty-sellers", "without-orders"]
    )
    options.add_argument("--seeds", type=int, nargs="+", default=[9701, 9702])
    options.add_argument("--sellers", type=int, default=800)
    options.add_argument("--windows", type=int, default=4)
    asked = options.parse_args()
    rows: list[Row] = []
    seconds = []
    for market in asked.markets:
        for seed in asked.seeds:
            found, took = rows_of(market, asked.sellers, seed, asked.windows)
            rows += found
            seconds.append({"market": market, "seed": seed, "train_s": took[0], "curve_s": took[1]})
            print(market, seed, f"trained in {took[0]:.1f} s, curve in {took[1]:.1f} s", flush=True)
            print(table_of(rows), flush=True)
    report = {"asked": vars(asked), "machine": machine(), "seconds": seconds}
    write("capacity", report | {"rows": [{**asdict(row), "held": row.held} for row in rows]})


if __name__ == "__main__":
    main()
