"""Scores of every seller on every tested day, and the rolling origin they come from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray

from detector.assess import false_alarms_at, market_at, score_of, windows_and_features
from detector.durations import DAY_US
from detector.evidence.false_alarms import NOTHING
from detector.fitting import train
from detector.history.history import History
from detector.kernels import OnProgress
from detector.settings import DEFAULT, Settings
from detector.trained import TrainedDetector

Array = NDArray[np.float64]
Found = TypeVar("Found")

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


def origin_of(day: int, origins: list[int]) -> int:
    """The latest origin before a day."""
    return max(origin for origin in origins if origin < day)


def detector_scores(
    history: History,
    days: NDArray[np.int64],
    origins: list[int],
    *,
    seed: int,
    settings: Settings = DEFAULT,
    n_jobs: int = 1,
    on_progress: OnProgress,
) -> Scores:
    """Train at each origin on what was known before it; score the days up to the next one.

    `n_jobs` as joblib counts them; the scores are the same for any number of them.
    """
    used = sorted({origin_of(int(day), origins) for day in days})
    fits = in_parallel(n_jobs, _trained, [(history, o, seed, settings) for o in used])
    trained = dict(zip(used, fits, strict=True))
    places = {seller: place for place, seller in enumerate(history.sellers)}
    values = np.full((len(days), len(places)), UNKNOWN)
    p_values, q_values = np.full(values.shape, np.nan), np.full(values.shape, np.nan)
    asked = [(history, int(day), trained[origin_of(int(day), origins)]) for day in days]
    lately = NOTHING
    for row, found in enumerate(in_parallel(n_jobs, _scores_of_day, asked)):
        sellers, score = found
        place = [places[seller] for seller in sellers]
        detector, instant = asked[row][2], int(days[row]) * DAY_US
        p_value = detector.calibration.p_value(score)
        values[row, place], p_values[row, place] = score, p_value
        q_values[row, place] = false_alarms_at(instant, sellers, p_value, detector, lately)[0]
        lately = lately.with_scored(instant, sellers, p_value)
        on_progress(row + 1, len(days))
    return Scores(days, values, p_values, q_values)


def in_parallel(
    n_jobs: int, function: Callable[..., Found], arguments: Iterable[tuple[Any, ...]]
) -> Iterator[Found]:
    """Results of a function in the order of its arguments, as they come."""
    found: Iterator[Found] = Parallel(n_jobs=n_jobs, return_as="generator")(
        delayed(function)(*words) for words in arguments
    )
    return found


def _trained(history: History, origin: int, seed: int, settings: Settings) -> TrainedDetector:
    return train(history, until=origin * DAY_US, seed=seed, settings=settings).trained


def _scores_of_day(
    history: History, day: int, trained: TrainedDetector
) -> tuple[tuple[str, ...], Array]:
    known = history.as_of(day * DAY_US)
    return known.sellers, scores_at(known, day * DAY_US, trained)


def scores_at(known: History, instant: int, trained: TrainedDetector) -> Array:
    """Scores as `detector.assess` gives them, without the reasons; equal to its scores."""
    market = market_at(known, instant, trained)
    parts = [np.zeros(0)]
    for first in range(0, len(known.sellers), _AT_ONCE):
        part = known.part(first, min(first + _AT_ONCE, len(known.sellers)))
        parts.append(score_of(windows_and_features(part, instant, trained, market)[1], trained))
    return np.concatenate(parts)
