"""What moves the complaints of a group: a region, a carrier, a warehouse, a brand.

Where complaints name a group, the sellers of one that fails stand out together, and none of them
has done anything. So each group has a factor beside the market's: its complaints over what its
sellers' own rates make due. It is shrunk to the market's, which is 1 here: by far the most groups
are as the market is, and a few are not at all (a mixture of two gamma distributions).

A seller's complaints are expected in its usual groups, by their shares of its complaints before
the windows, and its own complaints are left out of its groups' factors: a group that holds one
seller alone says nothing about it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import special

from detector.durations import DAY_US
from detector.expectation.panel import column_rows
from detector.history.history import UNKNOWN, History
from detector.settings import Settings

Array = NDArray[np.float64]

_GROUPS_MAX: Final = 50
"""Groups with a factor of their own, by volume; the others count as none."""
_SHARE_COMPLAINTS: Final = 5.0
"""Complaints made up as the market's that are assumed besides a seller's own past ones."""
_CHANGED: Final = 0.02
"""Chance of a group to be otherwise than the market in a column and window."""
_CHANGED_SHAPE: Final = 1.0
"""Of the gamma distribution of its factor then, with mean 1."""
_STEADY_VARIANCE: Final = 0.01
"""Of the factor of any other group, beside what its sellers' scatter brings."""
_SCATTER: Final = 0.1
"""Relative variance of a seller's count beyond Poisson, as assumed for sums over sellers."""
_CLIP_SDS: Final = 4.0
"""How far above its expectation a seller's count may be and count for its group."""


@dataclass(frozen=True, slots=True)
class Groups:
    """The complaints of a market's G groups in each window and column beside what is due."""

    names: tuple[str, ...]
    """(G,) the largest groups, in ascending order."""
    shares: Array
    """(G + 1,) of all complaints before the windows; the last is of those without a group."""
    seen: Array
    """(G, W, C) plausible complaints."""
    due: Array
    """(G, W, C) what the sellers' own rates make due, were the group as the market is."""
    scatter: Array
    """(G, W, C) variance of `seen` beyond Poisson, from the scatter of each seller."""

    def times(self, step: int) -> Groups:
        """The same of a market of which every `step`-th seller was looked at."""
        seen, due, scatter = (step * part for part in (self.seen, self.due, self.scatter))
        return replace(self, seen=seen, due=due, scatter=scatter)


_NONE: Final = np.zeros((0, 0, 0))
NO_GROUPS: Final = Groups((), np.ones(1), _NONE, _NONE, _NONE)
"""Of a market whose complaints name none."""


@dataclass(frozen=True, slots=True)
class ByGroup:
    """n sellers' complaints in W windows and C columns, by each of a market's G groups.

    Only k pairs of a seller and a group stand here, those with a complaint, by seller and group.
    """

    shares: Array
    """(G + 1,) of the market's complaints; the last is without a group."""
    seller: NDArray[np.int64]
    """(k,) index among the sellers."""
    group: NDArray[np.int64]
    """(k,) index among the groups."""
    own: Array
    """(k,) share of the seller's complaints that its own past gives to the group."""
    without: Array
    """(n,) the same of no group."""
    rest: Array
    """(n,) the share of each seller's complaints that falls as the market's do."""
    counts: Array
    """(k, W, C) complaints of the pair."""

    @property
    def usual(self) -> Array:
        """(k,) share of the seller's complaints that is expected in the group."""
        return self.own + self.assumed

    @property
    def assumed(self) -> Array:
        """(k,) the part of that for which the market's share alone speaks."""
        return np.asarray(self.rest[self.seller] * self.shares[self.group])

    def due(self, mean: Array) -> Array:
        """(k, W, C) complaints due to each pair, of the `mean` (n, W, C) due to the seller."""
        return np.asarray(self.usual[:, None, None] * mean[self.seller])


@dataclass(frozen=True, slots=True)
class InGroups:
    """k pairs of a seller and a group of which enough complaints are due to tell of the group."""

    seller: NDArray[np.int64]
    """(k,) index among the sellers."""
    group: NDArray[np.int64]
    """(k,) index among the market's groups."""
    counts: Array
    """(k, W, C)"""
    mean: Array
    """(k, W, C) due, were the group as the market is."""


def by_group(
    history: History,
    as_of: int,
    names: Sequence[str],
    columns: tuple[str, ...],
    settings: Settings,
    shares: Array | None = None,
) -> ByGroup:
    """The complaints of n sellers by the named groups; the history ends before `as_of`.

    `shares` (G + 1,) are the market's; those of these sellers together where they are all of it.
    """
    number = {name: place for place, name in enumerate(names)}
    width = len(names) + 1
    of_each = [number.get(name, width - 1) for name in history.groups]
    place = np.array([*of_each, width - 1], dtype=np.int64)
    complaints = history.complaints
    group = np.zeros(0, dtype=np.int64) if complaints.group is None else place[complaints.group]
    age = (as_of - 1 - complaints.filed_at) // DAY_US
    known = age < settings.baseline_days
    pairs, pair = np.unique(
        complaints.seller[known].astype(np.int64) * width + group[known], return_inverse=True
    )
    past = age[known] >= settings.windows_days[-1]
    weight = np.where(past, 0.5 ** (age[known] / settings.half_life_days), 0.0)
    weights = np.bincount(pair, weights=weight, minlength=len(pairs))
    seller, group = np.divmod(pairs, width)
    if shares is None:
        filed = np.bincount(group, weights=weights, minlength=width)
        shares = (filed + 1.0 / width) / (filed.sum() + 1.0)
    total = np.bincount(seller, weights=weights, minlength=len(history.sellers))
    own = weights / (total[seller] + _SHARE_COMPLAINTS)
    is_named = group < width - 1
    without = np.zeros(len(total))
    without[seller[~is_named]] = own[~is_named]
    number_of = np.where(is_named, np.cumsum(is_named) - 1, -1)
    row = np.full(len(complaints), -1)
    row[known] = number_of[pair]
    counts = _counts(history, row, int(is_named.sum()), age, columns, settings)
    rest = np.asarray(_SHARE_COMPLAINTS / (total + _SHARE_COMPLAINTS), dtype=np.float64)
    return ByGroup(shares, seller[is_named], group[is_named], own[is_named], without, rest, counts)


def _counts(
    history: History,
    row: NDArray[np.int64],
    rows: int,
    age: NDArray[np.int64],
    columns: tuple[str, ...],
    settings: Settings,
) -> Array:
    """(k, W, C) complaints in each window; `row` (m,) says in which row each counts, if in any."""
    width = len(settings.windows_days)
    # Each complaint in the shortest window that holds it; longer ones hold it, too.
    window = np.searchsorted(np.asarray(settings.windows_days), age, side="right")
    inside = (window < width) & (row >= 0)
    place = row * width + window
    found = np.zeros((rows, width, len(columns)))
    for column, chosen in column_rows(history, columns, settings):
        which = place[inside if chosen is None else inside & chosen]
        counts = np.bincount(which, minlength=rows * width).reshape(rows, width)
        found[:, :, column] = counts.cumsum(axis=1)
    return found


def groups_of(
    history: History, as_of: int, mean: Array, columns: tuple[str, ...], settings: Settings
) -> Groups:
    """The groups of a market at an instant (microseconds UTC).

    `mean` (n, W, C) is what is due from each seller, were all groups alike.
    """
    names = _largest(history)
    if not names:
        return NO_GROUPS
    filed = by_group(history, as_of, names, columns, settings)
    seen, due, scatter = (
        _summed(part, filed.group, len(names)) for part in _own(filed.counts, filed.due(mean))
    )
    # Who has no complaint of a group may have one, as far as the market's share goes.
    rest = filed.rest[:, None, None] * mean
    others = rest.sum(axis=0) - _summed(rest[filed.seller], filed.group, len(names))
    due += filed.shares[:-1, None, None] * others
    return Groups(names, filed.shares, seen, due, scatter)


def _summed(values: Array, place: NDArray[np.int64], places: int) -> Array:
    """(P, W, C) sums of values (k, W, C) by their place."""
    found = np.zeros((places, *values.shape[1:]))
    np.add.at(found, place, values)
    return found


def factor_of_groups(filed: ByGroup, mean: Array, groups: Groups) -> tuple[Array, Array]:
    """How many times the `mean` (n, W, C) is due from sellers whose groups are as they are.

    Also the variance of that, relative to its square, by chance. Both are (n, W, C).
    """
    market = groups.seen, groups.due, groups.scatter
    own = _own(filed.counts, filed.due(mean))
    others = (
        np.maximum(all_of[filed.group] - part, 0.0)
        for all_of, part in zip(market, own, strict=True)
    )
    of_pair, pair_variance = group_factor(*others)
    of_group, group_variance = group_factor(*market)
    share, assumed, usual = (
        part[:, None, None] for part in (filed.shares[:-1], filed.assumed, filed.usual)
    )
    of_market = (share * of_group).sum(axis=0) + filed.shares[-1]
    factor = filed.without[:, None, None] + filed.rest[:, None, None] * of_market
    np.add.at(factor, filed.seller, usual * of_pair - assumed * of_group[filed.group])
    by_chance = (share**2 * group_variance).sum(axis=0)
    variance = filed.rest[:, None, None] ** 2 * by_chance
    more = usual**2 * pair_variance - assumed**2 * group_variance[filed.group]
    np.add.at(variance, filed.seller, more)
    return factor, np.maximum(variance, 0.0) / factor**2


def in_groups(filed: ByGroup, mean: Array, least: float) -> InGroups:
    """The pairs with at least so many complaints due in the longest window, of all categories.

    Only those with a past in the group: others stand in `filed` because they have a complaint.
    """
    due = filed.due(mean)
    some = (due[:, -1, 0] >= least) & (filed.own > 0.0)
    return InGroups(filed.seller[some], filed.group[some], filed.counts[some], due[some])


def group_factor(seen: Array, due: Array, scatter: Array) -> tuple[Array, Array]:
    """The factors (…) that complaints `seen` over those `due` tell, and their variance by chance.

    `scatter` is the variance of `seen` beyond Poisson.
    """
    steady = 1.0 / (_STEADY_VARIANCE + scatter / np.maximum(due, 1e-9) ** 2)
    odds = np.log(_CHANGED) - np.log1p(-_CHANGED)
    odds = odds + _log_marginal(seen, due, _CHANGED_SHAPE) - _log_marginal(seen, due, steady)
    changed = special.expit(odds)
    parts = [(changed, _CHANGED_SHAPE), (1.0 - changed, steady)]
    factor = sum(chance * (seen + shape) / (due + shape) for chance, shape in parts)
    sampled = sum(chance**2 * (due + scatter) / (due + shape) ** 2 for chance, shape in parts)
    return np.asarray(factor), np.asarray(factor * sampled)


def _log_marginal(seen: Array, due: Array, shape: Array | float) -> Array:
    """Log probability of Poisson counts whose factor is gamma distributed with mean 1.

    Without the terms that do not depend on `shape`.
    """
    rising = special.gammaln(seen + shape) - special.gammaln(shape)
    return np.asarray(rising + shape * np.log(shape) - (seen + shape) * np.log(due + shape))


def _largest(history: History) -> tuple[str, ...]:
    """The groups with most complaints, in ascending order of their names."""
    group = history.complaints.group
    if group is None:
        return ()
    volume = np.bincount(group[group != UNKNOWN], minlength=len(history.groups))
    first = np.argsort(-volume, kind="stable")[:_GROUPS_MAX]
    return tuple(history.groups[code] for code in sorted(first.tolist()) if volume[code])


def _own(counts: Array, due: Array) -> tuple[Array, Array, Array]:
    """(n, W, C) what each seller adds to its group: plausible complaints, dues, scatter."""
    scatter = _SCATTER * due**2
    plausible = due + _CLIP_SDS * np.sqrt(due + scatter) + 2.0
    return np.minimum(counts, plausible), due, scatter
