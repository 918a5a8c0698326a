"""Which kinds of episode are found, beside an oracle, and which brigades are seen as such.

    python -m benchmarks.kinds [--markets default large-sellers] [--seeds 61 62] [--sellers 2000]

Made-up markets in which a seller has an episode every four years, of six kinds: surges of all
categories or of one, a switch of the mix at the same volume, a slow creep, brigades of a few
buyers, and brigades that prepare (fresh buyers, each with evidence). The detector learns from 380
days, and every third of the next 240 is scored. An episode has 120 days to be found. Both are asked
for five alerts a day on 4,000 sellers. The oracle knows each seller's rates and looks at counts
alone. *Complainants first* is what the detector says of an episode when it is first alerted. Prints
a table and writes it to benchmarks/results/kinds.json.
"""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import replace

import numpy as np

from benchmarks.report import machine, write
from detector.assess import assess_each
from detector.durations import DAY_US
from detector.fitting import train
from training.backtest.alerts import queue_alerts
from training.backtest.daily_counts import daily_counts_of
from training.backtest.episodes import episodes_of
from training.backtest.markets import market_named
from training.backtest.measures import first_alerts
from training.backtest.references.oracle import oracle
from training.backtest.scores import UNKNOWN, Scores, scored_days
from training.simulator import simulate
from training.simulator.marketplace import MIX_SWITCH, PREPARED_BRIGADE, SLOW_CREEP

KINDS = {
    "general_surge": 1.0,
    "category_surge": 1.0,
    MIX_SWITCH: 4.0,
    SLOW_CREEP: 4.0,
    "brigade": 1.0,
    PREPARED_BRIGADE: 2.0,
}
"""Weights: most sellers have too few complaints for a switch or a creep, and then have nothing."""
TRAINED_DAYS, DAYS, EVERY, PATIENCE = 380, 620, 3, 120
BUDGET = 5.0
"""Alerts a day on 4,000 sellers."""


def counted(market: str, sellers: int, seed: int) -> Counter[tuple[str, str]]:
    """(kind, what) -> episodes of one market."""
    marketplace = market_named(market, sellers=sellers, days=DAYS)
    plan = replace(marketplace.episodes, per_seller_year=0.25, kinds=KINDS)
    simulation = simulate(replace(marketplace, episodes=plan), seed)
    assert simulation.truth is not None
    history, first = simulation.history(), simulation.truth.first_day
    start, last = first + TRAINED_DAYS, first + DAYS
    days = scored_days(start, last, EVERY)
    instants = [int(day) * DAY_US for day in days]
    place = {seller: number for number, seller in enumerate(history.sellers)}

    trained = train(history, until=start * DAY_US, seed=seed).trained
    oracles = oracle(simulation.truth, history.sellers).fitted(
        daily_counts_of(history, simulation.truth.categories), start, seed
    )
    scores, truths = (np.full((len(days), len(place)), UNKNOWN) for _ in range(2))
    brigades = np.zeros(scores.shape, dtype=bool)
    for row, found in enumerate(assess_each(history, instants, trained)):
        known = [place[seller] for seller in found.seller_ids]
        scores[row, known] = found.score
        brigades[row, known] = found.brigade
        truths[row, known] = oracles(int(days[row]))[known]

    episodes = episodes_of(simulation.episodes, history.sellers)
    judged = (episodes.start >= start) & (
        np.minimum(episodes.end, episodes.start + PATIENCE) < last
    )
    looks = BUDGET * sellers / 4_000
    ours, theirs = (
        first_alerts(queue_alerts(Scores(days, values), looks), episodes)
        for values in (scores, truths)
    )
    row_of = {int(day): row for row, day in enumerate(days)}
    totals: Counter[tuple[str, str]] = Counter()
    for number in map(int, np.flatnonzero(judged)):
        kind = episodes.kind[number]
        totals[kind, "planted"] += 1
        totals[kind, "oracle"] += theirs.get(number, np.inf) <= PATIENCE
        if ours.get(number, np.inf) <= PATIENCE:
            totals[kind, "found"] += 1
            row = row_of[round(ours[number] + episodes.start[number])]
            totals[kind, "complainants first"] += bool(brigades[row, episodes.seller[number]])
    return totals


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--markets", nargs="+", default=["default", "large-sellers"])
    options.add_argument("--seeds", type=int, nargs="+", default=[61, 62])
    options.add_argument("--sellers", type=int, default=2_000)
    asked = options.parse_args()
    rows: dict[str, dict[str, dict[str, int]]] = {}
    for market in asked.markets:
        totals: Counter[tuple[str, str]] = Counter()
        for seed in asked.seeds:
            totals += counted(market, asked.sellers, seed)
        what = ("planted", "found", "oracle", "complainants first")
        rows[market] = {kind: {one: totals[kind, one] for one in what} for kind in KINDS}
        for kind, row in rows[market].items():
            print(market, kind, row, flush=True)
        write("kinds", {"asked": vars(asked), "machine": machine(), "rows": rows})


if __name__ == "__main__":
    main()
