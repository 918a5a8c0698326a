"""What moves all sellers alike: seasons, growth, sales, disruptions.

The market factor of a block and column is complaints over what the sellers' own rates make due. It
is estimated day by day and shrunk towards the week around it, its weekday and, where a category is
rare, the factor of all complaints, so that the factors of a thin market do not follow chance.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from detector.expectation.baseline import Market
from detector.expectation.panel import Panel, market_due_of, totals
from detector.expectation.prior import Prior, posterior
from detector.history.timeline import Blocks
from detector.kernels import kernels_ready, parallel_map
from detector.settings import Settings

Array = NDArray[np.float64]

_ROUNDS = 3
_WEEK_COMPLAINTS = 40.0
"""Complaints that a category's week must have to weigh as much as the market's factor."""
_DAY_COMPLAINTS = 60.0
"""Complaints that a day must have to weigh as much as the week around it."""
_CLIP_SDS = 4.0
_PART = 4_096
"""Sellers summed at a time: their panel stays in a core's cache."""


def estimate_market(panel: Panel, prior: Prior, blocks: Blocks, settings: Settings) -> Market:
    """Estimate the market's factors from the panel of all sellers, or of a sample of them."""
    factor = np.ones(panel.counts.shape[1:])
    for _ in range(_ROUNDS):
        base = prior.rate * factor
        seen, due = _sums(panel, base, factor, prior, settings)
        factor = _factor(seen, due, blocks)
    counts = panel.counts.sum(axis=0)
    windows = [counts[:days].sum(axis=0) for days in settings.windows_days]
    return Market(factor, np.stack(windows), counts[:, 0])


def _sums(
    panel: Panel, base: Array, factor: Array, prior: Prior, settings: Settings
) -> tuple[Array, Array]:
    """(B, C) plausible complaints of all sellers, and what their own rates make due."""

    market_due = market_due_of(panel, base, settings.guard_days)

    def of_part(first: int) -> tuple[Array, Array]:
        part = Panel(panel.counts[first : first + _PART], panel.exposure[first : first + _PART])
        rate, _variance = posterior(*totals(part, base, settings.guard_days), prior, market_due)
        return _sums_of(part, base, factor, rate)

    seen, due = np.zeros(base.shape), np.zeros(base.shape)
    # Parts are of one size and added in their order, so that sums round alike on any machine.
    for part_seen, part_due in parallel_map(of_part, range(0, len(panel), _PART)):
        seen += part_seen
        due += part_due
    return seen, due


def _sums_of(panel: Panel, base: Array, factor: Array, rate: Array) -> tuple[Array, Array]:
    if kernels_ready():
        from detector.expectation import panel_kernel

        sums: tuple[Array, Array] = panel_kernel.market_sums(
            panel.counts, panel.exposure, base, factor, rate, _CLIP_SDS
        )
        return sums
    mean = rate[:, None, :] * (panel.exposure[:, :, None] * base)
    plausible = mean + _CLIP_SDS * np.sqrt(mean + 0.2 * mean**2) + 2.0
    seen = np.minimum(panel.counts, plausible).sum(axis=0)
    return seen, (mean / np.maximum(factor, 1e-12)).sum(axis=0)


def _factor(seen: Array, due: Array, blocks: Blocks) -> Array:
    """(B, C) complaints over dues, shrunk where complaints are few."""
    level = _weekly_level(seen, due, blocks)
    level = level * _weekday(seen, due * level, blocks)
    return (seen + _DAY_COMPLAINTS * level) / (due + _DAY_COMPLAINTS)


def _weekly_level(seen: Array, due: Array, blocks: Blocks) -> Array:
    seen_week, due_week = _around(seen, blocks), _around(due, blocks)
    overall = (seen_week[:, :1] + 1.0) / (due_week[:, :1] + 1.0)
    usual = seen.sum(axis=0) + 1.0
    usual = usual / ((due * overall).sum(axis=0) + 1.0)
    towards = overall * usual
    return np.asarray((seen_week + _WEEK_COMPLAINTS * towards) / (due_week + _WEEK_COMPLAINTS))


def _around(values: Array, blocks: Blocks) -> Array:
    """Sums over the seven days around each single day; weeks stand for themselves."""
    sums = values.copy()
    daily = blocks.daily
    padded = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values[:daily], axis=0)])
    first = np.clip(np.arange(daily) - 3, 0, daily - 7)
    sums[:daily] = padded[first + 7] - padded[first]
    return sums


def _weekday(seen: Array, due: Array, blocks: Blocks) -> Array:
    """(B, C) how each weekday differs from its week, over all single days."""
    factor = np.ones_like(seen)
    for weekday in range(7):
        days = slice(weekday, blocks.daily, 7)
        ratio = (seen[days].sum(axis=0) + _WEEK_COMPLAINTS) / (
            due[days].sum(axis=0) + _WEEK_COMPLAINTS
        )
        factor[days] = ratio
    return factor
