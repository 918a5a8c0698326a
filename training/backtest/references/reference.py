"""What a reference is: a detector from the literature, on the same days and the same counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.backtest.daily_counts import DailyCounts

Array = NDArray[np.float64]

Scorer = Callable[[int], Array]
"""Gives (n,) scores as of a day's midnight; minus infinity where it has no opinion."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A detector to be compared with."""

    name: str
    does: str
    """In a sentence: exactly what is computed."""
    source: str
    """Where it was published."""
    fitted: Callable[[DailyCounts, int, int], Scorer]
    """From counts, the day before whose midnight it may learn, and a seed."""


class Unavailable(Exception):  # noqa: N818 - it is an answer rather than an error
    """The package that a reference comes from is not installed; the message says how to get it."""
