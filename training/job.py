"""The training job: from a history to a trained detector."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.assess import market_at, score_of, watch
from detector.durations import DAY_US
from detector.errors import NotEnoughHistory
from detector.evidence.calibration import Calibration, calibrate, draw_without_spikes
from detector.evidence.features import Features, features_of
from detector.expectation.baseline import Windows, one_after_the_other
from detector.expectation.dispersion import Scatter, scatter_of, scattered
from detector.expectation.exposure import lag_of
from detector.expectation.market import market_of
from detector.expectation.panel import Panel, age_of, columns_of, panel_of
from detector.expectation.prior import Prior, prior_of
from detector.expectation.seller_dispersion import (
    Clumps,
    Evenness,
    Unevenness,
    evenness_of,
    unevenness_of,
)
from detector.forest.isolation_forest import fit
from detector.history.history import History
from detector.history.timeline import blocks_of
from detector.kernels import OnProgress, no_progress
from detector.settings import DEFAULT, Settings
from detector.trained import TrainedDetector
from detector.warm_up import warm_up

Array = NDArray[np.float64]
Snapshot = tuple[Windows, Clumps]
"""The windows of some sellers at an instant, and how their past complaints fell on days."""

_KERNELS_ROWS_MIN: Final = 30_000
"""Rows to score from which on NumPy takes longer than loading the compiled kernels."""
_SELLERS_MAX: Final = 100_000
"""Sellers learnt from; more would move no prior, delay or tail, but need memory for each."""
_ROWS_MAX: Final = 200_000
"""Seller-snapshots kept for the forest and the scatter; more change neither."""
_DRAWS_MIN: Final = 400_000
"""Sellers drawn without spikes, so that the tail is known to a few in a million."""
_DRAWS_AT_ONCE: Final = 20_000
_FIRST_SHARE: Final = 0.35
"""Snapshots start after this share of the span: before it there is no baseline to speak of."""
_UNTAUGHT: Final = Calibration(np.array([0.0, 1.0]), np.array([0.0, -1.0]), 1.0, np.zeros(0), 0)


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
class Survey:
    """What a history shows before any forest: delay, priors and the windows of past instants.

    Settings that change neither of them can be taught from one survey: see `taught`.
    """

    untaught: TrainedDetector
    """Knows the delay, the priors, the scatter, and neither a forest nor what scores mean."""
    windows: Windows
    """Of sellers at instants spread over the training span, before scatter."""
    uneven: Unevenness
    """How unevenly complaints fall on these sellers' days."""
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
    """Fit the detector to all that was known before `until`; deterministic by seed.

    Raises NotEnoughHistory where no complaint was filed before `until`.
    """
    return taught(
        surveyed(history, until=until, settings=settings, on_progress=on_progress), seed=seed
    )


def surveyed(
    history: History,
    *,
    until: int,
    settings: Settings = DEFAULT,
    on_progress: OnProgress = no_progress,
) -> Survey:
    """The first half of `train`: all that is read from the history itself."""
    known = history.as_of(until)
    if len(known.complaints) == 0:
        raise NotEnoughHistory(
            "no complaint was filed before the end of training: nothing to learn"
        )
    start = int(known.complaints.filed_at.min())
    if max(_DRAWS_MIN, len(known.sellers) * settings.snapshots) >= _KERNELS_ROWS_MIN:
        warm_up()
    volume = {"complaints": float(len(known.complaints)), "sellers": float(len(known.sellers))}
    known = training_sample(known)
    untaught = _with_prior(known, until, settings)
    snapshots = _snapshots(known, start, until, untaught, on_progress)
    trained = _with_scatter(snapshots, untaught)
    windows, uneven = _windows(snapshots), _unevenness(snapshots, trained)
    return Survey(trained, windows, uneven, volume, (start, until))


def taught(
    survey: Survey, *, seed: int = 0, settings: Settings | None = None, draws: int | None = None
) -> Training:
    """The second half of `train`: the forest and what its scores mean.

    `settings` may differ from the survey's in what concerns evidence, forest and score only.
    `draws` are the sellers drawn without spikes, some hundred thousand unless told otherwise;
    with none, scores rank but mean no probability.
    """
    trained, windows, uneven = survey.untaught, survey.windows, survey.uneven
    if settings is not None:
        trained = replace(trained, settings=settings)
    features = _parts_of_features(windows, uneven, trained)
    X = np.concatenate([f.X for f in features])
    rows = min(trained.settings.max_samples, len(X))
    forest = fit(X, trees=trained.settings.trees, max_samples=rows, seed=seed)
    trained = replace(trained, forest=forest)
    observed = np.concatenate([score_of(f, trained) for f in features])
    draws = _DRAWS_MIN if draws is None else draws
    if draws:
        calibration = _calibration(windows, uneven, trained, observed, seed, draws)
        trained = replace(trained, calibration=calibration)
    metrics = {
        **survey.volume,
        "rows": float(len(X)),
        "delay_days_mean": float((trained.lag.delay * np.arange(len(trained.lag.delay))).sum()),
        "rate_shape": 1.0 / trained.prior.relative_variance,
        "scatter_weekly": float(
            trained.scatter.lasting[min(1, len(trained.settings.windows_days) - 1), 0]
        ),
        "clumping": float(trained.scatter.clumping[0]),
        "sellers_alike": trained.evenness.alike,
    }
    return Training(trained, metrics, survey.span)


def _with_prior(known: History, until: int, settings: Settings) -> TrainedDetector:
    """A detector that knows the delay, the priors and nothing else yet."""
    columns = columns_of(known, settings)
    lag = lag_of(known, until, settings.delay_days_max)
    panel = panel_of(known, until, columns, lag, settings)
    lasting = np.full((len(settings.windows_days), len(columns)), settings.scatter_floor)
    return TrainedDetector(
        settings=settings,
        columns=columns,
        lag=lag,
        prior=_prior(panel, settings),
        scatter=Scatter(lasting, np.zeros(len(columns))),
        evenness=Evenness(settings.scatter_floor, 0.0, 1e6),
        forest=fit(np.zeros((1, 1)), trees=1, max_samples=1, seed=0),
        calibration=_UNTAUGHT,
    )


def _prior(panel: Panel, settings: Settings) -> Prior:
    """Priors and market factors need each other: three rounds settle both."""
    blocks = blocks_of(settings)
    seen = panel.counts.sum(axis=1)
    total = panel.exposure.sum()
    rate = np.maximum(seen.sum(axis=0), 0.5) / total
    base = np.tile(rate, (len(blocks), 1))
    prior = prior_of(seen, panel.exposure @ base, rate, age_of(panel, base))
    for _ in range(2):
        base = rate * market_of(panel, prior, blocks, settings).factor
        prior = prior_of(seen, panel.exposure @ base, rate, age_of(panel, base))
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
        snapshots.append(watch(sample, instant, trained, market))
    return snapshots


def snapshot_instants(start: int, until: int, settings: Settings) -> list[int]:
    """Ascending instants, whole days before `until`, whose sellers teach forest and scatter."""
    span_days = max((until - start) // DAY_US, 1)
    ages = np.linspace(0.0, (1.0 - _FIRST_SHARE) * span_days, settings.snapshots)
    return sorted({until - int(age) * DAY_US for age in ages})


def training_step(sellers: int) -> int:
    """Every so many-th seller, in ascending order, teaches the detector."""
    return -(-sellers // _SELLERS_MAX) or 1


def training_sample(known: History) -> History:
    """The sellers that teach the detector: all of them up to a limit that bounds memory."""
    return _sample(known, _SELLERS_MAX)


def _sample(known: History, sellers_max: int) -> History:
    step = -(-len(known.sellers) // sellers_max)
    return known if step <= 1 else known.only(known.sellers[::step])


def _with_scatter(snapshots: list[Snapshot], untaught: TrainedDetector) -> TrainedDetector:
    """Scatter and unevenness need each other: a first guess for all sellers alike serves both."""
    windows, settings = _windows(snapshots), untaught.settings
    alike = np.ones(len(windows.mean))
    total = Windows(
        windows.counts[:, :, :1], windows.mean[:, :, :1], windows.shape[:, :, :1], windows.newcomers
    )
    instants = len(snapshots)
    guess = scatter_of(total, alike, settings.scatter_floor, instants=instants)
    daily = float(guess.lasting[0, 0]) * settings.windows_days[0]
    # The last snapshot has every seller once, and most of what is known of each.
    evenness = evenness_of(snapshots[-1][1], daily, float(guess.clumping[0]))
    trained = replace(untaught, evenness=evenness)
    uneven = _unevenness(snapshots, trained)
    scatter = scatter_of(windows, uneven.mean, settings.scatter_floor, instants=instants)
    return replace(trained, scatter=scatter)


def _windows(snapshots: list[Snapshot]) -> Windows:
    return one_after_the_other([windows for windows, _ in snapshots])


def _unevenness(snapshots: list[Snapshot], trained: TrainedDetector) -> Unevenness:
    parts = [unevenness_of(clumps, trained.evenness) for _, clumps in snapshots]
    return Unevenness(
        np.concatenate([part.scale for part in parts]),
        np.concatenate([part.freedom for part in parts]),
    )


def _parts_of_features(
    windows: Windows, uneven: Unevenness, trained: TrainedDetector
) -> list[Features]:
    """Features of many rows, some at a time so that memory stays bounded."""
    rows = np.arange(len(windows.mean))
    parts = [rows[first : first + _DRAWS_AT_ONCE] for first in rows[::_DRAWS_AT_ONCE]]
    return [
        features_of(
            scattered(windows.take(part), trained.scatter, uneven.mean[part]),
            trained.columns,
            trained.settings,
        )
        for part in parts
    ]


def _calibration(
    windows: Windows,
    uneven: Unevenness,
    trained: TrainedDetector,
    observed: Array,
    seed: int,
    draws: int,
) -> Calibration:
    rng = np.random.default_rng([seed, 1])
    rows = np.arange(draws) % len(observed)
    drawn = [
        _drawn_scores(windows.take(part), uneven.take(part), trained, rng)
        for part in (rows[n : n + _DRAWS_AT_ONCE] for n in range(0, len(rows), _DRAWS_AT_ONCE))
    ]
    return calibrate(np.concatenate(drawn), observed)


def _drawn_scores(
    windows: Windows, uneven: Unevenness, trained: TrainedDetector, rng: np.random.Generator
) -> Array:
    days, columns = trained.settings.windows_days, trained.columns
    counts = draw_without_spikes(
        windows, days, columns, trained.scatter, uneven, trained.prior, rng
    )
    drawn = windows.with_counts(counts, trained.prior)
    [features] = _parts_of_features(drawn, uneven, trained)
    return score_of(features, trained)
