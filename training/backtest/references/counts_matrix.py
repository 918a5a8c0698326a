"""The plain matrix that detectors without a model of the market are given: counts by window."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from training.backtest.daily_counts import DailyCounts

WINDOWS_DAYS: Final = (1, 3, 7, 14, 28)
SNAPSHOTS: Final = 8
_SNAPSHOT_STEP_DAYS: Final = 14


def counts_matrix(counts: DailyCounts, day: int) -> NDArray[np.float64]:
    """(n, windows x columns) complaints of each seller in the windows before a day."""
    windows = [counts.window(day, days) for days in WINDOWS_DAYS]
    return np.concatenate(windows, axis=1)


def training_matrix(counts: DailyCounts, until: int) -> NDArray[np.float64]:
    """Rows of all sellers known on some days before `until`, two weeks apart."""
    days = [until - i * _SNAPSHOT_STEP_DAYS for i in range(SNAPSHOTS)]
    rows = [counts_matrix(counts, day)[counts.known(day)] for day in days]
    return np.concatenate(rows)
