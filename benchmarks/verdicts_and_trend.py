"""What verdicts and trends would be worth beside the detector's evidence.

    python -m benchmarks.verdicts_and_trend [--markets default without-orders] [--seeds 9201 9202]
                                            [--upheld 0.5 0.9]

Two things that a person looks at, tried as columns of the forest and as weights of evidence: how
often a seller's latest complaints were upheld or found unfounded, and how the last week compares
with the three weeks before it. `--upheld` are shares of an episode's complaints with evidence that
are upheld (all others: 0.5), each tried on the same complaints. Beside each recall stands how many
episodes the variant lost and won against the detector as it is, as in `benchmarks.ablation`.
Prints tables and writes them to benchmarks/results/verdicts_and_trend.json.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.ablation import Found, examined_days, judged, no_scores, row_of, table_of
from detector.assess import score_of
from detector.durations import DAY_US
from detector.estimates import Estimates, estimate, snapshot_instants, training_sample
from detector.evidence.features import ACROSS, Features, features_of
from detector.evidence.surprise import evidence, log_mean_exp
from detector.expectation.baseline import Windows
from detector.expectation.dispersion import with_dispersion
from detector.expectation.panel import ALL
from detector.forest.isolation_forest import fit
from detector.history.history import UNDECIDED, History, Outcome
from detector.settings import DEFAULT
from detector.trained import TrainedDetector
from training.backtest.markets import market_named
from training.backtest.subject import Subject, simulated

Array = NDArray[np.float64]
RESULTS: Final = Path(__file__).parent / "results" / "verdicts_and_trend.json"
_VERDICT_DAYS: Final = 28
"""Complaints filed within so many days are the latest, those before them the usual ones."""
_PRIOR_VERDICTS: Final = 20.0
"""Verdicts that the market's share counts for beside a seller's own."""
_ODDS: Final = (2.0, 4.0, 8.0)
"""Times the usual odds of a verdict that the evidence is averaged over."""

MORE: Final = ("upheld", "unfounded", "upheld share", "trend", "category trend", "for upheld")
"""Columns made for each seller and instant; all but the share are logarithms of Bayes factors."""
VARIANTS: Final[dict[str, tuple[tuple[str, ...], dict[str, float]]]] = {
    "as it is": ((), {}),
    "share upheld, in the forest": (("upheld share",), {}),
    "evidence of verdicts, in the forest": (("upheld", "unfounded"), {}),
    "evidence of upheld complaints, added": ((), {"upheld": 1.0}),
    "half of it": ((), {"upheld": 0.5}),
    "only where it speaks for one": ((), {"for upheld": 1.0}),
    "evidence of unfounded complaints, added": ((), {"unfounded": 1.0}),
    "evidence of a trend, in the forest": (("trend", "category trend"), {}),
    "evidence of a trend, added": ((), {"trend": 0.5, "category trend": 0.5}),
    "a quarter of it": ((), {"trend": 0.125, "category trend": 0.125}),
}
"""Columns that the forest sees besides, and what others count beside evidence and forest."""


def more_of(known: History, instant: int, windows: Windows, trained: TrainedDetector) -> Array:
    """(n, 6) the columns `MORE` from a history that ends before the instant."""
    upheld, share = _verdicts(known, instant, Outcome.UPHELD)
    unfounded, _ = _verdicts(known, instant, Outcome.UNFOUNDED)
    return np.column_stack(
        [upheld, unfounded, share, *_trends(windows, trained), np.maximum(upheld, 0.0)]
    )


def _verdicts(known: History, instant: int, outcome: Outcome) -> tuple[Array, Array]:
    """(n,) log Bayes factor of more such verdicts than usual, and their share, shrunk."""
    complaints = known.complaints
    assert complaints.outcome is not None
    assert complaints.decided_at is not None
    decided = complaints.decided_at != UNDECIDED
    late = complaints.filed_at >= instant - _VERDICT_DAYS * DAY_US
    such = complaints.outcome == outcome

    def count(rows: NDArray[np.bool_]) -> Array:
        return np.bincount(complaints.seller[rows], minlength=len(known.sellers)).astype(float)

    n, k = count(decided & late), count(decided & late & such)
    usual_n, usual_k = count(decided & ~late), count(decided & ~late & such)
    market = (usual_k.sum() + 0.5) / (usual_n.sum() + 1.0)
    p = (usual_k + _PRIOR_VERDICTS * market) / (usual_n + _PRIOR_VERDICTS)
    odds = np.array(_ODDS)
    parts = k[:, None] * np.log(odds) - n[:, None] * np.log1p((odds - 1.0) * p[:, None])
    share = (k + _PRIOR_VERDICTS * p) / (n + _PRIOR_VERDICTS)
    return log_mean_exp(parts, 1), share - market


def _trends(windows: Windows, trained: TrainedDetector) -> tuple[Array, Array]:
    """(n,) evidence that the last week is above the three before it: in all, in one category."""
    days, columns = trained.settings.windows_days, trained.columns
    week, month = days.index(7), days.index(28)
    before = windows.counts[:, month] - windows.counts[:, week]
    # Each window has a baseline of its own, so that a week may expect more than its month.
    expected = np.maximum(
        windows.mean[:, month] - windows.mean[:, week], windows.mean[:, month] / 4
    )
    known = windows.shape[:, month]
    mean = windows.mean[:, week] * (known + before) / (known + expected)
    shape = 1.0 / (1.0 / windows.shape[:, week] + 1.0 / (known + before))
    found = evidence(windows.counts[:, week], mean, shape, trained.settings.excess_sds)
    category = [c for c, name in enumerate(columns) if name != ALL and name not in ACROSS]
    return found[:, columns.index(ALL)], log_mean_exp(found[:, category], 1)


EVIDENCE_ALONE = replace(DEFAULT, makeup=False, forest_weight=5.0)
"""Settings under which the forest sees the evidence alone."""


def found_on(subject: Subject, every: int) -> dict[str, Found]:
    """Every variant on one market."""
    history = subject.history
    estimates = estimate(history, until=subject.start * DAY_US, settings=EVIDENCE_ALONE)
    scorers = {name: _scorer(*variant) for name, variant in _fitted(history, estimates).items()}
    scores = no_scores(subject, VARIANTS, every)
    for day in examined_days(subject, estimates, every):
        more = more_of(day.known, day.instant, day.windows, estimates.without_forest)
        for name, scorer in scorers.items():
            scores[name].values[day.row, day.place] = scorer(day.features, more)
    return {name: judged(subject, one) for name, one in scores.items()}


def _fitted(
    history: History, estimates: Estimates
) -> dict[str, tuple[TrainedDetector, tuple[str, ...], dict[str, float]]]:
    """Each variant's forest, fitted on the columns it sees."""
    without_forest, settings = estimates.without_forest, estimates.without_forest.settings
    multiplier = estimates.own_dispersion.mean
    windows = with_dispersion(estimates.windows, without_forest.dispersion, multiplier)
    features = features_of(windows, without_forest.columns, settings)
    more = _more_in_training(history, estimates, windows)
    rows = min(settings.max_samples, len(features.X))
    fitted = {}
    for name, (columns, weights) in VARIANTS.items():
        X = _beside(features.X, more, columns)
        forest = fit(X, trees=settings.trees, max_samples=rows, seed=0)
        fitted[name] = (replace(without_forest, forest=forest), columns, weights)
    return fitted


def _more_in_training(history: History, estimates: Estimates, windows: Windows) -> Array:
    """The columns `MORE` of the estimates' rows: all sellers known at each of its instants."""
    start, until = estimates.span
    learnt = training_sample(history.as_of(until))
    parts, first = [], 0
    for instant in snapshot_instants(start, until, estimates.without_forest.settings):
        known = learnt.as_of(instant)
        rows = slice(first, first + len(known.sellers))
        part = windows.take(np.arange(rows.start, rows.stop))
        parts.append(more_of(known, instant, part, estimates.without_forest))
        first = rows.stop
    assert first == len(windows.mean), "a market this large is sampled"
    return np.concatenate(parts)


def _beside(X: Array, more: Array, columns: tuple[str, ...]) -> Array:
    """The forest's matrix with further columns; evidence against is cut, as in all others."""
    chosen = [more[:, MORE.index(name)] for name in columns]
    return np.column_stack([X, *(np.maximum(column, 0.0) for column in chosen)])


def _scorer(
    trained: TrainedDetector, columns: tuple[str, ...], weights: dict[str, float]
) -> Callable[[Features, Array], Array]:
    def score(features: Features, more: Array) -> Array:
        seen = replace(features, X=_beside(features.X, more, columns))
        added = [weight * more[:, MORE.index(name)] for name, weight in weights.items()]
        return score_of(seen, trained) + sum(added, np.zeros(len(more)))

    return score


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sellers", type=int)
    options.add_argument("--markets", nargs="+", default=["default", "without-orders"])
    options.add_argument("--seeds", type=int, nargs="+", default=[9201, 9202])
    options.add_argument("--every", type=int, default=2)
    options.add_argument("--upheld", type=float, nargs="+", default=[0.5, 0.9])
    asked = options.parse_args()
    tables = {}
    for share in asked.upheld:
        found = [
            _found_at(place, share, asked) for place in zip(asked.markets, asked.seeds, strict=True)
        ]
        base = [market["as it is"] for market in found]
        rows = {name: row_of([market[name] for market in found], base) for name in VARIANTS}
        print(f"{share:g} of an episode's complaints upheld:", table_of(rows, base), sep="\n")
        tables[f"{share:g}"] = rows
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({"asked": vars(asked), "upheld": tables}, indent=1) + "\n")


def _found_at(place: tuple[str, int], upheld: float, asked: argparse.Namespace) -> dict[str, Found]:
    name, seed = place
    market = market_named(name, sellers=asked.sellers)
    market = replace(market, episodes=replace(market.episodes, upheld_share=upheld))
    return found_on(simulated(name, market, seed, None, None), asked.every)


if __name__ == "__main__":
    main()
