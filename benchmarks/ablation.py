"""What each part of the detector is worth: the back-test with one part changed at a time.

    python -m benchmarks.ablation [--markets default without-orders] [--seeds 9201 9202]

Every variant is trained and scored on the same simulated markets, whose seeds served nothing else.
Variants that estimate alike share their estimates and windows, so that a change of the forest
costs no more than a forest. Beside each recall stands how many episodes the variant lost and won
against the detector as it is. Prints a table and writes it to benchmarks/results/ablation.json.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.variants import VARIANTS, estimated_together
from detector.assess import market_at, score_of, windows_and_features
from detector.durations import DAY_US
from detector.estimates import Estimates, estimate
from detector.evidence.features import Features, features_of
from detector.expectation.baseline import Windows
from detector.fitting import fit
from detector.history.history import History
from training.backtest.alerts import queue_alerts
from training.backtest.markets import market_named
from training.backtest.measures import first_alerts
from training.backtest.scores import UNKNOWN, Scores, scored_days
from training.backtest.subject import Subject, simulated

BUDGETS = (2.0, 5.0)
"""Alerts a day on a market of `PER_SELLERS` sellers; smaller markets get their share."""
PER_SELLERS = 4_000
RESULTS = Path(__file__).parent / "results" / "ablation.json"


@dataclass(frozen=True, slots=True)
class Found:
    """What one variant found on one market."""

    delays: tuple[tuple[float | None, ...], ...]
    """By budget and episode: days to its first alert, None where it was missed."""


def found_on(subject: Subject, every: int) -> dict[str, Found]:
    """Every variant on one market."""
    found: dict[str, Found] = {}
    for names in estimated_together():
        for name, scores in _scores_of(subject, names, every).items():
            found[name] = judged(subject, scores)
            print(f"{subject.title}: {name}: {_recalls([found[name]])}", flush=True)
    return found


def _scores_of(subject: Subject, names: tuple[str, ...], every: int) -> dict[str, Scores]:
    """Scores of variants that read a history alike."""
    estimates = estimate(subject.history, until=subject.start * DAY_US, settings=VARIANTS[names[0]])
    trained = {name: fit(estimates, settings=VARIANTS[name], draws=0).trained for name in names}
    scores = no_scores(subject, names, every)
    for day in examined_days(subject, estimates, every):
        for name, detector in trained.items():
            features = features_of(day.windows, detector.columns, detector.settings)
            if detector.makeup is not None:
                features = replace(features, changes=day.features.changes)
            scores[name].values[day.row, day.place] = score_of(features, detector)
    return scores


@dataclass(frozen=True, slots=True)
class ExaminedDay:
    """What is seen at the midnight of a tested day."""

    row: int
    """Its number among the tested days."""
    place: list[int]
    """Places, among all sellers, of the n known then."""
    instant: int
    known: History
    windows: Windows
    features: Features


def examined_days(subject: Subject, estimates: Estimates, every: int) -> Iterator[ExaminedDay]:
    """Every tested day, with the windows and features that the settings of the estimates give."""
    places = {seller: place for place, seller in enumerate(subject.history.sellers)}
    for row, day in enumerate(scored_days(subject.start, subject.last, every)):
        instant = int(day) * DAY_US
        known = subject.history.as_of(instant)
        place = [places[seller] for seller in known.sellers]
        market = market_at(known, instant, estimates.without_forest)
        windows, features = windows_and_features(known, instant, estimates.without_forest, market)
        yield ExaminedDay(row, place, instant, known, windows, features)


def no_scores(subject: Subject, names: Iterable[str], every: int) -> dict[str, Scores]:
    """Of each variant, scores to be filled in: nobody is known yet."""
    days = scored_days(subject.start, subject.last, every)
    shape = (len(days), len(subject.history.sellers))
    return {name: Scores(days, np.full(shape, UNKNOWN)) for name in names}


def judged(subject: Subject, scores: Scores) -> Found:
    """What one variant's scores found, by budget and episode."""
    episodes = subject.episodes
    assert episodes is not None
    judged = episodes.between(subject.start, subject.last)
    scale = len(subject.history.sellers) / PER_SELLERS
    delays = []
    for budget in BUDGETS:
        first = first_alerts(queue_alerts(scores, budget * scale), episodes)
        delays.append(tuple(first.get(int(number)) for number in judged))
    return Found(tuple(delays))


def _recalls(found: list[Found]) -> list[float]:
    return [float(np.mean([d is not None for d in _delays(found, b)])) for b in range(len(BUDGETS))]


def _delays(found: list[Found], budget: int) -> list[float | None]:
    return [delay for one in found for delay in one.delays[budget]]


def row_of(found: list[Found], base: list[Found]) -> dict[str, str | float]:
    """Figures over all markets together, and the episodes lost and won against the base."""
    row: dict[str, str | float] = {}
    for place, budget in enumerate(BUDGETS):
        ours, theirs = _delays(found, place), _delays(base, place)
        pairs = list(zip(ours, theirs, strict=True))
        lost = sum(a is None and b is not None for a, b in pairs)
        won = sum(a is not None and b is None for a, b in pairs)
        row[f"recall at {budget:g}"] = f"{_recalls(found)[place]:.3f}"
        row[f"lost, won at {budget:g}"] = f"−{lost} +{won}"
        known = [delay for delay in ours if delay is not None]
        row[f"delay at {budget:g}"] = float(np.median(known)) if known else float("nan")
    return row


def _found_at(place: tuple[str, int], *, sellers: int | None, every: int) -> dict[str, Found]:
    name, seed = place
    return found_on(simulated(name, market_named(name, sellers=sellers), seed, None, None), every)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sellers", type=int)
    options.add_argument("--markets", nargs="+", default=["default", "without-orders"])
    options.add_argument("--seeds", type=int, nargs="+", default=[9201, 9202])
    options.add_argument("--every", type=int, default=2)
    options.add_argument("--workers", type=int, default=1, help="markets run at once")
    asked = options.parse_args()
    places = list(zip(asked.markets, asked.seeds, strict=True))
    with ProcessPoolExecutor(min(len(places), asked.workers)) as workers:
        run = partial(_found_at, sellers=asked.sellers, every=asked.every)
        by_market = list(workers.map(run, places))
    found = {name: [market[name] for market in by_market] for name in VARIANTS}
    base = next(iter(found.values()))
    rows = {name: row_of(ones, base) for name, ones in found.items()}
    print(table_of(rows, base))
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({"asked": vars(asked), "rows": rows}, indent=1) + "\n")


def table_of(rows: dict[str, dict[str, str | float]], base: list[Found]) -> str:
    """The rows as Markdown, under the number of episodes."""
    names = list(next(iter(rows.values())))
    lines = [f"{len(_delays(base, 0))} episodes", "| variant | " + " | ".join(names) + " |"]
    lines.append("|---|" + "---|" * len(names))
    for variant, row in rows.items():
        cells = (v if isinstance(v, str) else f"{v:.3g}" for v in row.values())
        lines.append(f"| {variant} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
