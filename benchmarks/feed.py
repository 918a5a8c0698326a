"""How often a faulty feed is seen, and how often a fault is seen that is none.

    python -m benchmarks.feed [--markets default disrupted tripling small-sellers] [--seeds 9913]
        [--sellers 2000] [--times 24]

Each fault is planted at random days of each made-up market, into a history of its own, and is
looked for as a training does, in all days, and as a daily scoring does, up to its last day. False
alarms are counted day by day over the whole market without a planted fault. Prints a table and
writes it to benchmarks/results/feed.json.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from benchmarks.report import machine, write
from detector.durations import DAY_US
from detector.feed.faults import FeedFault, faults_in
from detector.history.building import sorted_complaints
from detector.history.history import History
from training.backtest.markets import market_named
from training.simulator import simulate
from training.simulator.feed_faults import FEED_FAULTS

DAYS = 500
FIRST = 120
"""Days before which no fault is planted and none is false: no day is usual yet."""
LAST = 20
"""Days after the last planted fault."""
HOURS = (2, 1, 1, 1, 1, 2, 3, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 6, 7, 8, 8, 7, 5, 3)
"""Complaints of each hour, UTC: the simulator's own are spread evenly."""
LOOKED_BACK = 150
"""Days that a daily look needs: the checks compare with eight weeks before."""


def by_hours(history: History, seed: int) -> History:
    """The same days, at hours at which people complain: few at night, most in the evening."""
    complaints, rng = history.complaints, np.random.default_rng([seed, 99])
    hour = rng.choice(24, len(complaints), p=np.array(HOURS) / sum(HOURS))
    within = hour * (DAY_US // 24) + rng.integers(0, DAY_US // 24, len(complaints))
    filed_at = complaints.filed_at // DAY_US * DAY_US + within
    moved = replace(complaints, filed_at=filed_at, evidence_at=None)
    return replace(history, complaints=sorted_complaints(moved))


def recent(history: History, end: int) -> History:
    """The last days before a day (days since 1970)."""
    complaints = history.complaints
    kept = complaints.take(complaints.filed_at >= (end - LOOKED_BACK) * DAY_US)
    return replace(history, complaints=kept).as_of(end * DAY_US)


def touching(faults: Sequence[FeedFault], first: int, last: int) -> set[str]:
    """Kinds of the faults that were found within a day of these."""
    return {
        fault.kind
        for fault in faults
        if fault.first_day <= last + 1 and fault.last_day >= first - 1
    }


def planted(history: History, first_day: int, times: int, seed: int) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for number, (name, plant) in enumerate(FEED_FAULTS.items()):
        rng = np.random.default_rng([seed, number])
        days = first_day + rng.choice(np.arange(FIRST, DAYS - LAST), times, replace=False)
        after: Counter[str] = Counter()
        live: Counter[str] = Counter()
        seen = seen_live = odd = 0
        for day in map(int, days):
            faulty = plant(history, day, rng)
            report = faults_in(faulty, (day + LAST) * DAY_US)
            kinds = touching(report.certain, day, day + 2)
            odd += bool(touching(report.faults, day, day + 2))
            then = faults_in(recent(faulty, day + 3), (day + 3) * DAY_US)
            at_once = touching(then.certain, day, day + 2)
            seen, seen_live = seen + bool(kinds), seen_live + bool(at_once)
            after.update(kinds)
            live.update(at_once)
        rows.append(
            {
                "fault": name, "planted": times, "seen": seen, "seen_live": seen_live,
                "seen_or_odd": odd, "as": dict(after), "as_live": dict(live),
            }
        )  # fmt: skip
        print("  ", rows[-1], flush=True)
    return rows


def false_alarms(history: History, first_day: int) -> dict[str, object]:
    end = first_day + DAYS
    whole = [f for f in faults_in(history, end * DAY_US).certain if f.last_day >= first_day + FIRST]
    days: Counter[str] = Counter()
    for day in range(first_day + FIRST, end):
        report = faults_in(recent(history, day + 1), (day + 1) * DAY_US)
        days.update(f.kind for f in report.certain if f.last_day == day)
    return {
        "days": DAYS - FIRST,
        "false_in_training": dict(Counter(fault.kind for fault in whole)),
        "false_days_live": dict(days),
    }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument(
        "--markets", nargs="+", default=["default", "disrupted", "tripling", "small-sellers"]
    )
    options.add_argument("--seeds", type=int, nargs="+", default=[9913])
    options.add_argument("--sellers", type=int, default=2_000)
    options.add_argument("--times", type=int, default=24)
    asked = options.parse_args()
    rows = []
    for market in asked.markets:
        for seed in asked.seeds:
            made_up = market_named(market, sellers=asked.sellers, days=DAYS)
            simulation = simulate(made_up, seed)
            assert simulation.truth is not None
            history, first_day = by_hours(simulation.history(), seed), simulation.truth.first_day
            row = {"market": market, "seed": seed, **false_alarms(history, first_day)}
            print(row, flush=True)
            row["faults"] = planted(history, first_day, asked.times, seed)
            rows.append(row)
    write("feed", {"asked": vars(asked), "machine": machine(), "rows": rows})


if __name__ == "__main__":
    main()
