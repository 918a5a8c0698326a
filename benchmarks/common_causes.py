"""How often a cause that a part of the sellers shares is told, and how often none that is there.

    python -m benchmarks.common_causes [--seeds 10094 ...] [--markets default ...] [--sellers 4000]

Each made-up market is trained on its first 400 days. On every third of the 60 days that follow it
is asked for common causes, with nothing planted: each one told is false. Then complaints of the
second most frequent category go up in a drawn share of the sellers from day 440 on, by buyers of
other complaints, and the market is asked after 3, 7 and 14 days. Reported is whether the cause is
told, in that category, and how many of the sellers named, and of the cases put under it, are of
those planted. Prints a table and writes it to benchmarks/results/common_causes.json.
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
from detector.capacity import Capacity
from detector.durations import DAY_US
from detector.fitting import train
from detector.history.building import concatenate_complaints, sorted_complaints
from detector.history.history import History
from detector.trained import TrainedDetector
from training.backtest.markets import market_named
from training.simulator import simulate

TRAINED_DAYS, DAYS, EVERY, FROM_DAY = 400, 460, 3, 440
AFTER_DAYS: Final = (3, 7, 14)
PLANTED: Final = ((0.15, 2.0), (0.15, 4.0), (0.3, 2.0), (0.3, 4.0))
"""Shares of the sellers, and how many times as many complaints they have."""


@dataclass(frozen=True, slots=True)
class Row:
    """One question to one market."""

    market: str
    seed: int
    share: float
    """0 where nothing was planted."""
    times: float
    after_days: int
    is_named: bool = False
    """In the planted category, or at all where nothing was planted."""
    named: int = 0
    rightly_named: int = 0
    cases: int = 0
    """Flagged sellers, and others worth a look, that are put under the cause."""
    rightly_under: int = 0


def rows_of(market: str, seed: int, sellers: int) -> Iterator[Row]:
    """All questions to one market."""
    simulation = simulate(market_named(market, sellers=sellers, days=DAYS), seed)
    assert simulation.truth is not None
    history, first = simulation.history(), simulation.truth.first_day
    trained = train(history, until=(first + TRAINED_DAYS) * DAY_US, seed=seed).trained
    for day in range(TRAINED_DAYS + EVERY, DAYS + 1, EVERY):
        found = assess(history, (first + day) * DAY_US, trained).common_causes
        yield Row(market, seed, 0.0, 1.0, day - TRAINED_DAYS, is_named=bool(found))
    category = int(np.bincount(history.complaints.category).argsort()[-2])
    for share, times in PLANTED:
        rng = np.random.default_rng([seed, int(100 * share), int(times)])
        is_up = rng.random(len(history.sellers)) < share
        start = (first + FROM_DAY) * DAY_US
        changed = raised(history, is_up, category, start, times, rng)
        for after in AFTER_DAYS:
            row = Row(market, seed, share, times, after)
            name = history.categories[category]
            yield asked(row, changed, start + after * DAY_US, trained, is_up, name)


def raised(
    history: History,
    is_up: NDArray[np.bool_],
    category: int,
    start: int,
    times: float,
    rng: np.random.Generator,
) -> History:
    """The history in which some sellers have more complaints of a category from an instant on."""
    there = history.complaints
    theirs = is_up[there.seller] & (there.category == category) & (there.filed_at >= start)
    rows = np.flatnonzero(theirs)
    rows = np.repeat(rows, rng.poisson(times - 1.0, len(rows)))
    more = there.take(rows)
    day = more.filed_at // DAY_US * DAY_US
    filed_at = day + rng.integers(0, DAY_US, len(rows))
    buyer = None if more.buyer is None else rng.choice(more.buyer, len(rows))
    more = replace(more, filed_at=filed_at, buyer=buyer)
    if more.evidence_at is not None:
        more = replace(more, evidence_at=filed_at)
    return replace(history, complaints=sorted_complaints(concatenate_complaints(there, more)))


def asked(
    row: Row,
    history: History,
    as_of: int,
    trained: TrainedDetector,
    is_up: NDArray[np.bool_],
    category: str,
) -> Row:
    """The row with what the market tells of the cause in a category."""
    found = assess(history, as_of, trained)
    causes = [one for one in found.common_causes if one.column == category]
    if not causes:
        return row
    planted = {history.sellers[number] for number in np.flatnonzero(is_up)}
    enough = Capacity().is_enough
    under = [
        one.seller_id
        for one in found.rows
        if one.suspicion == "seller"
        and (one.flagged or enough(one))
        and causes[0].explains(one.findings)
    ]
    named = causes[0].sellers
    return replace(
        row,
        is_named=True,
        named=len(named),
        rightly_named=len(planted & set(named)),
        cases=len(under),
        rightly_under=len(planted & set(under)),
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--seeds", type=int, nargs="+", default=[10094])
    options.add_argument(
        "--markets", nargs="+", default=["default", "bursty-sellers", "without-orders"]
    )
    options.add_argument("--sellers", type=int, default=4_000)
    given = options.parse_args()
    rows: list[Row] = []
    for market in given.markets:
        for seed in given.seeds:
            rows += rows_of(market, seed, given.sellers)
            for row in rows[-len(PLANTED) * len(AFTER_DAYS) :]:
                print(asdict(row), flush=True)
            false = sum(row.is_named for row in rows if not row.share)
            print(market, seed, "false so far:", false, flush=True)
            stated = {"asked": vars(given), "machine": machine()}
            write("common_causes", stated | {"rows": [asdict(row) for row in rows]})


if __name__ == "__main__":
    main()
