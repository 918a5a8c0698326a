"""What the column `group` spares the sellers of a carrier that fails.

    python -m benchmarks.groups [--seeds 9310 ...] [--markets default ...] [--sellers 3000]

Each made-up market is trained on its first 400 days. Its complaints name one of some groups: three
in four of a seller's are of one group, the others of any. On every third of the 40 days that follow
nothing has happened to a group: each group that is told is false. Then the complaints of one
category go up in one group from day 440 on, by what the simulator knows to be due from each seller
and day. The market is asked after 3, 7 and 14 days, with the column and without it. *Blamed* are
sellers flagged that would not be without the cause. Prints a table and writes it to
benchmarks/results/groups.json.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.report import machine, write
from detector.assess import Assessments, assess
from detector.durations import DAY_US
from detector.fitting import train
from detector.history.building import concatenate_complaints, sorted_complaints
from detector.history.history import History
from training.backtest.markets import market_named
from training.simulator import simulate
from training.simulator.simulation import Truth

TRAINED_DAYS, DAYS, EVERY, FROM_DAY = 400, 460, 3, 440
AFTER_DAYS: Final = (3, 7, 14)
TIMES: Final = (2.0, 4.0, 8.0)
GROUPS: Final = 12
USUAL_SHARE: Final = 0.75
"""Of a seller's complaints that are of its own group."""


@dataclass(frozen=True, slots=True)
class Row:
    """One question to one market."""

    market: str
    seed: int
    times: float
    """1 where nothing was planted."""
    after_days: int
    is_named: bool
    """The planted group and category, or any group where nothing was planted."""
    flagged: int
    """Sellers, with the column."""
    flagged_without: int
    blamed: int = 0
    """Sellers, with the column."""
    blamed_without: int = 0


def rows_of(market: str, seed: int, sellers: int) -> Iterator[Row]:
    """All questions to one market."""
    simulation = simulate(market_named(market, sellers=sellers, days=DAYS), seed)
    assert simulation.truth is not None
    truth, rng = simulation.truth, np.random.default_rng([seed, GROUPS])
    own = rng.integers(0, GROUPS, len(truth.sellers))
    history = grouped(simulation.history(), truth, own, rng)
    until = (truth.first_day + TRAINED_DAYS) * DAY_US
    trained = train(history, until=until, seed=seed).trained

    def asked(known: History, day: int) -> tuple[Assessments, Assessments]:
        instant = (truth.first_day + day) * DAY_US
        unknown = replace(known, complaints=replace(known.complaints, group=None), groups=())
        return assess(known, instant, trained), assess(unknown, instant, trained)

    for day in range(TRAINED_DAYS + EVERY, FROM_DAY + 1, EVERY):
        found, without = asked(history, day)
        is_named = any(cause.group for cause in found.common_causes)
        counts = int(found.flagged.sum()), int(without.flagged.sum())
        yield Row(market, seed, 1.0, day - TRAINED_DAYS, is_named, *counts)
    category = int(np.bincount(history.complaints.category).argsort()[-2])
    usual = {after: asked(history, FROM_DAY + after) for after in AFTER_DAYS}
    for times in TIMES:
        changed = failing(history, truth, own, category, times, rng)
        for after in AFTER_DAYS:
            found, without = asked(changed, FROM_DAY + after)
            named = [(cause.group, cause.column) for cause in found.common_causes]
            yield Row(
                market,
                seed,
                times,
                after,
                (history.groups[0], history.categories[category]) in named,
                int(found.flagged.sum()),
                int(without.flagged.sum()),
                *(
                    len(flagged_in(now) - flagged_in(before))
                    for now, before in zip((found, without), usual[after], strict=True)
                ),
            )


def flagged_in(found: Assessments) -> set[str]:
    """The sellers that are flagged."""
    return {found.seller_ids[row] for row in np.flatnonzero(found.flagged)}


def grouped(
    history: History, truth: Truth, own: NDArray[np.int64], rng: np.random.Generator
) -> History:
    """The same complaints, most of a seller's in its `own` group."""
    complaints = history.complaints
    place = np.searchsorted(np.array(truth.sellers), np.array(history.sellers))
    is_usual = rng.random(len(complaints)) < USUAL_SHARE
    other = rng.integers(0, GROUPS, len(complaints))
    group = np.where(is_usual, own[place[complaints.seller]], other).astype(np.int32)
    names = tuple(f"carrier {number:02}" for number in range(GROUPS))
    return replace(history, complaints=replace(complaints, group=group), groups=names)


def failing(
    history: History,
    truth: Truth,
    own: NDArray[np.int64],
    category: int,
    times: float,
    rng: np.random.Generator,
) -> History:
    """The history in which the first group has `times` the complaints of a category at the end."""
    place = np.searchsorted(np.array(truth.sellers), np.array(history.sellers))
    column = truth.categories.index(history.categories[category])
    due = truth.intensity[place, FROM_DAY:, column].astype(np.float64)
    share = USUAL_SHARE * (own[place] == 0) + (1.0 - USUAL_SHARE) / GROUPS
    scatter = np.maximum(truth.dispersion[place], 1e-6)[:, None]
    drawn = rng.gamma(1.0 / scatter, scatter, due.shape) * due * share[:, None] * (times - 1.0)
    count = rng.poisson(drawn)
    seller, day = (np.repeat(of_each, count[count > 0]) for of_each in np.nonzero(count))
    there = history.complaints
    rows = np.flatnonzero(there.category == category)
    more = there.take(rng.choice(rows, len(seller)))
    filed_at = (truth.first_day + FROM_DAY + day) * DAY_US + more.filed_at % DAY_US
    buyer = None
    if more.buyer is not None:
        buyer = (there.buyer.max() + 1 + np.arange(len(seller))).astype(np.int32)
    more = replace(
        more,
        seller=seller.astype(np.int32),
        filed_at=filed_at,
        buyer=buyer,
        group=np.zeros(len(seller), dtype=np.int32),
    )
    return replace(history, complaints=sorted_complaints(concatenate_complaints(there, more)))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--seeds", type=int, nargs="+", default=[9310])
    options.add_argument(
        "--markets", nargs="+", default=["default", "bursty-sellers", "without-orders"]
    )
    options.add_argument("--sellers", type=int, default=3_000)
    given = options.parse_args()
    rows: list[Row] = []
    for market in given.markets:
        for seed in given.seeds:
            rows += rows_of(market, seed, given.sellers)
            for row in rows[-len(TIMES) * len(AFTER_DAYS) :]:
                print(asdict(row), flush=True)
            quiet = [row for row in rows if row.times == 1.0]
            print(market, seed, "false so far:", sum(row.is_named for row in quiet), flush=True)
            print(sum(row.flagged for row in quiet), sum(row.flagged_without for row in quiet))
            stated = {"asked": vars(given), "machine": machine()}
            write("groups", stated | {"rows": [asdict(row) for row in rows]})


if __name__ == "__main__":
    main()
