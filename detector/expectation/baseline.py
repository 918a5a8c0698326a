"""Expected counts of each seller and window, with their uncertainty.

A seller's rates come from its baseline, the past before a window and its guard band, and from the
prior (`detector.expectation.prior`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.expectation.groups import NO_GROUPS, Groups, InGroups
from detector.expectation.newcomers import Newcomers, concatenate_newcomers, newcomers_of
from detector.expectation.own_season import NO_WEEKS, MarketWeeks
from detector.expectation.panel import Panel, market_due_of, totals
from detector.expectation.prior import Prior, posterior
from detector.expectation.shares import NO_SHARES, Shares
from detector.history.timeline import Blocks
from detector.kernels import kernels_ready
from detector.settings import Settings

Array = NDArray[np.float64]

_LOO_COMPLAINTS = 5.0
"""Complaints of a steady market assumed besides the observed ones when one seller is left out."""


LEAST_SHARE: Final = 0.5
"""Where the market falls below this share of what is usual, no seller's count is an excess for
that: who has as many complaints as ever is not alerted for the market's sake."""


@dataclass(frozen=True, slots=True)
class Market:
    """What moves all sellers alike at an instant."""

    factor: Array
    """(B, C) rate of the market in each block relative to the prior's rate."""
    complaints: Array
    """(W, C) complaints of all sellers in each window; estimated where the market was sampled."""
    in_blocks: Array
    """(B,) the same in each block."""
    weeks: MarketWeeks = NO_WEEKS
    """The years before, of sellers with a long past."""
    shares: Shares = NO_SHARES
    """What complaints are made of."""
    groups: Groups = NO_GROUPS
    """What moves the complaints of some groups."""


@dataclass(frozen=True, slots=True)
class Windows:
    """Counts of n sellers in W windows and C columns beside what was expected there."""

    counts: Array
    """(n, W, C)"""
    mean: Array
    """(n, W, C) expected complaints, > 0."""
    shape: Array
    """(n, W, C) negative-binomial shape: variance is mean + mean^2 / shape."""
    newcomers: Newcomers | None = None
    """Sellers that may have joined lately; `mean` and `shape` assume they were there all along."""
    in_groups: InGroups | None = None
    """The same counts by group, where complaints name any; parts and other counts have none."""
    least: Array | None = None
    """(n, W, C) what counts are compared with at least, where a market falls far; see
    `LEAST_SHARE`. None where nobody asks."""

    @property
    def usual(self) -> Array:
        """(n, W, C) what counts above it are an excess of."""
        return self.mean if self.least is None else np.maximum(self.mean, self.least)

    def if_joined(self) -> Windows | None:
        """(m, W, C) the windows of the newcomers, had they joined; None without any."""
        new = self.newcomers
        if new is None or len(new.rows) == 0:
            return None
        return Windows(self.counts[new.rows], new.mean, new.shape)

    def take(self, rows: NDArray[np.int64]) -> Windows:
        """The windows of the sellers at some indices, which may repeat."""
        new = self.newcomers
        new = None if new is None else new.take(rows, len(self.counts))
        least = None if self.least is None else self.least[rows]
        return Windows(self.counts[rows], self.mean[rows], self.shape[rows], new, least=least)

    def with_counts(self, counts: Array, prior: Prior) -> Windows:
        """The same sellers with other counts (n, W, C), from which newcomers' sizes follow."""
        new = self.newcomers
        if new is not None:
            before = self.counts[new.rows, -1, 0]
            new = new.with_complaints(new.seen - before + counts[new.rows, -1, 0], prior)
        return replace(self, counts=counts, newcomers=new, in_groups=None)

    def past(self, days: tuple[int, ...], recent_days: int) -> Windows | None:
        """Counts and expectations of the windows' parts that are over, (n, P, C).

        Each part lies between the ends of two windows, the younger of at least `recent_days`: a
        spike that fits one of them better than any window is over. None without such parts.
        """
        pairs = [
            (young, old)
            for old in range(len(days))
            for young in range(old)
            if days[young] >= recent_days
        ]
        if not pairs:
            return None
        young, old = np.array(pairs, dtype=int).reshape(-1, 2).T
        share = 1.0 - np.array([days[y] / days[o] for y, o in pairs])
        # The two windows have baselines of their own, so their difference alone could be negative.
        least = 0.3 * share[:, None] * self.mean[:, old]
        mean = np.maximum(self.mean[:, old] - self.mean[:, young], least)
        return Windows(self.counts[:, old] - self.counts[:, young], mean, self.shape[:, old])


def concatenate_windows(parts: list[Windows]) -> Windows:
    """The windows of several groups of sellers, one group after the other."""
    lengths = [len(part.counts) for part in parts]
    least = [part.least for part in parts if part.least is not None]
    return Windows(
        np.concatenate([part.counts for part in parts]),
        np.concatenate([part.mean for part in parts]),
        np.concatenate([part.shape for part in parts]),
        concatenate_newcomers([part.newcomers for part in parts], lengths),
        least=np.concatenate(least) if parts and len(least) == len(parts) else None,
    )


def windows_of(
    panel: Panel, prior: Prior, market: Market, blocks: Blocks, settings: Settings
) -> Windows:
    """Counts and expectations of every window, without a seller's complaints in its own market.

    The shape holds the uncertainty of the learnt rates; the dispersion of counts is added later,
    see `detector.expectation.dispersion`.
    """
    base = prior.rate * market.factor
    counts, offered, seen, due = _window_sums(panel, base, prior, blocks, settings)
    market_dues = _market_dues(panel, base, blocks, settings)
    # Recorded orders tell who was there, and then nobody is a newcomer.
    unknown = market_dues[-1] > 0.0 and prior.joining.any()
    new = np.flatnonzero((due[:, -1, 0] <= 0.0) & unknown)
    there = replace(prior, joining=np.zeros_like(prior.joining))
    exposure = np.cumsum(panel.exposure[:, : settings.windows_days[-1]], axis=1)
    mean, least, relative_variance = (np.empty_like(counts) for _ in range(3))
    for w, market_due in enumerate(market_dues):
        rate, relative_variance[:, w] = posterior(seen[:, w], due[:, w], prior, market_due)
        rate[new], relative_variance[new, w] = posterior(
            seen[new, w], due[new, w], there, market_due
        )
        mean[:, w] = np.maximum(rate * offered[:, w], 1e-9)
        until = settings.windows_days[w] - 1
        least[:, w] = LEAST_SHARE * rate * prior.rate * exposure[:, until : until + 1]
    alone, noise = without_self(mean, counts, market.complaints)
    due_to_new = offered[new] * (alone[new] / mean[new]), noise[new]
    newcomers = _newcomers(panel, base, new, due_to_new, prior)
    return Windows(counts, alone, 1.0 / (relative_variance + noise), newcomers, least=least)


def with_rate_uncertainty(windows: Windows, relative_variance: Array) -> Windows:
    """Add to the uncertainty of the expected counts, in the shape; `relative_variance` (n, W)."""
    return replace(windows, shape=1.0 / (1.0 / windows.shape + relative_variance[:, :, None]))


def with_factor(windows: Windows, factor: Array, relative_variance: Array) -> Windows:
    """The windows whose expected counts are so many times as large, and as uncertain besides.

    Both are (n, W, C).
    """
    new = windows.newcomers
    if new is not None:
        new = replace(
            new,
            offered=new.offered * factor[new.rows],
            other_variance=new.other_variance + relative_variance[new.rows],
        )
    shape = 1.0 / (1.0 / windows.shape + relative_variance)
    return replace(windows, mean=windows.mean * factor, shape=shape, newcomers=new)


def _newcomers(
    panel: Panel, base: Array, new: NDArray[np.int64], windows: tuple[Array, Array], prior: Prior
) -> Newcomers | None:
    if len(new) == 0:
        return None
    part = Panel(panel.counts[new], panel.exposure[new])
    seen, due = (total[:, 0] for total in totals(part, base))
    days = part.exposure.sum(axis=1)
    return newcomers_of(new, days, (seen, due), market_due_of(panel, base), windows, prior)


def _market_dues(panel: Panel, base: Array, blocks: Blocks, settings: Settings) -> list[float]:
    """Complaints due since the market began, weighted, in the baseline of each window."""
    weighted = base * (0.5 ** (blocks.ages / settings.half_life_days))[:, None]
    return [market_due_of(panel, weighted, w + settings.guard_days) for w in settings.windows_days]


def _window_sums(
    panel: Panel, base: Array, prior: Prior, blocks: Blocks, settings: Settings
) -> tuple[Array, Array, Array, Array]:
    """Counts and dues inside each window, and weighted in its baseline, (n, W, C) each."""
    days = np.array(settings.windows_days)
    first = days + settings.guard_days
    weight = 0.5 ** (blocks.ages / settings.half_life_days)
    if kernels_ready():
        from detector.expectation import panel_kernel

        rate, _ = posterior(*totals(panel, base), prior, market_due_of(panel, base))
        sds = settings.protect_sds if settings.protect_baseline else -1.0
        sums: tuple[Array, Array, Array, Array] = panel_kernel.window_sums(
            panel.counts, panel.exposure, base, rate, sds, weight, days, first
        )
        return sums
    offered = panel.exposure[:, :, None] * base
    usual = clip_past_spikes(panel, offered, base, prior, settings)
    inside, offered_inside = (
        np.cumsum(a[:, : days.max()], axis=1) for a in (panel.counts, offered)
    )
    # Baselines are summed from the oldest block on, so that one pass serves every window.
    seen, due = (
        np.cumsum((a * weight[:, None])[:, ::-1], axis=1)[:, ::-1] for a in (usual, offered)
    )
    return inside[:, days - 1], offered_inside[:, days - 1], seen[:, first], due[:, first]


def clip_past_spikes(
    panel: Panel, offered: Array, base: Array, prior: Prior, settings: Settings
) -> Array:
    """(n, B, C) counts, clipped to what the seller's own rate makes plausible.

    Clipping keeps a past spike from making the next one look usual. It is a policy, not a law:
    `Settings.protect_baseline` turns it off.
    """
    if not settings.protect_baseline:
        return panel.counts
    rate, _ = posterior(*totals(panel, base), prior, market_due_of(panel, base))
    mean = rate[:, None, :] * offered
    bound = mean + settings.protect_sds * np.sqrt(mean + 0.1 * mean**2) + 1.0
    return np.minimum(panel.counts, bound)


def without_self(mean: Array, counts: Array, market: Array) -> tuple[Array, Array]:
    """Take sellers' own complaints out of the market's factor, which their `mean` contains.

    `mean` and `counts` are (n, …), `market` (…) the complaints of all sellers there. Returns the
    mean, and the relative variance of the factor from the chance in the others' complaints.
    """
    others = np.maximum(market - counts, 0.0) + _LOO_COMPLAINTS
    others_usually = np.maximum(market - mean, 0.0) + _LOO_COMPLAINTS
    return mean * np.clip(others / others_usually, 0.05, 20.0), 1.0 / others
