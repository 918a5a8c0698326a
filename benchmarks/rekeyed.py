"""How many re-keyed sellers are found, and how often sellers that merely came and went are taken
for one.

    python -m benchmarks.rekeyed [--seeds 9971 9972 9973 9974] [--sellers 1000]

In each made-up market sellers join and leave. It is looked at as it is, with ten sellers re-keyed
on days of their own, and with a fifth of all sellers re-keyed in one day; the new names have
nothing of the old ones, and once more with names that do. Counted are sellers with at least ten
complaints in the quarter before and in the one after. Prints a table and writes it to
benchmarks/results/rekeyed.json.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from benchmarks.report import machine, write
from detector.durations import DAY_US
from detector.history.history import History
from detector.rekeying import rekeyings_in
from training.backtest.markets import market_named
from training.simulator import Marketplace, simulate
from training.simulator.rekeying import LIKE_OLD, UNLIKE_OLD, with_rekeyed

DAYS = 500
QUARTER = 91
COMPLAINTS_MIN = 10
SINGLE = 10
MASS_DAY = 300
MASS_SHARE = 0.2
MARKETS = {
    "default": ("default", 0.05),
    "many leave": ("default", 0.2),
    "without orders": ("without-orders", 0.05),
}
"""A market by name, and the share of its sellers that leave."""


def market_of(name: str, sellers: int) -> Marketplace:
    """One of the markets."""
    named, leaving = MARKETS[name]
    return replace(market_named(named, sellers=sellers, days=DAYS), leaving_early_share=leaving)


def is_large(history: History, seller: int, day: int) -> bool:
    """Whether a seller has enough complaints in the quarters before and after a day."""
    low, high = np.searchsorted(history.complaints.seller, [seller, seller + 1])
    at = history.complaints.filed_at[low:high] // DAY_US - day
    before, after = ((at >= -QUARTER) & (at < 0)).sum(), ((at >= 0) & (at < QUARTER)).sum()
    return bool(min(before, after) >= COMPLAINTS_MIN)


def single(history: History, first_day: int, rng: np.random.Generator) -> dict[int, int]:
    """Large sellers, each with a day of its own."""
    days: dict[int, int] = {}
    for seller in rng.permutation(len(history.sellers)).tolist():
        day = first_day + int(rng.integers(150, DAYS - 100))
        if is_large(history, seller, day):
            days[seller] = day
        if len(days) == SINGLE:
            break
    return days


def mass(history: History, first_day: int, rng: np.random.Generator) -> dict[int, int]:
    """A share of all sellers, in one day."""
    chosen = np.flatnonzero(rng.random(len(history.sellers)) < MASS_SHARE)
    return dict.fromkeys(chosen.tolist(), first_day + MASS_DAY)


def found_of(history: History, days: Mapping[int, int], end: int, name: str) -> dict[str, int]:
    """What is found of planted re-keyings."""
    found = rekeyings_in(with_rekeyed(history, days, name=name), end)
    new = {history.sellers[s]: name.format(name=history.sellers[s]) for s in days}
    large = {history.sellers[s] for s, day in days.items() if is_large(history, s, day)}
    right = {one.old for one in found if new.get(one.old) == one.new}
    return {
        "planted": len(days), "large": len(large), "large_found": len(right & large),
        "right": len(right), "wrong": len(found) - len(right),
    }  # fmt: skip


def total(rows: Sequence[Mapping[str, int]]) -> dict[str, int]:
    """Sums over seeds."""
    return {key: sum(row[key] for row in rows) for key in rows[0]}


def measured(name: str, seeds: Sequence[int], sellers: int) -> dict[str, object]:
    """One market over all seeds."""
    false, parts = 0, {"single": [], "mass": [], "mass_named_alike": []}
    for seed in seeds:
        simulation = simulate(market_of(name, sellers), seed)
        assert simulation.truth is not None
        history, first_day = simulation.history(), simulation.truth.first_day
        end, rng = (first_day + DAYS) * DAY_US, np.random.default_rng([seed, 8])
        false += len(rekeyings_in(history, end))
        alone, together = single(history, first_day, rng), mass(history, first_day, rng)
        parts["single"].append(found_of(history, alone, end, UNLIKE_OLD))
        parts["mass"].append(found_of(history, together, end, UNLIKE_OLD))
        parts["mass_named_alike"].append(found_of(history, together, end, LIKE_OLD))
    years = len(seeds) * DAYS / 365.25
    row = {"market": name, "market_years": round(years, 2), "false": false}
    return row | {part: total(rows) for part, rows in parts.items()}


def main() -> None:
    """Measure every market, print it and write it down."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seeds", type=int, nargs="+", default=[9971, 9972, 9973, 9974])
    options.add_argument("--sellers", type=int, default=1_000)
    asked = options.parse_args()
    rows = []
    for name in MARKETS:
        rows.append(measured(name, asked.seeds, asked.sellers))
        print(rows[-1], flush=True)
    write("rekeyed", {"asked": vars(asked), "machine": machine(), "rows": rows})


if __name__ == "__main__":
    main()
