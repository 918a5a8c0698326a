"""Fitting the detector: from a history to a trained detector, in memory alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.assess import oddness_of, score_of, with_oddness
from detector.durations import DAY_US
from detector.errors import NotEnoughHistory
from detector.estimates import Estimates, estimate
from detector.evidence.calibration import calibrate, draw_without_spikes, tail_of
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
from detector.makeup.changes import columns_of_changes, silence_of, total_silence
from detector.makeup.drawing import factors_drawn, factors_seen
from detector.settings import DEFAULT, Settings
from detector.trained import TrainedDetector

Array = NDArray[np.float64]
Rows = NDArray[np.int64]

_DRAWS_MIN: Final = 400_000
"""Sellers drawn without spikes, so that the tail is known to a few in a million."""
_DRAWS_AT_ONCE: Final = 20_000
_CHANGES_DRAWN: Final = 100_000
"""Drawn sellers whose changes are drawn as well, and that say how rare a forest's score is; further
ones have the changes of the first, since what the forest adds has an upper end."""
_ODDEST_ROWS: Final = 10.0
"""So many of them must be as odd as the oddest that is told from others."""
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
        makeup = trained.makeup if settings.makeup else None
        trained = replace(trained, settings=settings, makeup=makeup)
    draws = _DRAWS_MIN if draws is None else draws
    seen = _changes_seen(estimates, trained)
    drawn = _drawn_rows(estimates, trained, seed, max(draws, _CHANGES_DRAWN), seen)
    trained, scores = _with_forest(drawn, trained, seed)
    if draws:
        rows = np.arange(len(windows.mean))
        observed = [
            _scores_seen(rows[first : first + _DRAWS_AT_ONCE], windows, own, trained, seen)
            for first in rows[::_DRAWS_AT_ONCE]
        ]
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


def _scores_seen(
    rows: Rows,
    windows: Windows,
    own: SellerDispersion,
    trained: TrainedDetector,
    changes: Array | None,
) -> Array:
    """Scores of some rows, as history has them; `changes` (n, K) where they are looked for."""
    there = with_dispersion(windows.take(rows), trained.dispersion, own.mean[rows])
    features = features_of(there, trained.columns, trained.settings)
    return score_of(replace(features, changes=None if changes is None else changes[rows]), trained)


def _silence(windows: Windows, trained: TrainedDetector) -> Array:
    """(n,) the factor of silence in windows that have their dispersion."""
    return total_silence(silence_of(windows, trained.settings.windows_days))


def _changes_seen(estimates: Estimates, trained: TrainedDetector) -> Array | None:
    """(n, K) the forest's columns of changes for the rows of the estimates, as history has them."""
    if trained.makeup is None:
        return None
    windows, dispersion = estimates.windows, trained.dispersion
    # Silence is looked for in all complaints, whatever their category: the first column.
    all_alone = with_dispersion(
        Windows(windows.counts[:, :, :1], windows.mean[:, :, :1], windows.shape[:, :, :1]),
        Dispersion(dispersion.quadratic[:, :1], dispersion.linear[:1]),
        estimates.own_dispersion.mean,
    )
    factors = factors_seen(estimates.makeup, trained.makeup, len(windows.mean))
    return columns_of_changes(np.column_stack([factors, _silence(all_alone, trained)]))


@dataclass(frozen=True, slots=True)
class _Drawn:
    """Rows drawn without a spike or a change."""

    features: Features
    to_fit: Features
    """What the forest is fitted on: see `_with_forest`."""


def _with_forest(
    drawn: Iterator[_Drawn], trained: TrainedDetector, seed: int
) -> tuple[TrainedDetector, list[Array]]:
    """The detector with a forest fitted on the first drawn sellers, and the scores of all drawn.

    No spike is among them, so what is odd does not depend on how many spikes the past held. What
    complaints are made of is not drawn for the fit, but as history had it: habits that the model
    does not know are in history, and then they are nothing odd.
    """
    first, rows = [], 0
    for part in drawn:
        first.append(part)
        rows += len(part.to_fit.X)
        if rows >= _FOREST_ROWS:
            break
    X = np.concatenate([part.to_fit.seen for part in first])
    sample = min(trained.settings.max_samples, len(X))
    forest = fit_forest(X, trees=trained.settings.trees, max_samples=sample, seed=seed)
    trained = replace(trained, forest=forest)
    evidence, odd = [], []
    for part in chain(first, drawn):
        evidence.append(part.features.total)
        odd.append(oddness_of(part.features, trained))
    if trained.makeup is not None:
        some = np.concatenate(odd)[:_CHANGES_DRAWN]
        trained = replace(trained, oddness=tail_of(some, rows_least=_ODDEST_ROWS))
    return trained, [with_oddness(*part, trained) for part in zip(evidence, odd, strict=True)]


def _drawn_rows(
    estimates: Estimates, trained: TrainedDetector, seed: int, draws: int, seen: Array | None
) -> Iterator[_Drawn]:
    """Features of sellers whose complaints are drawn without a spike, in parts of many rows.

    Rows come in random order: the first of them, too, are of all instants.
    """
    windows, own = estimates.windows, estimates.own_dispersion
    rng = np.random.default_rng([seed, 1])
    order = rng.permutation(len(windows.mean))
    rows = order[np.arange(draws) % len(order)]
    days, columns = trained.settings.windows_days, trained.columns
    changes = _changes_drawn(estimates, trained, rows, len(order), seed)
    for start in range(0, draws, _DRAWS_AT_ONCE):
        some = rows[start : start + _DRAWS_AT_ONCE]
        there, theirs = windows.take(some), own.take(some)
        counts = draw_without_spikes(
            there, days, columns, trained.dispersion, theirs, trained.prior, rng
        )
        there = there.with_counts(counts, trained.prior)
        there = with_dispersion(there, trained.dispersion, theirs.mean)
        features = features_of(there, columns, trained.settings)
        if seen is None:
            yield _Drawn(features, features)
            continue
        factors = changes[np.arange(start, start + len(some)) % len(changes)]
        drawn = columns_of_changes(np.column_stack([factors, _silence(there, trained)]))
        yield _Drawn(replace(features, changes=drawn), replace(features, changes=seen[some]))


def _changes_drawn(
    estimates: Estimates, trained: TrainedDetector, rows: Rows, period: int, seed: int
) -> Array:
    """(m, A) factors drawn without a change, of the first m of rows that come again and again."""
    if trained.makeup is None:
        return np.zeros((0, 0))
    rng = np.random.default_rng([seed, 2])
    some = rows[: -(-_CHANGES_DRAWN // period) * period]
    parts = [some[first : first + _DRAWS_AT_ONCE] for first in range(0, len(some), _DRAWS_AT_ONCE)]
    makeup = trained.makeup
    return np.concatenate([factors_drawn(estimates.makeup, makeup, part, rng) for part in parts])
