"""Whom missing complaints concern: a loss takes of all sellers alike, or some sellers wholly."""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from detector.durations import DAY_US
from detector.feed.robust import CHANCE
from detector.history.history import History

Spread = Literal["alike", "sellers"]
"""All sellers lost a part; or a part of the sellers lost all."""

PAST_DAYS: Final = 56
DUE_MIN: Final = 15.0
"""Complaints due of a category that tell whether it fell with the others."""
DEAD: Final = 0.10
"""A category with less of what was due is missing itself."""
FELL: Final = 0.80
"""Share of what was due from which on the others have not fallen."""
APART: Final = 0.40
"""Logarithm by which categories, or large and small sellers, may have fallen differently."""
CHANCE_SDS: Final = 3.0
GAIN: Final = 10.0
"""Natural logarithms by which sellers that lost all fit better than all that lost a part."""

Array = NDArray[np.float64]


def spread_of(history: History, first: int, end: int) -> Spread | None:
    """Whom the days from `first` to before `end` (days since 1970) miss complaints of.

    None where they fell in some categories or some sellers' sizes alone: no random loss does that.
    """
    complaints = history.complaints
    day = complaints.filed_at // DAY_US
    inside, past = (day >= first) & (day < end), (day >= first - PAST_DAYS) & (day < first)
    share = (end - first) / PAST_DAYS

    def counted(codes: NDArray[np.int32], n: int) -> tuple[Array, Array]:
        return (
            np.asarray(np.bincount(codes[past], minlength=n) * share, dtype=np.float64),
            np.bincount(codes[inside], minlength=n).astype(np.float64),
        )

    due, now = counted(complaints.category, len(history.categories))
    lives = now >= DEAD * due
    if not lives.all() and now[lives].sum() > FELL * due[lives].sum():
        return None
    sold, left = counted(complaints.seller, len(history.sellers))
    if _silent_fit(sold, left) > GAIN:
        return "sellers"
    # Half of the complaints are of the largest sellers: did these fall as the others did?
    order = np.argsort(-sold, kind="stable")
    large = np.zeros(len(sold), dtype=bool)
    large[order[: int(np.searchsorted(np.cumsum(sold[order]), sold.sum() / 2)) + 1]] = True
    sizes = [np.array([values[large].sum(), values[~large].sum()]) for values in (sold, left)]
    is_alike = _are_alike(due[lives], now[lives]) and _are_alike(sizes[0], sizes[1])
    return "alike" if is_alike else None


def _are_alike(due: Array, now: Array) -> bool:
    """Whether each part with enough due has fallen as the whole has."""
    many = due >= DUE_MIN
    left = now.sum() / max(due.sum(), 1.0)
    apart = np.abs(np.log((now[many] + 0.5) / (left * due[many] + 0.5)))
    chance = np.sqrt(CHANCE / np.maximum(left * due[many], 1.0))
    return bool((apart < np.maximum(APART, CHANCE_SDS * chance)).all())


def _silent_fit(due: Array, now: Array) -> float:
    """Natural logarithms by which it fits better that a share of the sellers lost all.

    Counts are Poisson; the share is that of sellers with none beyond chance.
    """
    due, now = due[due > 0], now[due > 0]
    left = now.sum() / max(due.sum(), 1.0)
    if not 0.0 < left < 1.0:
        return 0.0
    thinned = now * np.log(left) - left * due
    # ln of (1 - left) [none is there] + left e^-due, or of left e^-due where some are there.
    some = np.log(left) - due
    silent = np.where(now == 0, np.logaddexp(np.log1p(-left), some), some)
    return float((silent - thinned).sum())
