"""Parameters that a caller gives: checked when they are used, as scikit-learn does it."""

from __future__ import annotations

import numpy as np

from detector.errors import BadInput
from detector.settings import SEED_MAX, Settings


def checked_seed(seed: int) -> int:
    """The seed as a plain number; BadInput where it is none that scikit-learn takes."""
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer):
        raise BadInput(f"seed is {seed!r}; a whole number is wanted")
    if not 0 <= seed <= SEED_MAX:
        raise BadInput(f"seed is {seed}; it lies from 0 to {SEED_MAX:,}")
    return int(seed)


def checked_rate(fdr: float) -> float:
    """The false-discovery rate as a plain number; BadInput where it is none."""
    if isinstance(fdr, bool) or not isinstance(fdr, float | int | np.floating) or not 0 < fdr < 1:
        raise BadInput(f"fdr is {fdr!r}; a rate above 0 and below 1 is wanted")
    return float(fdr)


def checked_settings(settings: Settings) -> Settings:
    """The settings; BadInput for anything else."""
    if not isinstance(settings, Settings):
        raise BadInput(f"settings is {settings!r}; a detector.settings.Settings is wanted")
    return settings


def checked_count(number: int, name: str) -> int:
    """A whole number from 0 up; BadInput, which says the parameter's `name`, for another one."""
    whole = isinstance(number, int | np.integer) and not isinstance(number, bool)
    if not whole or number < 0:
        raise BadInput(f"{name} is {number!r}; a whole number from 0 up is wanted")
    return int(number)
