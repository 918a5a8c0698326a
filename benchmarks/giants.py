"""Whether the p-values of a seller that is two fifths of its market mean what they say.

    python -m benchmarks.giants [--seed 61] [--times 20] [--sellers 400]

Made-up markets without episodes, with and without orders, in which two of five sellers are one.
Nobody joins or leaves, as sellers who join the one would be its own growth, and no chance. The
detector learns from 380 days, and the giant is scored at the end of each of the 17 weeks after
them. Reported is the share of its p-values that lie below some levels, which chance alone makes as
large as the level. Prints a table and writes it to benchmarks/results/giants.json.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import Final

import numpy as np

from benchmarks.report import machine, write
from detector.assess import assess_each
from detector.durations import DAY_US
from detector.fitting import train
from detector.history.aliases import regrouped
from detector.history.history import History
from training.backtest.markets import market_named
from training.simulator import simulate

TRAINED_DAYS, DAYS, EVERY = 380, 500, 7
SHARE: Final = 0.4
"""Of the sellers that are one."""
LEVELS: Final = (0.5, 0.2, 0.1, 0.05, 0.01)
GIANT: Final = "giant"


def p_values(sellers: int, seed: int, *, has_orders: bool) -> list[float]:
    """Of the giant, one a week."""
    market = market_named("no-episodes", sellers=sellers, days=DAYS)
    market = replace(market, joining_late_share=0.0, leaving_early_share=0.0)
    simulation = simulate(market, seed)
    assert simulation.truth is not None
    history, first = simulation.history(), simulation.truth.first_day
    if not has_orders:
        history = replace(history, orders=None)
    history = with_giant(history, seed)
    start = first + TRAINED_DAYS
    trained = train(history, until=start * DAY_US, seed=seed).trained
    instants = [day * DAY_US for day in range(start + EVERY, first + DAYS + 1, EVERY)]
    found = [one.of(GIANT) for one in assess_each(history, instants, trained)]
    return [giant.p_value for giant in found if giant is not None]


def with_giant(history: History, seed: int) -> History:
    """The history in which a drawn share of the sellers is one."""
    rng = np.random.default_rng([seed, 1])
    is_giant = rng.random(len(history.sellers)) < SHARE
    names = [GIANT if one else name for name, one in zip(history.sellers, is_giant, strict=True)]
    orders = None if history.orders is None else history.orders.seller
    return regrouped(history, names, history.complaints.seller, orders)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--seed", type=int, default=61)
    options.add_argument("--times", type=int, default=20, help="markets of each kind")
    options.add_argument("--sellers", type=int, default=400)
    asked = options.parse_args()
    rows: dict[str, dict[str, float]] = {}
    for kind, has_orders in (("with orders", True), ("without orders", False)):
        found: list[float] = []
        for number in range(asked.times):
            found += p_values(asked.sellers, asked.seed * 100 + number, has_orders=has_orders)
        p = np.array(found)
        rows[kind] = {"weeks": len(p)} | {f"{at}": float((p < at).mean()) for at in LEVELS}
        print(kind, rows[kind], flush=True)
        write("giants", {"asked": vars(asked), "machine": machine(), "rows": rows})


if __name__ == "__main__":
    main()
