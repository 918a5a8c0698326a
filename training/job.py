"""The training job: from a history to a trained detector."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.assess import examine, market_at, score_of
from detector.baseline import Prior, Windows, prior_of
from detector.calibration import Calibration, calibrate, draw_without_spikes
from detector.errors import NotEnoughHistory
from detector.exposure import lag_of
from detector.features import Features, features_of
from detector.forest import fit
from detector.history import DAY_US, History
from detector.kernels import warm_up
from detector.market import market_of
from detector.panel import Panel, columns_of, panel_of
from detector.scatter import scatter_of
from detector.settings import DEFAULT, Settings
from detector.timeline import blocks_of
from detector.trained import TrainedDetector

Array = NDArray[np.float64]

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


Advanced = Callable[[int, int], None]
"""Told how many of how many steps are done."""


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
    advanced: Advanced = lambda done, total: None,  # noqa: ARG005
) -> Training:
    """Fit the detector to all that was known before `until`; deterministic by seed.

    Raises NotEnoughHistory where no complaint was filed before `until`.
    """
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
    snapshots = _snapshots(known, start, until, untaught, advanced)
    trained = replace(untaught, scatter=scatter_of(_joined(snapshots), settings.scatter_floor))
    features = [features_of(w, trained.columns, settings) for w in _rescattered(snapshots, trained)]
    X = np.concatenate([f.X for f in features])
    forest = fit(X, trees=settings.trees, max_samples=min(settings.max_samples, len(X)), seed=seed)
    trained = replace(trained, forest=forest)
    observed = np.concatenate([score_of(f, trained) for f in features])
    trained = replace(trained, calibration=_calibration(snapshots, trained, observed, seed))
    metrics = {
        **volume,
        "rows": float(len(X)),
        "delay_days_mean": float((trained.lag.delay * np.arange(len(trained.lag.delay))).sum()),
        "rate_shape": trained.prior.shape,
        "scatter_weekly": float(trained.scatter[min(2, len(trained.scatter) - 1), 0]),
    }
    return Training(trained, metrics, (start, until))


def _with_prior(known: History, until: int, settings: Settings) -> TrainedDetector:
    """A detector that knows the delay, the priors and nothing else yet."""
    columns = columns_of(known, settings)
    lag = lag_of(known, until, settings.delay_days_max)
    panel = panel_of(known, until, columns, lag, settings)
    scatter = np.full((len(settings.windows_days), len(columns)), settings.scatter_floor)
    return TrainedDetector(
        settings=settings,
        columns=columns,
        lag=lag,
        prior=_prior(panel, settings),
        scatter=scatter,
        forest=fit(np.zeros((1, 1)), trees=1, max_samples=1, seed=0),
        calibration=_UNTAUGHT,
    )


def _prior(panel: Panel, settings: Settings) -> Prior:
    """Priors and market factors need each other: three rounds settle both."""
    blocks = blocks_of(settings)
    seen = panel.counts.sum(axis=1)
    total = panel.exposure.sum()
    rate = np.maximum(seen.sum(axis=0), 0.5) / total
    prior = prior_of(seen, panel.exposure.sum(axis=1)[:, None] * rate, rate)
    scatter = np.zeros((len(settings.windows_days), len(rate)))
    for _ in range(2):
        market = market_of(panel, prior, scatter, blocks, settings)
        prior = prior_of(seen, panel.exposure @ (rate * market.factor), rate)
    return prior


def _snapshots(
    known: History, start: int, until: int, trained: TrainedDetector, advanced: Advanced
) -> list[Windows]:
    """Windows of a sample of sellers at instants spread over the training span."""
    span_days = max((until - start) // DAY_US, 1)
    ages = np.linspace(0.0, (1.0 - _FIRST_SHARE) * span_days, trained.settings.snapshots)
    instants = sorted({until - int(age) * DAY_US for age in ages})
    per_instant = max(_ROWS_MAX // len(instants), 1)
    snapshots = []
    for done, instant in enumerate(instants):
        advanced(done, len(instants) + 1)
        then = known.as_of(instant)
        if len(then.sellers) == 0:
            continue
        market = market_at(then, instant, trained)
        sample = _sample(then, per_instant)
        snapshots.append(examine(sample, instant, trained, market)[0])
    return snapshots


def training_step(sellers: int) -> int:
    """Every so many-th seller, in ascending order, teaches the detector."""
    return -(-sellers // _SELLERS_MAX) or 1


def training_sample(known: History) -> History:
    """The sellers that teach the detector: all of them up to a limit that bounds memory."""
    return _sample(known, _SELLERS_MAX)


def _sample(known: History, sellers_max: int) -> History:
    step = -(-len(known.sellers) // sellers_max)
    return known if step <= 1 else known.only(known.sellers[::step])


def _joined(snapshots: list[Windows]) -> Windows:
    return Windows(
        np.concatenate([s.counts for s in snapshots]),
        np.concatenate([s.mean for s in snapshots]),
        np.concatenate([s.shape for s in snapshots]),
    )


def _rescattered(snapshots: list[Windows], trained: TrainedDetector) -> list[Windows]:
    """The same windows, once their scatter is known."""
    floor = trained.settings.scatter_floor
    return [
        Windows(s.counts, s.mean, 1.0 / (1.0 / s.shape - floor + trained.scatter))
        for s in snapshots
    ]


def _calibration(
    snapshots: list[Windows], trained: TrainedDetector, observed: Array, seed: int
) -> Calibration:
    rng = np.random.default_rng([seed, 1])
    windows = _joined(_rescattered(snapshots, trained))
    rows = np.arange(_DRAWS_MIN) % len(observed)
    drawn = [
        _drawn_scores(_rows(windows, rows[first : first + _DRAWS_AT_ONCE]), trained, rng)
        for first in range(0, len(rows), _DRAWS_AT_ONCE)
    ]
    return calibrate(np.concatenate(drawn), observed)


def _rows(windows: Windows, rows: NDArray[np.int64]) -> Windows:
    return Windows(windows.counts[rows], windows.mean[rows], windows.shape[rows])


def _drawn_scores(windows: Windows, trained: TrainedDetector, rng: np.random.Generator) -> Array:
    counts = draw_without_spikes(
        windows, trained.settings.windows_days, trained.columns, trained.scatter, rng
    )
    drawn = Windows(counts, windows.mean, windows.shape)
    features: Features = features_of(drawn, trained.columns, trained.settings)
    return score_of(features, trained)
