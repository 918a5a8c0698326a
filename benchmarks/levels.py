"""Sellers bad by level: which of them are listed, and what the list's intervals hold.

    python -m benchmarks.levels [--seeds 9510 9511 9512] [--sellers 2000] [--at-least 3]

Made-up markets in which one seller in fifty is bad from its first day on, at five times its rate.
Others have spikes, as on any market. A model is trained on 380 days, and the list is made 120 days
later. A seller's true level is what the simulator expected of it over what the market's rate would
have brought. Prints the share of the sellers truly above the line that are listed, by complaints
due; of those listed, the share that truly lie above it; and the share of true levels within their
intervals. Writes benchmarks/results/levels.json.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from detector.durations import DAY_US
from detector.estimates import estimate
from detector.levels import AT_LEAST, Levels, levels_at
from training.backtest.intervals import wilson
from training.backtest.markets import market_named
from training.simulator import Truth, simulate

RESULTS = Path(__file__).parent / "results" / "levels.json"
TRAINED_DAYS, DAYS = 380, 500
CHRONIC_SHARE = 0.02
DUES = (0.0, 3.0, 10.0, 30.0, float("inf"))
"""Complaints that the market's rate brings: bounds between sizes of sellers."""
Counts = dict[str, list[int]]
"""By what was asked: how many did, of how many."""


def counted(market: str, sellers: int, seed: int, at_least: float) -> Counts:
    """One market."""
    made = replace(market_named(market, sellers=sellers, days=DAYS), chronic_share=CHRONIC_SHARE)
    simulation = simulate(made, seed)
    assert simulation.truth is not None
    first, history = simulation.truth.first_day, simulation.history()
    trained = estimate(history, until=(first + TRAINED_DAYS) * DAY_US).without_forest
    levels = levels_at(history, (first + DAYS) * DAY_US, trained)
    true = true_levels(levels, simulation.truth)
    listed = (levels.low >= at_least).any(axis=1)
    above = (true >= at_least).any(axis=1)
    found = {"listed and above the line, of those listed": pair(above[listed])}
    for low, high in pairwise(DUES):
        some = (true[:, 0] >= at_least) & (levels.due[:, 0] >= low) & (levels.due[:, 0] < high)
        found[f"listed, of those above it with {low:g} to {high:g} due"] = pair(listed[some])
    inside = (levels.low <= true) & (true <= levels.high)
    found["all complaints: true level within its interval"] = pair(inside[:, 0])
    found["one category: true level within its interval"] = pair(inside[:, 1:].ravel())
    return found


def true_levels(levels: Levels, truth: Truth) -> np.ndarray:
    """(n, C) the simulator's expected complaints over those due at the market's rate."""
    place = {seller: number for number, seller in enumerate(truth.sellers)}
    rows = [place[seller] for seller in levels.seller_ids]
    end = levels.as_of // DAY_US - truth.first_day
    days = np.arange(truth.intensity.shape[1])
    inside = (days < end) & (days >= end - levels.days[:, None])
    by_day = truth.intensity[rows].astype(np.float64)
    chosen = [truth.categories.index(name) for name in levels.columns[1:]]
    expected = np.einsum("ndc,nd->nc", by_day, inside)[:, chosen]
    return np.asarray(np.c_[expected.sum(axis=1), expected] / levels.due)


def pair(answers: np.ndarray) -> list[int]:
    """How many are true, of how many."""
    return [int(answers.sum()), len(answers)]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--market", default="default")
    options.add_argument("--sellers", type=int, default=2_000)
    options.add_argument("--seeds", type=int, nargs="+", default=[9510, 9511, 9512])
    options.add_argument("--at-least", type=float, default=AT_LEAST)
    asked = options.parse_args()
    totals: Counts = {}
    for seed in asked.seeds:
        for name, more in counted(asked.market, asked.sellers, seed, asked.at_least).items():
            totals[name] = [a + b for a, b in zip(totals.get(name, [0, 0]), more, strict=True)]
    for name, (part, whole) in totals.items():
        share = wilson(part, whole)
        print(f"{name:<62} {part:>6} of {whole:>6} ({share.value or 0:.2f})")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({"asked": vars(asked), "rows": totals}, indent=1) + "\n")


if __name__ == "__main__":
    main()
