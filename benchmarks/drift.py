"""How often drift is told where nothing changed, and whether it is told where something did.

    python -m benchmarks.drift [--markets no-episodes default without-orders] [--seeds 9711 9712]
        [--changes nothing bursts]

Each made-up market is trained on 380 days; the 17 weeks after them are looked at one by one, as a
weekly `detector models drift` does. Then the same weeks with one thing changed from the fifth on: a
category renamed, the buyers lost, one category's complaints tripled, complaints in bursts of three,
sellers' mixes moving, a tenth recorded late. Prints a table and writes it to
benchmarks/results/drift.json.
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


def in_bursts(history: History, since: int) -> History:
    """A tenth of the complaints bring two more, of so many fewer."""
    complaints, rng = history.complaints, np.random.default_rng(5)
    later = complaints.filed_at >= since
    rows = np.flatnonzero(~later | (rng.random(len(later)) < 1 / 1.2))
    more = rows[later[rows] & (rng.random(len(rows)) < 0.1)]
    taken = complaints.take(np.concatenate([rows, more, more]))
    return replace(history, complaints=sorted_complaints(taken))


def moving_mixes(history: History, since: int) -> History:
    """A fifth of a seller's complaints of a week are about what one of them is about."""
    complaints, rng = history.complaints, np.random.default_rng(5)
    week = np.maximum((complaints.filed_at - since) // (7 * DAY_US), -1)
    order = rng.permutation(len(week))
    key = complaints.seller.astype(np.int64) * (week.max() + 2) + week + 1
    _, first, whose = np.unique(key[order], return_index=True, return_inverse=True)
    one = np.empty(len(week), dtype=np.int32)
    one[order] = complaints.category[order[first]][whose]
    moved = (week >= 0) & (rng.random(len(week)) < 0.2)
    category = np.where(moved, one, complaints.category).astype(np.int32)
    return replace(history, complaints=replace(complaints, category=category))


def recorded_late(history: History, since: int) -> History:
    """A tenth of the complaints are recorded ten days after they were."""
    complaints, rng = history.complaints, np.random.default_rng(5)
    assert complaints.recorded_at is not None
    late = (complaints.filed_at >= since) & (rng.random(len(complaints)) < 0.1)
    recorded = complaints.recorded_at + np.where(late, 10 * DAY_US, 0)
    return replace(history, complaints=replace(complaints, recorded_at=recorded))


CHANGES: dict[str, Callable[[History, int], History]] = {
    "nothing": lambda history, _: history,
    "a category renamed": renamed,
    "buyers lost": without_buyers,
    "a category tripled": tripled,
    "bursts": in_bursts,
    "moving mixes": moving_mixes,
    "recorded late": recorded_late,
}


def recorded_in_days(history: History, seed: int) -> History:
    """Complaints are recorded a day and a half after filing in the mean: one in 100 is late."""
    complaints = history.complaints
    waits = np.random.default_rng(seed).exponential(1.5 * DAY_US, len(complaints))
    recorded = complaints.filed_at + waits.astype(np.int64)
    return replace(history, complaints=replace(complaints, recorded_at=recorded))


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
    options.add_argument("--changes", nargs="+", choices=CHANGES, default=list(CHANGES))
    asked = options.parse_args()
    rows = []
    for market in asked.markets:
        for seed in asked.seeds:
            days = TRAINED_DAYS + WEEKS * 7
            made_up = market_named(market, sellers=asked.sellers, days=days)
            # Without the disruption that these markets have, in which the mix does drift.
            simulation = simulate(replace(made_up, disruptions=()), seed)
            assert simulation.truth is not None
            history = recorded_in_days(simulation.history(), seed)
            end = (simulation.truth.first_day + TRAINED_DAYS) * DAY_US
            trained = train(history, until=end, seed=seed).trained
            for change in asked.changes:
                changed = CHANGES[change](history, end + CHANGED_WEEKS * 7 * DAY_US)
                found = weekly_findings(changed, trained, end)
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
        "drifting_before": dict(Counter(name for drifting, _ in before for name in drifting)),
        "drifting_after": dict(Counter(name for drifting, _ in after for name in drifting)),
        "weeks_with_reason_before": sum(bool(codes) for _, codes in before),
        "reasons_after": dict(Counter(code for _, codes in after for code in codes)),
    }


if __name__ == "__main__":
    main()
