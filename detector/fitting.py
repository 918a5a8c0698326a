"""Fitting the detector: from a history to a trained detector, in memory alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.assess import score_of
from detector.durations import DAY_US
from detector.errors import NotEnoughHistory
from detector.estimates import Estimates, estimate
from detector.evidence.calibration import calibrate, draw_without_spikes
from detector.evidence.features import Features, features_of
from detector.expectation.baseline import Windows
from detector.expectation.dispersion import (
    LINEAR_MAX,
    QUADRATIC_MAX,
    Dispersion,
    with_dispersion,
)
from detector.expectation.seller_dispersion import SellerDispersion
from detector.forest.isolation_forest import fit as fit_forest
from detector.history.history import History
from detector.kernels import OnProgress, no_progress
from detector.settings import DEFAULT, Settings
from detector.trained import TrainedDetector

Array = NDArray[np.float64]

_DRAWS_MIN: Final = 400_000
"""Sellers drawn without spikes, so that the tail is known to a few in a million."""
_DRAWS_AT_ONCE: Final = 20_000
_FOREST_ROWS: Final = 60_000
"""Drawn sellers that the forest is fitted on: some four times what one tree sees."""


@dataclass(frozen=True, slots=True)
class Training:
    """What a training job gives."""

    trained: TrainedDetector
    metrics: dict[str, float]
    span: tuple[int, int]
    """First complaint or order and the end of training, microseconds UTC."""


def last_instant(history: History) -> int:
    """The first midnight (UTC) after the last complaint.

    Raises NotEnoughHistory where there is no complaint.
    """
    if len(history.complaints) == 0:
        raise NotEnoughHistory("the history holds no complaint: nothing to learn")
    return (int(history.complaints.filed_at.max()) // DAY_US + 1) * DAY_US


def train(
    history: History,
    *,
    until: int,
    seed: int = 0,
    settings: Settings = DEFAULT,
    on_progress: OnProgress = no_progress,
) -> Training:
    """Fit the detector to all that was known before `until` (microseconds UTC).

    The same history, settings and seed give the same bytes.

    Raises NotEnoughHistory where no complaint was filed before `until`.
    """
    estimates = estimate(history, until=until, settings=settings, on_progress=on_progress)
    return fit(estimates, seed=seed)


def fit(
    estimates: Estimates,
    *,
    seed: int = 0,
    settings: Settings | None = None,
    draws: int | None = None,
) -> Training:
    """The second half of `train`: the forest and the calibration of its scores.

    `settings` may differ from those of the estimates in what concerns evidence, forest and score
    only. `draws` is the number of sellers simulated without spikes, 400,000 by default; with 0,
    scores rank sellers but have no calibrated p-value.
    """
    trained, windows, own = estimates.without_forest, estimates.windows, estimates.own_dispersion
    if settings is not None:
        trained = replace(trained, settings=settings)
    draws = _DRAWS_MIN if draws is None else draws
    drawn = _drawn_features(windows, own, trained, seed, max(draws, _FOREST_ROWS))
    trained, scores = _with_forest(drawn, trained, seed)
    if draws:
        observed = [score_of(f, trained) for f in _parts_of_features(windows, own, trained)]
        calibration = calibrate(np.concatenate(scores), np.concatenate(observed))
        trained = replace(trained, calibration=calibration)
    metrics = {
        **estimates.volume,
        "rows": float(len(windows.mean)),
        "delay_days_mean": trained.delay.mean_days,
        "delay_days_sd": trained.delay.mean_days_sd,
        "rate_shape": 1.0 / trained.prior.relative_variance,
        "scatter_weekly": float(
            trained.dispersion.quadratic[min(1, len(trained.settings.windows_days) - 1), 0]
        ),
        "clumping": float(trained.dispersion.linear[0]),
        "sellers_alike": trained.dispersion_prior.prior_df,
        **_at_edge(trained.dispersion),
    }
    return Training(trained, metrics, estimates.span)


def _at_edge(dispersion: Dispersion) -> dict[str, float]:
    """A metric of 1 for each estimate that is as large as any that is tried: it may be larger."""
    found = {
        "scatter": bool((dispersion.quadratic >= QUADRATIC_MAX).any()),
        "clumping": bool((dispersion.linear >= LINEAR_MAX).any()),
    }
    return {f"at_edge_{name}": 1.0 for name, is_there in found.items() if is_there}


def _parts_of_features(
    windows: Windows, own: SellerDispersion, trained: TrainedDetector
) -> list[Features]:
    """Features of many rows, some at a time so that memory stays bounded."""
    rows = np.arange(len(windows.mean))
    parts = [rows[first : first + _DRAWS_AT_ONCE] for first in rows[::_DRAWS_AT_ONCE]]
    return [
        features_of(
            with_dispersion(windows.take(part), trained.dispersion, own.mean[part]),
            trained.columns,
            trained.settings,
        )
        for part in parts
    ]


def _with_forest(
    drawn: Iterator[Features], trained: TrainedDetector, seed: int
) -> tuple[TrainedDetector, list[Array]]:
    """The detector with a forest fitted on the first drawn sellers, and the scores of all drawn.

    No spike is among them, so what is odd does not depend on how many spikes the past held.
    """
    first, rows = [], 0
    for features in drawn:
        first.append(features)
        rows += len(features.X)
        if rows >= _FOREST_ROWS:
            break
    X = np.concatenate([features.X for features in first])
    sample = min(trained.settings.max_samples, len(X))
    forest = fit_forest(X, trees=trained.settings.trees, max_samples=sample, seed=seed)
    trained = replace(trained, forest=forest)
    return trained, [score_of(features, trained) for features in chain(first, drawn)]


def _drawn_features(
    windows: Windows, own: SellerDispersion, trained: TrainedDetector, seed: int, draws: int
) -> Iterator[Features]:
    """Features of sellers whose complaints are drawn without a spike, in parts of many rows.

    Rows come in random order: the first of them, too, are of all instants.
    """
    rng = np.random.default_rng([seed, 1])
    order = rng.permutation(len(windows.mean))
    rows = order[np.arange(draws) % len(order)]
    days, columns = trained.settings.windows_days, trained.columns
    for start in range(0, draws, _DRAWS_AT_ONCE):
        some = rows[start : start + _DRAWS_AT_ONCE]
        there, theirs = windows.take(some), own.take(some)
        counts = draw_without_spikes(
            there, days, columns, trained.dispersion, theirs, trained.prior, rng
        )
        there = there.with_counts(counts, trained.prior)
        [features] = _parts_of_features(there, theirs, trained)
        yield features
