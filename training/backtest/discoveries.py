"""Whether the false-discovery rate is the wanted one, and whether p-values are uniform."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from training.backtest.alerts import OPEN_DAYS
from training.backtest.episodes import Episodes
from training.backtest.intervals import Share, by_cluster
from training.backtest.scores import Scores

CARRY_DAYS: Final = 28
"""The longest window: so long after its end an episode's complaints are still being counted."""
_POINTS_PER_DECADE: Final = 5

FALSE_FLAG: Final = (
    "A flag is a seller on a day whose q-value lies below the asked rate. It is false where no "
    f"episode of the seller had begun and ended at most {CARRY_DAYS} days before (the longest "
    "window still holds its complaints). An alarm is a flag on a seller that had none in the "
    f"{OPEN_DAYS} days before. Intervals come from drawing whole sellers, since one seller's days "
    "are not independent."
)


@dataclass(frozen=True, slots=True)
class Flags:
    """The flags at one asked false-discovery rate."""

    fdr: float
    flags: int
    per_day_per_10_000: float
    share: float
    """Of all seller-days."""
    false: Share | None
    """None where no episodes are known."""
    alarms: int
    """Flags on sellers that had none in the days for which a case stays open."""
    false_alarms: Share | None
    """Share of the alarms that are false; None where no episodes are known."""


@dataclass(frozen=True, slots=True)
class Uniformity:
    """How often p-values of seller-days without an episode fell below each level."""

    seller_days: int
    levels: tuple[float, ...]
    observed: tuple[float, ...]


def in_episode(scores: Scores, episodes: Episodes) -> NDArray[np.bool_]:
    """(t, n) seller-days on which an episode runs or its complaints are still in a window."""
    carried = np.zeros(scores.values.shape, dtype=bool)
    for row, day in enumerate(scores.days):
        carried[row, episodes.seller[episodes.covering(int(day), CARRY_DAYS)]] = True
    return carried


def flags_of(
    scores: Scores, rates: tuple[float, ...], carried: NDArray[np.bool_] | None
) -> tuple[Flags, ...]:
    """Count flags at each asked rate; `carried` (t, n) are seller-days that may be flagged."""
    q = scores.q_values
    assert q is not None  # noqa: S101 - only the detector's own scores come here
    seller_days = max(int(np.isfinite(q).sum()), 1)
    counted = []
    for rate in rates:
        rows, sellers = np.nonzero(q < rate)
        false = None if carried is None else by_cluster(~carried[rows, sellers], sellers)
        first = _first_flags(scores.days[rows], sellers)
        rung, whose = rows[first], sellers[first]
        false_alarms = None if carried is None else by_cluster(~carried[rung, whose], whose)
        share = len(rows) / seller_days
        counted.append(
            Flags(rate, len(rows), share * 10_000, share, false, len(first), false_alarms)
        )
    return tuple(counted)


def _first_flags(days: NDArray[np.int64], sellers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Numbers of the flags, given by day, on sellers without one in the days before."""
    order = np.lexsort((days, sellers))
    gap = np.diff(days[order], prepend=-(10**9))
    other = np.diff(sellers[order], prepend=-1) != 0
    return np.sort(order[other | (gap > OPEN_DAYS)])


def uniformity_of(scores: Scores, carried: NDArray[np.bool_] | None) -> Uniformity:
    """Compare p-values of seller-days without an episode with the uniform distribution."""
    p = _known_p(scores)
    quiet = p[np.isfinite(p) if carried is None else np.isfinite(p) & ~carried]
    decades = max(int(np.ceil(np.log10(max(len(quiet), 10)))), 1)
    levels = 10.0 ** -(np.arange(decades * _POINTS_PER_DECADE + 1) / _POINTS_PER_DECADE)
    ordered = np.sort(quiet)
    observed = np.searchsorted(ordered, levels, side="right") / max(len(quiet), 1)
    return Uniformity(len(quiet), tuple(map(float, levels)), tuple(map(float, observed)))


def _known_p(scores: Scores) -> NDArray[np.float64]:
    assert scores.p_values is not None  # noqa: S101 - only the detector's own scores come here
    return scores.p_values
