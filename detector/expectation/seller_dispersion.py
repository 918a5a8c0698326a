"""How unevenly each seller's complaints fall on days, beside a usual seller's.

Some sellers file in bursts by nature: a wholesaler's week, a pop-up shop's. A burst of theirs is
less of a spike than the same burst of a steady seller. What tells them apart is how many of their
past complaints share a day with another one, against how many would if only the usual scatter moved
them: with m complaints due on a day, m^2 ordered pairs are, and kappa m^2 + phi m more by scatter.

A seller's own figure is uncertain, so it is drawn towards 1 by how alike sellers are: an inverse
chi-squared prior, fitted to all sellers by maximum likelihood (G. K. Smyth, 2004, Stat. Appl.
Genet. Mol. Biol. 3:3, does this for the variances of genes).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import special

from detector.durations import DAY_US
from detector.expectation.panel import Panel, age_of
from detector.expectation.prior import Prior, overall
from detector.history.history import History
from detector.history.timeline import Blocks
from detector.settings import Settings

Array = NDArray[np.float64]

_DAILY_MIN: Final = 0.05
"""Least scatter of a day that unevenness is measured in."""
_TOLD_MIN: Final = 4.0
"""Degrees of freedom from which on a seller tells how alike sellers are."""
_SELLERS_MIN: Final = 30
_ALIKE_BOUNDS: Final = (3.0, 500.0)
"""Below 3 a seller that nothing is known of could be of any unevenness; past 500 all are alike."""
_ALIKE_UNKNOWN: Final = 10.0
"""Where too few sellers tell: one in a hundred is four times as uneven as the usual one."""
_OWN_BOUNDS: Final = (0.1, 20.0)
_DRAWN_BOUNDS: Final = (0.02, 30.0)


@dataclass(frozen=True, slots=True)
class Clumps:
    """How the complaints of n sellers fell on days, before the windows and their guard band."""

    pairs: Array
    """(n,) ordered pairs of complaints filed on the same day."""
    due: Array
    """(n,) complaints that were due by the seller's own rate."""
    squares: Array
    """(n,) the sum over days of their squares: the pairs due without scatter."""
    days: Array
    """(n,) days on which any were due."""


@dataclass(frozen=True, slots=True)
class Evenness:
    """What a usual seller's days are like, and how alike sellers are."""

    daily: float
    """Relative variance of the intensity of a usual seller's day."""
    clumping: float
    """Further variance of a day for each complaint due."""
    alike: float
    """Degrees of freedom of the prior: the larger, the more alike sellers are."""


@dataclass(frozen=True, slots=True)
class Unevenness:
    """What is known of how much n sellers scatter, in times of a usual seller's scatter."""

    scale: Array
    """(n,) of the inverse chi-squared distribution."""
    freedom: Array
    """(n,) its degrees of freedom, > 2."""

    @property
    def mean(self) -> Array:
        """(n,) expected scatter: what the variance of the next count is multiplied by."""
        return self.scale * self.freedom / (self.freedom - 2.0)

    def drawn(self, rng: np.random.Generator) -> Array:
        """(n,) scatter drawn from what is known."""
        drawn = self.scale * self.freedom / rng.chisquare(self.freedom).clip(min=1e-3)
        return np.asarray(np.clip(drawn, *_DRAWN_BOUNDS))

    def take(self, rows: NDArray[np.int64]) -> Unevenness:
        """That of the chosen sellers."""
        return Unevenness(self.scale[rows], self.freedom[rows])


def clumps_of(
    history: History,
    instant: int,
    panel: Panel,
    base: Array,
    prior: Prior,
    blocks: Blocks,
    settings: Settings,
) -> Clumps:
    """Count pairs of complaints in a history that holds nothing dated at or after the instant.

    `base` (B, C) is what is due for each unit of the panel's exposure.
    """
    first = max(settings.windows_days) + settings.guard_days
    old = int(np.searchsorted(blocks.edges[:-1], first))
    offered = panel.exposure[:, old:] * base[old:, 0]
    seen = panel.counts[:, old:, 0].sum(axis=1)
    rate, _variance = overall(seen, offered.sum(axis=1), prior, age_of(panel, base, old))
    length = blocks.days[old:]
    daily = rate[:, None] * offered / length
    return Clumps(
        pairs=_pairs(history, instant, daily, old, blocks, settings),
        due=(daily * length).sum(axis=1),
        squares=(daily**2 * length).sum(axis=1),
        days=((daily > 0) * length).sum(axis=1),
    )


def unevenness_of(clumps: Clumps, evenness: Evenness) -> Unevenness:
    """What a seller's own days tell, drawn towards a usual seller's."""
    own, told = _own(clumps, evenness.daily, evenness.clumping)
    freedom = evenness.alike + told
    scale = (evenness.alike + told * np.maximum(own, 0.0)) / freedom
    return Unevenness(np.clip(scale, *_OWN_BOUNDS), freedom)


def evenness_of(clumps: Clumps, daily: float, clumping: float) -> Evenness:
    """Fit what is usual and how alike sellers are, from the first guess of a day's scatter."""
    daily = max(daily, _DAILY_MIN)
    own, told = _own(clumps, daily, clumping)
    telling = told >= _TOLD_MIN
    if telling.sum() < _SELLERS_MIN:
        return Evenness(daily, clumping, _ALIKE_UNKNOWN)
    usual, alike = _fitted(np.maximum(own[telling], 0.02), told[telling])
    return Evenness(daily * usual, clumping * usual, alike)


def _own(clumps: Clumps, daily: float, clumping: float) -> tuple[Array, Array]:
    """Each seller's scatter in times of the usual one, and its degrees of freedom."""
    usual = clumping * clumps.due + daily * clumps.squares
    own = (clumps.pairs - clumps.squares) / np.maximum(usual, 1e-12)
    mean = np.maximum(clumps.due / np.maximum(clumps.days, 1.0), 1e-9)
    beyond = clumping * mean + daily * mean**2
    variance = mean + beyond
    # The square of a rare count varies far more than a normal one's: less is learnt from it.
    heavy = 1.0 + 3.0 * beyond / mean**2 + 0.5 / variance
    return own, clumps.days * (beyond / variance) ** 2 / heavy


def _fitted(own: Array, told: Array) -> tuple[float, float]:
    """What is usual and the prior's degrees of freedom: own / usual is F distributed."""
    from scipy import optimize  # only learning needs it, and it takes a third of a second

    def loss(point: Array) -> float:
        usual, alike = np.exp(point)
        f = told * own / usual
        density = (
            0.5 * told * np.log(f)
            + 0.5 * alike * np.log(alike)
            - 0.5 * (told + alike) * np.log(f + alike)
            - special.betaln(told / 2.0, alike / 2.0)
        )
        return -float(density.sum())

    bounds = [(-3.0, 3.0), (np.log(_ALIKE_BOUNDS[0]), np.log(_ALIKE_BOUNDS[1]))]
    best = optimize.minimize(loss, np.log([1.0, 5.0]), method="L-BFGS-B", bounds=bounds).x
    return float(np.exp(best[0])), float(np.exp(best[1]))


def _pairs(
    history: History, instant: int, daily: Array, old: int, blocks: Blocks, settings: Settings
) -> Array:
    """(n,) pairs on one day in the blocks from `old` on.

    Days far beyond what `daily` (n, those blocks) makes due are clipped: they may be spikes.
    """
    complaints = history.complaints
    age = (instant - 1 - complaints.filed_at) // DAY_US
    rows = np.flatnonzero((age >= blocks.edges[old]) & (age < blocks.edges[-1]))
    seller, age = complaints.seller[rows], age[rows]
    # Complaints are sorted by seller and then time, so those of one day lie together.
    starts = np.flatnonzero((np.diff(seller, prepend=-1) != 0) | (np.diff(age, prepend=-1) != 0))
    counts = np.diff(starts, append=len(rows)).astype(np.float64)
    several = counts > 1
    seller, age, counts = seller[starts][several], age[starts][several], counts[several]
    if settings.protect_baseline:
        due = daily[seller, blocks.block_of(age) - old]
        plausible = due + 2.0 * settings.protect_sds * np.sqrt(due + due**2) + 3.0
        counts = np.minimum(counts, plausible)
    pairs = np.bincount(seller, weights=counts * (counts - 1.0), minlength=len(daily))
    return np.asarray(pairs, dtype=np.float64)
