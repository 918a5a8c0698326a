"""What is found of changes that spike evidence cannot see, and what looking for them costs.

    python -m benchmarks.unseen [--clean 61 62] [--habits 63] [--joint 64] [--none 71] [--quiet 72]

Changes at constant volume (`training.simulator.changes`) are planted in made-up markets beside the
usual spikes: 12 of each of 8 kinds in the tested span for each 2,600 sellers, and 2.2 times as many
in the training span, where nobody knows of them. `habits` has sellers with harmless habits as well,
`joint` 60 changes of four things a little, `none` spikes alone, `quiet` nothing at all. Every
third of the last 120 of 500 days is scored. Budgets are alerts a day on 4,000 sellers; an alert on
either sort of episode is right. Beside each method stand the spikes it lost and won against the
evidence and its forest alone, and the changes it lost and won against it as it is. Prints tables
and writes them to benchmarks/results/unseen.json.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from detector.assess import false_alarms_at, market_at, score_of, seen_at
from detector.durations import DAY_US
from detector.estimates import estimate
from detector.evidence.false_alarms import NOTHING
from detector.evidence.features import Features
from detector.fitting import fit
from detector.history.history import History
from detector.settings import DEFAULT
from detector.trained import TrainedDetector
from training.backtest.alerts import queue_alerts
from training.backtest.discoveries import flags_of, in_episode
from training.backtest.episodes import Episodes, episodes_of
from training.backtest.markets import NO_EPISODES
from training.backtest.measures import episode_of_alerts, first_alerts
from training.backtest.scores import UNKNOWN, Scores, scored_days
from training.simulator import Marketplace, simulate
from training.simulator.changes import CHANGES, Change, plant_changes, with_habits

RESULTS = Path(__file__).parent / "results" / "unseen.json"
TRAINED_DAYS, DAYS = 380, 500
BUDGETS = (2.0, 5.0)
PER_SELLERS = 4_000
"""Budgets are for so many sellers; smaller markets get their share."""
PLANTED_SELLERS = 2_600
"""So many sellers have 12 changes of each kind, or 60 joint ones."""
PAST = 2.2
"""Times as many changes in the training span."""
RATE = 0.1
BEFORE = "the evidence and its forest, as before"
OURS = "as it is"
EVIDENCE = "the evidence alone"
CUTS = (4.0, 6.0)
"""Largest part, in nats, of what is added without a forest."""


@dataclass(frozen=True, slots=True)
class Planted:
    """A market whose spikes and changes are known; days count from 1970."""

    history: History
    episodes: Episodes
    start: int
    last: int
    changes: frozenset[int]
    """Numbers of the episodes that are changes."""


@dataclass
class Found:
    """What one method found on markets of one sort; lists go on from market to market."""

    spikes: dict[float, list[bool]] = field(default_factory=lambda: {b: [] for b in BUDGETS})
    changes: dict[float, list[bool]] = field(default_factory=lambda: {b: [] for b in BUDGETS})
    kinds: list[str] = field(default_factory=list)
    right: int = 0
    alerts: int = 0
    """At the larger budget."""
    flags: int = 0
    false: int = 0
    seller_days: int = 0


def market_of(sort: str, seed: int, sellers: int) -> Planted:
    """A market of a sort, with all that is planted."""
    market = Marketplace(sellers=sellers, days=DAYS, linked_share=0.9)
    if sort == "quiet":
        market = replace(market, episodes=NO_EPISODES)
    simulation = simulate(market, seed)
    assert simulation.truth is not None
    history, first = simulation.history(), simulation.truth.first_day
    spikes = episodes_of(simulation.episodes, history.sellers)
    start, last = first + TRAINED_DAYS, first + DAYS
    if sort == "habits":
        history = with_habits(history, seed=seed)
    taken = list(zip(spikes.seller.tolist(), spikes.start, spikes.end, strict=True))
    found: tuple[Change, ...] = ()
    if sort not in ("none", "quiet"):
        each = {"joint": 60.0} if sort == "joint" else dict.fromkeys(CHANGES, 12.0)
        scale = sellers / PLANTED_SELLERS
        past = {kind: round(PAST * scale * number) for kind, number in each.items()}
        tested = {kind: round(scale * number) for kind, number in each.items()}
        span = {"start": first + 70, "last": start - 1}
        history, before = plant_changes(history, past, taken=taken, seed=seed + 1_000, **span)
        taken += [(one.seller, float(one.start), float(one.end)) for one in before]
        span = {"start": start, "last": last}
        history, found = plant_changes(history, tested, taken=taken, seed=seed, **span)
    both = Episodes(
        (*spikes.episode_id, *(f"change {number}" for number in range(len(found)))),
        np.append(spikes.seller, np.array([one.seller for one in found], dtype=np.int64)),
        (*spikes.kind, *(one.kind for one in found)),
        np.append(spikes.start, [float(one.start) for one in found]),
        np.append(spikes.end, [float(one.end) for one in found]),
    )
    numbers = frozenset(range(len(spikes), len(both)))
    return Planted(history, both, start, last, numbers)


def scores_on(planted: Planted, draws: int) -> tuple[dict[str, Scores], dict[str, TrainedDetector]]:
    """The scores of every method on every tested day."""
    estimates = estimate(planted.history, until=planted.start * DAY_US)
    alone = replace(DEFAULT, makeup=False, forest_weight=5.0)
    ours = fit(estimates, draws=draws).trained
    before = fit(estimates, settings=alone, draws=draws).trained
    days = scored_days(planted.start, planted.last, 3)
    places = {seller: place for place, seller in enumerate(planted.history.sellers)}
    values: dict[str, NDArray[np.float64]] = {}
    for row, day in enumerate(days):
        instant = int(day) * DAY_US
        known = planted.history.as_of(instant)
        market = market_at(known, instant, ours)
        _, features, _ = seen_at(known, instant, ours, market)
        place = [places[seller] for seller in known.sellers]
        for name, score in _methods(features, ours, before):
            if name not in values:
                values[name] = np.full((len(days), len(places)), UNKNOWN)
            values[name][row, place] = score
    scores = {name: Scores(days, found) for name, found in values.items()}
    return scores, {OURS: ours, BEFORE: before}


def _methods(
    features: Features, ours: TrainedDetector, before: TrainedDetector
) -> Iterator[tuple[str, NDArray[np.float64]]]:
    assert features.changes is not None
    yield BEFORE, score_of(replace(features, changes=None), before)
    yield EVIDENCE, features.total
    yield OURS, score_of(features, ours)
    for cut in CUTS:
        joint = np.minimum(features.changes[:, 0], cut)
        largest = np.minimum(features.changes[:, 1:].max(axis=1), cut)
        yield f"no forest: all factors together, at most {cut:g}", features.total + joint
        yield f"no forest: the largest factor, at most {cut:g}", features.total + largest


def judge(found: Found, scores: Scores, planted: Planted, detector: TrainedDetector | None) -> None:
    """Add what a method found on one market."""
    scale = len(planted.history.sellers) / PER_SELLERS
    numbers = planted.episodes.between(planted.start, planted.last).tolist()
    for budget in BUDGETS:
        alerts = queue_alerts(scores, budget * scale)
        first = first_alerts(alerts, planted.episodes)
        for number in numbers:
            sort = found.changes if number in planted.changes else found.spikes
            sort[budget].append(number in first)
    found.kinds += [planted.episodes.kind[n] for n in numbers if n in planted.changes]
    found.right += int((episode_of_alerts(alerts, planted.episodes) >= 0).sum())
    found.alerts += len(alerts)
    if detector is not None:
        with_q = _flagged(scores, planted, detector)
        (flags,) = flags_of(with_q, (RATE,), in_episode(scores, planted.episodes))
        assert flags.false is not None
        found.flags += flags.flags
        found.false += flags.false.part
        found.seller_days += int(np.isfinite(scores.values).sum())


def _flagged(scores: Scores, planted: Planted, detector: TrainedDetector) -> Scores:
    q_values = np.full(scores.values.shape, np.nan)
    lately = NOTHING
    for row, day in enumerate(scores.days):
        known = np.flatnonzero(np.isfinite(scores.values[row]))
        sellers = tuple(planted.history.sellers[i] for i in known.tolist())
        p_value = detector.calibration.p_value(scores.values[row, known])
        instant = int(day) * DAY_US
        q_values[row, known] = false_alarms_at(instant, sellers, p_value, detector, lately)[0]
        lately = lately.with_scored(instant, sellers, p_value)
    return Scores(scores.days, scores.values, None, q_values)


def rows_of(found: dict[str, Found]) -> dict[str, dict[str, object]]:
    """The figures of every method on markets of one sort."""
    rows: dict[str, dict[str, object]] = {}
    for name, one in found.items():
        row: dict[str, object] = {}
        for budget in BUDGETS:
            spikes, before = one.spikes[budget], found[BEFORE].spikes[budget]
            changes, ours = one.changes[budget], found[OURS].changes[budget]
            row[f"spikes at {budget:g}"] = _share(spikes)
            row[f"spikes lost, won at {budget:g}"] = _paired(spikes, before)
            row[f"changes at {budget:g}"] = _share(changes)
            row[f"changes lost, won at {budget:g}"] = _paired(changes, ours)
        row["precision at 5"] = round(one.right / max(one.alerts, 1), 3)
        if one.seller_days:
            row["flags, false share"] = f"{one.flags}, {one.false / max(one.flags, 1):.3f}"
            row["flags a day per 10,000"] = round(1e4 * one.flags / one.seller_days, 2)
        row["by kind at 5"] = {
            kind: f"{sum(hit)} of {len(hit)}"
            for kind in dict.fromkeys(one.kinds)
            if (hit := [f for f, k in zip(one.changes[5.0], one.kinds, strict=True) if k == kind])
        }
        rows[name] = row
    return rows


def _share(found: list[bool]) -> str:
    return f"{np.mean(found):.3f} of {len(found)}" if found else "–"


def _paired(found: list[bool], base: list[bool]) -> str:
    pairs = list(zip(found, base, strict=True))
    lost = sum(not a and b for a, b in pairs)
    return f"−{lost} +{sum(a and not b for a, b in pairs)}"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    usual = {"clean": [61, 62], "habits": [63], "joint": [64], "none": [71], "quiet": []}
    for sort, seeds in usual.items():
        options.add_argument(f"--{sort}", type=int, nargs="*", default=seeds)
    options.add_argument("--sellers", type=int, default=2_600)
    options.add_argument("--draws", type=int, default=400_000)
    asked = options.parse_args()
    tables: dict[str, object] = {}
    for sort in usual:
        found: dict[str, Found] = {}
        for seed in getattr(asked, sort):
            planted = market_of(sort, seed, asked.sellers)
            scores, detectors = scores_on(planted, asked.draws)
            for name, one in scores.items():
                judge(found.setdefault(name, Found()), one, planted, detectors.get(name))
        if found:
            tables[sort] = rows_of(found)
            print(sort, json.dumps(tables[sort], indent=1, ensure_ascii=False), flush=True)
    RESULTS.parent.mkdir(exist_ok=True)
    report = {"asked": vars(asked), "rows": tables}
    RESULTS.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
