"""What a history shows before any forest: delay, priors, dispersion, windows of past instants."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from detector.assess import expected_windows, market_at
from detector.durations import DAY_US
from detector.errors import NotEnoughHistory
from detector.evidence.calibration import Calibration
from detector.expectation.baseline import Windows, concatenate_windows
from detector.expectation.delay import delay_distribution_of
from detector.expectation.dispersion import Dispersion, fit_dispersion
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
from detector.expectation.shares import Shares
from detector.forest.isolation_forest import fit as fit_forest
from detector.history.coverage import days_with_most
from detector.history.history import History
from detector.history.timeline import blocks_of
from detector.kernels import OnProgress, no_progress
from detector.makeup.attributes import attributes_in
from detector.makeup.drawing import Gathered, gathered
from detector.makeup.prior import fit_prior as fit_makeup
from detector.makeup.prior import unfitted
from detector.makeup.tallies import Tally, tallies_of
from detector.settings import DEFAULT, Settings
from detector.trained import TrainedDetector
from detector.warm_up import warm_up


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Some sellers at an instant."""

    windows: Windows
    pairs: WeeklyPairs
    """Of their past."""
    tallies: dict[str, Tally]
    """What their complaints were made of; empty where nobody asks."""
    shares: Shares
    """The same of the market."""


_SELLERS_MAX: Final = 100_000
"""Sellers learnt from; more would move no prior, delay or tail, but need memory for each."""
_ROWS_MAX: Final = 200_000
"""Rows (a seller at an instant) for the forest and the dispersion; more change neither."""
_FIRST_SHARE: Final = 0.35
"""Snapshots start after this share of the span: before it there is no baseline to speak of."""
_UNCALIBRATED: Final = Calibration(np.array([0.0, 1.0]), np.array([0.0, -1e-9]), 1e-9)
"""Nobody stands out."""


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
    makeup: dict[str, Gathered] = field(default_factory=dict)
    """What the complaints of the rows of `windows` were made of, by attribute."""


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
    warm_up()  # many rows are drawn to fit a forest: it would take longer without
    start = int(known.complaints.filed_at.min())
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
    makeup: dict[str, Gathered] = {}
    if trained.makeup is not None:
        seen = [(snapshot.tallies, snapshot.shares) for snapshot in snapshots]
        sizes = [len(snapshot.windows.mean) for snapshot in snapshots]
        prior = fit_makeup(seen, trained.makeup.attributes)
        makeup = gathered(seen, sizes, prior)
        trained = replace(trained, makeup=prior)
    return Estimates(trained, windows, own, volume, (start, until), makeup)


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
        makeup=unfitted(attributes_in(known.complaints)) if settings.makeup else None,
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
        tallies: dict[str, Tally] = {}
        if trained.makeup is not None:
            attributes = trained.makeup.attributes
            tallies = tallies_of(sample, instant, attributes, trained.columns)
        windows, pairs = expected_windows(sample, instant, trained, market)
        snapshots.append(Snapshot(windows, pairs, tallies, market.shares))
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
    prior = fit_dispersion_prior(snapshots[-1].pairs, weekly, float(guess.linear[0]))
    trained = replace(trained, dispersion_prior=prior)
    own = _own_dispersion(snapshots, trained)
    dispersion = fit_dispersion(windows, own.mean, settings.scatter_floor, instants=instants)
    return replace(trained, dispersion=dispersion)


def _windows(snapshots: list[Snapshot]) -> Windows:
    return concatenate_windows([snapshot.windows for snapshot in snapshots])


def _own_dispersion(snapshots: list[Snapshot], trained: TrainedDetector) -> SellerDispersion:
    parts = [seller_dispersion_of(one.pairs, trained.dispersion_prior) for one in snapshots]
    return SellerDispersion(
        np.concatenate([part.scale for part in parts]),
        np.concatenate([part.df for part in parts]),
    )
