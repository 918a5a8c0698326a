"""Fitting the detector: from a history to a trained detector, in memory alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.assess import expected_windows, market_at, score_of
from detector.durations import DAY_US
from detector.errors import NotEnoughHistory
from detector.evidence.calibration import Calibration, calibrate, draw_without_spikes
from detector.evidence.features import Features, features_of
from detector.expectation.baseline import Windows, concatenate_windows
from detector.expectation.delay import delay_distribution_of
from detector.expectation.dispersion import Dispersion, fit_dispersion, with_dispersion
from detector.expectation.market import estimate_market
from detector.expectation.own_season import (
    fit_season_prior,
    long_past_of,
    market_weeks_of,
    own_seasons_of,
    with_seasons,
)
from detector.expectation.panel import Panel, columns_of, market_due_of, panel_of
from detector.expectation.prior import Prior, fit_prior
from detector.expectation.seller_dispersion import (
    DispersionPrior,
    SellerDispersion,
    WeeklyPairs,
    fit_dispersion_prior,
    seller_dispersion_of,
)
from detector.forest.isolation_forest import fit as fit_forest
from detector.history.coverage import days_with_most
from detector.history.history import History
from detector.history.timeline import blocks_of
from detector.kernels import OnProgress, no_progress
from detector.settings import DEFAULT, Settings
from detector.trained import TrainedDetector
from detector.warm_up import warm_up

Array = NDArray[np.float64]
Snapshot = tuple[Windows, WeeklyPairs]
"""The windows of some sellers at an instant, and the weekly pairs of their past."""

_KERNELS_ROWS_MIN: Final = 30_000
"""Rows to score from which on NumPy takes longer than loading the compiled kernels."""
_SELLERS_MAX: Final = 100_000
"""Sellers learnt from; more would move no prior, delay or tail, but need memory for each."""
_ROWS_MAX: Final = 200_000
"""Rows (a seller at an instant) for the forest and the dispersion; more change neither."""
_DRAWS_MIN: Final = 400_000
"""Sellers drawn without spikes, so that the tail is known to a few in a million."""
_DRAWS_AT_ONCE: Final = 20_000
_FOREST_ROWS: Final = 60_000
"""Drawn sellers that the forest is fitted on: some four times what one tree sees."""
_FIRST_SHARE: Final = 0.35
"""Snapshots start after this share of the span: before it there is no baseline to speak of."""
_UNCALIBRATED: Final = Calibration(np.array([0.0, 1.0]), np.array([0.0, -1.0]), 1.0)


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


@dataclass(frozen=True, slots=True)
class Estimates:
    """What a history shows before any forest: delay, priors and the windows of past instants.

    `fit` can use the same estimates with other settings, where those change no estimate.
    """

    without_forest: TrainedDetector
    """Has the delay, the priors and the dispersion, but neither a forest nor a calibration."""
    windows: Windows
    """(n, W, C) of sellers at instants spread over the training span, before dispersion."""
    own_dispersion: SellerDispersion
    """(n,) the sellers' own dispersion, one row for each row of `windows`."""
    volume: dict[str, float]
    span: tuple[int, int]


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
    return fit(
        estimate(history, until=until, settings=settings, on_progress=on_progress), seed=seed
    )


def estimate(
    history: History,
    *,
    until: int,
    settings: Settings = DEFAULT,
    on_progress: OnProgress = no_progress,
) -> Estimates:
    """The first half of `train`: all that is read from the history itself.

    `until` is in microseconds UTC. Raises NotEnoughHistory where no complaint was filed before it.
    """
    known = history.as_of(until)
    if len(known.complaints) == 0:
        raise NotEnoughHistory(
            "no complaint was filed before the end of training: nothing to learn"
        )
    start = int(known.complaints.filed_at.min())
    if max(_DRAWS_MIN, len(known.sellers) * settings.snapshots) >= _KERNELS_ROWS_MIN:
        warm_up()
    volume = {
        "complaints": float(len(known.complaints)),
        "sellers": float(len(known.sellers)),
        "days_with_most": float(days_with_most(known.complaints.filed_at)),
    }
    known = training_sample(known)
    with_prior = _with_prior(known, until, settings)
    snapshots = _snapshots(known, start, until, with_prior, on_progress)
    trained = _with_dispersion(snapshots, with_prior)
    windows, own = _windows(snapshots), _own_dispersion(snapshots, trained)
    return Estimates(trained, windows, own, volume, (start, until))


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
    }
    return Training(trained, metrics, estimates.span)


def _with_prior(known: History, until: int, settings: Settings) -> TrainedDetector:
    """A detector that has the delay and the priors and nothing else yet."""
    columns = columns_of(known, settings)
    delay = delay_distribution_of(known, until, settings.delay_days_max)
    past = long_past_of(known, until, delay, settings)
    weeks = market_weeks_of(past)
    season = fit_season_prior(past, weeks)
    seasons = own_seasons_of(past, weeks, season, settings)
    panel = with_seasons(panel_of(known, until, columns, delay, settings), seasons)
    quadratic = np.full((len(settings.windows_days), len(columns)), settings.scatter_floor)
    return TrainedDetector(
        settings=settings,
        columns=columns,
        delay=delay,
        season=season,
        prior=_prior(panel, settings),
        dispersion=Dispersion(quadratic, np.zeros(len(columns))),
        dispersion_prior=DispersionPrior(settings.scatter_floor, 0.0, 1e6),
        forest=fit_forest(np.zeros((1, 1)), trees=1, max_samples=1, seed=0),
        calibration=_UNCALIBRATED,
    )


def _prior(panel: Panel, settings: Settings) -> Prior:
    """Priors and market factors need each other: three rounds settle both."""
    blocks = blocks_of(settings)
    seen = panel.counts.sum(axis=1)
    total = panel.exposure.sum()
    rate = np.maximum(seen.sum(axis=0), 0.5) / total
    base = np.tile(rate, (len(blocks), 1))
    prior = fit_prior(seen, panel.exposure @ base, rate, market_due_of(panel, base))
    for _ in range(2):
        base = rate * estimate_market(panel, prior, blocks, settings).factor
        prior = fit_prior(seen, panel.exposure @ base, rate, market_due_of(panel, base))
    return prior


def _snapshots(
    known: History, start: int, until: int, trained: TrainedDetector, on_progress: OnProgress
) -> list[Snapshot]:
    """A sample of sellers at instants spread over the training span."""
    instants = snapshot_instants(start, until, trained.settings)
    per_instant = max(_ROWS_MAX // len(instants), 1)
    snapshots = []
    for done, instant in enumerate(instants):
        on_progress(done, len(instants) + 1)
        then = known.as_of(instant)
        if len(then.sellers) == 0:
            continue
        market = market_at(then, instant, trained)
        sample = _sample(then, per_instant)
        snapshots.append(expected_windows(sample, instant, trained, market))
    return snapshots


def snapshot_instants(start: int, until: int, settings: Settings) -> list[int]:
    """Ascending instants, whole days before `until`, from which forest and dispersion learn."""
    span_days = max((until - start) // DAY_US, 1)
    ages = np.linspace(0.0, (1.0 - _FIRST_SHARE) * span_days, settings.snapshots)
    return sorted({until - int(age) * DAY_US for age in ages})


def training_step(sellers: int) -> int:
    """The detector learns from every n-th seller, in ascending order of ids; returns n."""
    return -(-sellers // _SELLERS_MAX) or 1


def training_sample(known: History) -> History:
    """The sellers that the detector learns from: all up to a limit that bounds memory."""
    return _sample(known, _SELLERS_MAX)


def _sample(known: History, sellers_max: int) -> History:
    step = -(-len(known.sellers) // sellers_max)
    return known if step <= 1 else known.only(known.sellers[::step])


def _with_dispersion(snapshots: list[Snapshot], trained: TrainedDetector) -> TrainedDetector:
    """Fit the dispersion and its prior: a first guess, the same for all sellers, starts both."""
    windows, settings = _windows(snapshots), trained.settings
    same = np.ones(len(windows.mean))
    total = Windows(
        windows.counts[:, :, :1], windows.mean[:, :, :1], windows.shape[:, :, :1], windows.newcomers
    )
    instants = len(snapshots)
    guess = fit_dispersion(total, same, settings.scatter_floor, instants=instants)
    week = int(np.argmin(np.abs(np.array(settings.windows_days) - 7)))
    weekly = float(guess.quadratic[week, 0])
    # The last snapshot has every seller once, with its longest past.
    prior = fit_dispersion_prior(snapshots[-1][1], weekly, float(guess.linear[0]))
    trained = replace(trained, dispersion_prior=prior)
    own = _own_dispersion(snapshots, trained)
    dispersion = fit_dispersion(windows, own.mean, settings.scatter_floor, instants=instants)
    return replace(trained, dispersion=dispersion)


def _windows(snapshots: list[Snapshot]) -> Windows:
    return concatenate_windows([windows for windows, _ in snapshots])


def _own_dispersion(snapshots: list[Snapshot], trained: TrainedDetector) -> SellerDispersion:
    parts = [seller_dispersion_of(pairs, trained.dispersion_prior) for _, pairs in snapshots]
    return SellerDispersion(
        np.concatenate([part.scale for part in parts]),
        np.concatenate([part.df for part in parts]),
    )


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
