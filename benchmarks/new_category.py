"""Whether sellers are blamed where a market opens a category.

    python -m benchmarks.new_category [--seeds 61 62] [--markets default without-orders]
        [--sellers 800]

Each made-up market is trained on its first 400 days. From then on a share of all complaints is in a
category that nobody knew, about any seller. Blamed are sellers that are flagged with that and not
without it, after 7, 14 and 28 days. Prints a table and writes it to
benchmarks/results/new_category.json.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.report import machine, write
from detector.assess import assess
from detector.durations import DAY_US
from detector.fitting import train
from detector.history.history import History
from detector.trained import TrainedDetector
from training.backtest.markets import market_named
from training.simulator import simulate

TRAINED_DAYS = 400
AFTER_DAYS: Final = (7, 14, 28)
SHARES: Final = (0.05, 0.15, 0.3, 0.6)
CATEGORY: Final = "opened lately"


@dataclass(frozen=True, slots=True)
class Row:
    """One share of complaints in one market."""

    market: str
    seed: int
    share: float
    blamed: tuple[int, ...]
    """After each of `AFTER_DAYS`."""


def rows_of(market: str, seed: int, sellers: int) -> Iterator[Row]:
    """One market with each share."""
    days = TRAINED_DAYS + max(AFTER_DAYS)
    simulation = simulate(market_named(market, sellers=sellers, days=days), seed)
    assert simulation.truth is not None
    history, start = simulation.history(), simulation.truth.first_day + TRAINED_DAYS
    trained = train(history, until=start * DAY_US, seed=seed).trained
    instants = [(start + day) * DAY_US for day in AFTER_DAYS]
    before = [_flagged(history, instant, trained) for instant in instants]
    for share in SHARES:
        drawn = np.random.default_rng([seed, int(100 * share)]).random(len(history.complaints))
        changed = opened(history, (history.complaints.filed_at >= start * DAY_US) & (drawn < share))
        after = [_flagged(changed, instant, trained) for instant in instants]
        blamed = tuple(len(now - was) for now, was in zip(after, before, strict=True))
        yield Row(market, seed, share, blamed)


def opened(history: History, rows: NDArray[np.bool_]) -> History:
    """The history with some complaints in a category of their own."""
    category = np.where(rows, len(history.categories), history.complaints.category)
    complaints = replace(history.complaints, category=category.astype(np.int32))
    return replace(history, categories=(*history.categories, CATEGORY), complaints=complaints)


def _flagged(history: History, as_of: int, trained: TrainedDetector) -> set[str]:
    return {row.seller_id for row in assess(history, as_of, trained).rows if row.flagged}


def table_of(rows: list[Row]) -> str:
    """The rows as Markdown, by share."""
    after = " | ".join(f"after {days} days" for days in AFTER_DAYS)
    lines = [f"| of 100 complaints | blamed {after} |", "|---|---|---|---|"]
    for share in SHARES:
        blamed = np.sum([row.blamed for row in rows if row.share == share], axis=0)
        lines.append(f"| {100 * share:.0f} | " + " | ".join(map(str, blamed.tolist())) + " |")
    return "\n".join(lines)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--seeds", type=int, nargs="+", default=[61, 62])
    options.add_argument("--markets", nargs="+", default=["default", "without-orders"])
    options.add_argument("--sellers", type=int, default=800)
    asked = options.parse_args()
    rows: list[Row] = []
    for market in asked.markets:
        for seed in asked.seeds:
            rows += rows_of(market, seed, asked.sellers)
    print(table_of(rows))
    write(
        "new_category",
        {"asked": vars(asked), "machine": machine(), "rows": list(map(asdict, rows))},
    )


if __name__ == "__main__":
    main()
