"""Scores of every seller on every tested day, and the rolling origin they come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.assess import market_at, score_of, windows_and_features
from detector.durations import DAY_US
from detector.fitting import train
from detector.history.history import History
from detector.kernels import OnProgress
from detector.settings import DEFAULT, Settings
from detector.trained import TrainedDetector

Array = NDArray[np.float64]

UNKNOWN: Final = -np.inf
"""Score of a seller that was not known yet, or on whom a reference has no opinion: no alert."""
_AT_ONCE: Final = 10_000
"""Sellers scored at a time, to bound memory."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores of n sellers on t days; the score of a day rests on earlier days only."""

    days: NDArray[np.int64]
    """(t,) days since 1970, rising; a score is as of the day's midnight."""
    values: Array
    """(t, n) higher is more suspicious; UNKNOWN where there is none."""
    p_values: Array | None = None
    """(t, n) where the method gives them; NaN where a seller is unknown."""
    q_values: Array | None = None
    """(t, n) likewise."""


def scored_days(start: int, last: int, every: int) -> NDArray[np.int64]:
    """Days scored by a test that trains at day `start`: none of them before a day has passed."""
    return np.arange(start + every, last + 1, every, dtype=np.int64)


def origins_of(start: int, last: int, retrain_every: int | None) -> list[int]:
    """Days at which the detector is trained (on what came before them)."""
    return [start] if retrain_every is None else list(range(start, last, retrain_every))


def detector_scores(
    history: History,
    days: NDArray[np.int64],
    origins: list[int],
    *,
    seed: int,
    settings: Settings = DEFAULT,
    on_progress: OnProgress,
) -> Scores:
    """Train at each origin on what was known before it; score the days up to the next one."""
    places = {seller: place for place, seller in enumerate(history.sellers)}
    values = np.full((len(days), len(places)), UNKNOWN)
    p_values, q_values = np.full(values.shape, np.nan), np.full(values.shape, np.nan)
    trained: TrainedDetector | None = None
    origin = -1
    for row, day in enumerate(days):
        latest = max(o for o in origins if o < day)
        if trained is None or latest != origin:
            training = train(history, until=latest * DAY_US, seed=seed, settings=settings)
            trained, origin = training.trained, latest
        known = history.as_of(int(day) * DAY_US)
        place = [places[seller] for seller in known.sellers]
        score = scores_at(known, int(day) * DAY_US, trained)
        values[row, place] = score
        p_values[row, place] = trained.calibration.p_value(score)
        q_values[row, place] = trained.calibration.q_values(p_values[row, place])
        on_progress(row + 1, len(days))
    return Scores(days, values, p_values, q_values)


def scores_at(known: History, instant: int, trained: TrainedDetector) -> Array:
    """Scores as `detector.assess` gives them, without the reasons; equal to its scores."""
    market = market_at(known, instant, trained)
    parts = [np.zeros(0)]
    for first in range(0, len(known.sellers), _AT_ONCE):
        part = known.part(first, min(first + _AT_ONCE, len(known.sellers)))
        parts.append(score_of(windows_and_features(part, instant, trained, market)[1], trained))
    return np.concatenate(parts)
