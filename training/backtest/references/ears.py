"""EARS C2 and C3: the syndromic-surveillance charts for short histories.

C2 is the standardised distance of a day from the seven days that ended two days before it. C3 adds
what the last three days' C2 exceed one by, so that it remembers.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from training.backtest.daily_counts import DailyCounts
from training.backtest.references.reference import Array, Reference, Scorer

_BASELINE_DAYS: Final = 7
_LAG_DAYS: Final = 2
SD_MIN: Final = 0.5
"""Seven days without a complaint have no spread; the charts' implementations floor it likewise."""
_SOURCE: Final = (
    "L. Hutwagner, W. Thompson, G. M. Seeman, T. Treadwell, 2003, The bioterrorism preparedness "
    "and response Early Aberration Reporting System, J. Urban Health 80:i89; R. D. Fricker, "
    "B. L. Hegler, D. A. Dunfee, 2008, Statistics in Medicine 27:3407"
)


def c2(counts: DailyCounts, day: int) -> Array:
    """(n,) C2 of the last day before `day`, on all complaints."""
    daily = counts.blocks(day, 1, 1 + _LAG_DAYS + _BASELINE_DAYS)[:, :, 0]
    baseline = daily[:, 1 + _LAG_DAYS :]
    spread = np.maximum(baseline.std(axis=1, ddof=1), SD_MIN)
    return np.asarray((daily[:, 0] - baseline.mean(axis=1)) / spread)


def c3(counts: DailyCounts, day: int) -> Array:
    """(n,) C3 of the last day before `day`, on all complaints."""
    return np.asarray(sum(np.maximum(c2(counts, day - back) - 1.0, 0.0) for back in range(3)))


def _fitted_c2(counts: DailyCounts, until: int, seed: int) -> Scorer:  # noqa: ARG001
    return lambda day: c2(counts, day)


def _fitted_c3(counts: DailyCounts, until: int, seed: int) -> Scorer:  # noqa: ARG001
    return lambda day: c3(counts, day)


EARS_C2: Final = Reference(
    name="EARS C2",
    does=(
        "Yesterday's complaints less the mean of the seven days that ended two days before, over "
        f"their standard deviation (at least {SD_MIN})."
    ),
    source=_SOURCE,
    fitted=_fitted_c2,
)
EARS_C3: Final = Reference(
    name="EARS C3",
    does="What C2 of the last three days exceeded one by, added up.",
    source=_SOURCE,
    fitted=_fitted_c3,
)
