"""Every tunable number of the detector, with its unit and why it has that value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SEED_MAX: Final = 2**32 - 1
"""Largest seed of anything random: scikit-learn's own bound."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How the detector looks at a history. Stored in every artifact; changed only by retraining."""

    windows_days: tuple[int, ...] = (3, 7, 14, 28)
    """Windows a spike is looked for in: days for a bad batch, weeks for a slow decline."""

    recent_days: int = 42
    """Days counted singly; long enough for the longest window, its guard band and six weekdays."""

    baseline_days: int = 406
    """How far back a seller's usual rate is learnt: 42 days and 52 weeks, a whole year."""

    guard_days: int = 7
    """Gap between baseline and window, so that a spike's start does not raise what is usual."""

    half_life_days: float = 240.0
    """A complaint this old counts half in the baseline: sellers drift over a year, not a month."""

    delay_days_max: int = 120
    """Longest delay from an order to its complaint that exposure accounts for: a season."""

    delay_alike: float = 30.0
    """Concentration of sellers' delays around the market's: each seller's delay is as uncertain as
    if it were known from so many complaints."""

    categories_max: int = 8
    """Categories counted one by one, by volume; the others are counted together as one."""

    repeat_days: int = 28
    """A second complaint of one buyer about one seller within this many days is a repeat."""

    excess_sds: tuple[float, ...] = (2.0, 4.0, 8.0, 16.0)
    """Sizes of a spike that the evidence is averaged over, in standard deviations of the window."""

    across_weight: float = 0.05
    """Prior weight of each column across categories: brigades are rarer than bad batches."""

    over_days: int = 7
    """A spike counts as over when it fits a time that ended at least this many days ago."""

    over_allowance: float = 4.0
    """Evidence that may remain where a spike is as likely over as on, in natural logarithms."""

    makeup: bool = True
    """Whether changes of what complaints are made of are looked for as well."""

    forest_usual: float = 0.05
    """Share of the sellers without a spike or a change to whom the forest adds nothing: the score
    of others grows with how much rarer their oddness is, in natural logarithms."""

    forest_most: float = 6.0
    """Most that the forest adds to a score, in natural logarithms."""

    forest_weight: float = 1.0
    """What the forest's part counts beside the evidence. Without `makeup`, what the forest's own
    score, in (0, 1), counts."""

    trees: int = 100
    """Trees of the forest; twice as many changed no figure."""

    max_samples: int = 16_384
    """Rows each tree sees: small trees give odd and very odd rows the same score."""

    snapshots: int = 16
    """Instants of the training span whose sellers the forest is fitted on."""

    scatter_floor: float = 0.002
    """Least relative variance of a window's count beyond Poisson: no market is that regular."""

    protect_baseline: bool = True
    """Whether weeks far above a seller's own rate are clipped before the rate is learnt."""

    protect_sds: float = 3.0
    """How far above its expectation, in standard deviations, a past week may count."""


DEFAULT: Final = Settings()
"""The settings that a training job uses by default."""
