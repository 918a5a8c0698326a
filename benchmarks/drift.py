"""How often drift is told where nothing changed, and whether it is told where something did.

    python -m benchmarks.drift [--markets no-episodes default without-orders] [--seeds 9711 9712]

Each made-up market is trained on 380 days; the 17 weeks after them are looked at one by one, as a
weekly `detector models drift` does. Then the same weeks with one thing changed from the fifth on: a
category renamed, the buyers lost, one category's complaints tripled. Prints a table and writes it
to benchmarks/results/drift.json.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from benchmarks.report import machine, write
from detector.drift import drift_of
from detector.drift.judging import judged, reasons_of
from detector.durations import DAY_US
from detector.fitting import train
from detector.history.building import sorted_complaints
from detector.history.history import UNKNOWN, Complaints, History
from detector.trained import TrainedDetector
from training.backtest.markets import market_named
from training.simulator import simulate

TRAINED_DAYS, WEEKS, CHANGED_WEEKS = 380, 17, 4


def renamed(history: History, since: int) -> History:
    """The most frequent category goes by another name."""
    complaints = history.complaints
    common = int(np.bincount(complaints.category).argmax())
    later = (complaints.filed_at >= since) & (complaints.category == common)
    category = np.where(later, len(history.categories), complaints.category).astype(np.int32)
    names = (*history.categories, "zz_renamed")
    return replace(history, categories=names, complaints=replace(complaints, category=category))


def without_buyers(history: History, since: int) -> History:
    """Nobody sends who complained."""
    complaints = history.complaints
    if complaints.buyer is None:
        return history
    buyer = np.where(complaints.filed_at >= since, UNKNOWN, complaints.buyer).astype(np.int32)
    return replace(history, complaints=replace(complaints, buyer=buyer))


def tripled(history: History, since: int) -> History:
    """The most frequent category is complained of three times as often."""
    complaints = history.complaints
    common = int(np.bincount(complaints.category).argmax())
    again = np.flatnonzero((complaints.filed_at >= since) & (complaints.category == common))
    rows = np.concatenate([np.arange(len(complaints)), again, again])
    taken: Complaints = complaints.take(rows)
    return replace(history, complaints=sorted_complaints(taken))


CHANGES: dict[str, Callable[[History, int], History]] = {
    "nothing": lambda history, _: history,
    "a category renamed": renamed,
    "buyers lost": without_buyers,
    "a category tripled": tripled,
}


def weekly_findings(
    history: History, trained: TrainedDetector, end: int
) -> list[tuple[set[str], set[str]]]:
    """Week by week: which metrics drift, and which reasons there are."""
    report = drift_of(
        history, trained, learnt_until=end, until=end + WEEKS * 7 * DAY_US, created_at=0
    )
    found = []
    for week in range(1, WEEKS + 1):
        then = [judged(one.metric, one.past, one.later[:week]) for one in report.metrics]
        drifting = {one.metric.name for one in then if one.state == "drifting"}
        found.append((drifting, {str(reason.code) for reason in reasons_of(then)}))
    return found


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument(
        "--markets", nargs="+", default=["no-episodes", "default", "without-orders"]
    )
    options.add_argument("--seeds", type=int, nargs="+", default=[9711, 9712])
    options.add_argument("--sellers", type=int, default=800)
    asked = options.parse_args()
    rows = []
    for market in asked.markets:
        for seed in asked.seeds:
            days = TRAINED_DAYS + WEEKS * 7
            made_up = market_named(market, sellers=asked.sellers, days=days)
            # Without the disruption that these markets have, in which the mix does drift.
            simulation = simulate(replace(made_up, disruptions=()), seed)
            assert simulation.truth is not None
            history = simulation.history()
            end = (simulation.truth.first_day + TRAINED_DAYS) * DAY_US
            trained = train(history, until=end, seed=seed).trained
            for change, made in CHANGES.items():
                found = weekly_findings(
                    made(history, end + CHANGED_WEEKS * 7 * DAY_US), trained, end
                )
                rows.append(_row(market, seed, change, found))
                print(rows[-1], flush=True)
    write("drift", {"asked": vars(asked), "machine": machine(), "rows": rows})


def _row(
    market: str, seed: int, change: str, weeks: list[tuple[set[str], set[str]]]
) -> dict[str, object]:
    before, after = weeks[:CHANGED_WEEKS], weeks[CHANGED_WEEKS:]
    return {
        "market": market,
        "seed": seed,
        "change": change,
        "weeks_with_drift_before": sum(bool(drifting) for drifting, _ in before),
        "weeks_with_drift_after": sum(bool(drifting) for drifting, _ in after),
        "weeks_after": len(after),
        "drifting_after": dict(Counter(name for drifting, _ in after for name in drifting)),
        "weeks_with_reason_before": sum(bool(codes) for _, codes in before),
        "reasons_after": dict(Counter(code for _, codes in after for code in codes)),
    }


if __name__ == "__main__":
    main()
