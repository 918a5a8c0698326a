"""What moves the complaints of a group: a region, a carrier, a warehouse, a brand.

Where complaints name a group, the sellers of one that fails stand out together, and none of them
has done anything. So each group has a factor beside the market's: its complaints over what its
sellers' own rates make due. It is shrunk to the market's, which is 1 here: by far the most groups
are as the market is, and a few are not at all (a mixture of two gamma distributions).

A seller's complaints are expected in its usual groups, by their shares of its complaints before
the windows, and its own complaints are left out of its groups' factors: a group that holds one
seller alone says nothing about it. Complaints that name no group say nothing of groups.
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
from detector.kernels import parallel_map
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
_FLOOR_MIN: Final = 0.5
"""Least factor of a seller, however much of a market is up."""
_PART: Final = 4_096
"""Sellers looked at at a time, which bounds memory."""
_CLIP_SDS: Final = 4.0
"""How far above its expectation a seller's count may be and count for its group."""


@dataclass(frozen=True, slots=True)
class Groups:
    """The complaints of a market's G groups in each window and column beside what is due there.

    What is due to all groups together is as many as name one: where the column begins or ends, or
    is filled in part, no group is up or down for that.
    """

    names: tuple[str, ...]
    """(G,) the largest groups, in ascending order."""
    shares: Array
    """(G,) of the complaints before the windows that name one of them."""
    named: float
    """Share of all complaints before the windows that do."""
    seen: Array
    """(G, W, C) plausible complaints."""
    due: Array
    """(G, W, C) what the sellers' own rates make due, were all groups alike."""
    scatter: Array
    """(G, W, C) variance of `seen` beyond Poisson, from the scatter of each seller."""
    scale: Array
    """(W, C) complaints that name a group, of those that would if all did."""

    def times(self, step: int) -> Groups:
        """The same of a market of which every `step`-th seller was looked at."""
        sampled = (step - 1) * step * self.due
        return replace(
            self,
            seen=step * self.seen,
            due=step * self.due,
            scatter=step**2 * self.scatter + sampled,
        )


_NONE: Final = np.zeros((0, 0, 0))
NO_GROUPS: Final = Groups((), np.zeros(0), 0.0, _NONE, _NONE, _NONE, np.zeros((0, 0)))
"""Of a market whose complaints name none."""


@dataclass(frozen=True, slots=True)
class ByGroup:
    """n sellers' complaints in W windows and C columns, by each of a market's G groups.

    Only k pairs of a seller and a group stand here, those with a complaint, by seller and group.
    """

    seller: NDArray[np.int64]
    """(k,) index among the sellers."""
    group: NDArray[np.int64]
    """(k,) index among the groups."""
    own: Array
    """(k,) share of the seller's complaints that its own past gives to the group."""
    rest: Array
    """(n,) the share of each seller's complaints that falls as the market's do."""
    follows: Array
    """(n,) how much a seller follows its groups, 0 to 1: less where it names one more rarely."""
    counts: Array
    """(k, W, C) complaints of the pair."""

    def assumed(self, shares: Array) -> Array:
        """(k,) the share of a pair for which the market's `shares` (G,) alone speak."""
        return np.asarray(self.rest[self.seller] * shares[self.group])

    def due(self, mean: Array, shares: Array) -> Array:
        """(k, W, C) complaints due to each pair, of the `mean` (n, W, C) due to the seller."""
        usual = self.follows[self.seller] * (self.own + self.assumed(shares))
        return np.asarray(usual[:, None, None] * mean[self.seller])


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


@dataclass(frozen=True, slots=True)
class _Filed:
    """m complaints: whose, of which group (`width` - 1 is none), how old, and what past weight."""

    seller: NDArray[np.int64]
    group: NDArray[np.int64]
    age: NDArray[np.int64]
    """Days before the instant."""
    weight: Array
    """As in the baseline; 0 in the longest window."""
    width: int


def _filed(history: History, as_of: int, names: Sequence[str], settings: Settings) -> _Filed:
    number = {name: place for place, name in enumerate(names)}
    none = len(names)
    complaints = history.complaints
    group = np.full(len(complaints), none, dtype=np.int64)
    if complaints.group is not None:
        of_each = [number.get(name, none) for name in history.groups]
        group = np.array([*of_each, none], dtype=np.int64)[complaints.group]
    age = (as_of - 1 - complaints.filed_at) // DAY_US
    past = (age >= settings.windows_days[-1]) & (age < settings.baseline_days)
    weight = np.where(past, 0.5 ** (age / settings.half_life_days), 0.0)
    return _Filed(complaints.seller.astype(np.int64), group, age, weight, none + 1)


def by_group(
    history: History,
    as_of: int,
    names: Sequence[str],
    named: float,
    columns: tuple[str, ...],
    settings: Settings,
) -> ByGroup:
    """The complaints of n sellers by the groups of a market; the history ends before `as_of`.

    `names` are the groups', and `named` is the share of the market's past complaints in any.
    """
    filed = _filed(history, as_of, names, settings)
    n, none = len(history.sellers), filed.width - 1
    is_named = (filed.group < none) & (filed.age < settings.baseline_days)
    pairs, pair = np.unique(
        filed.seller[is_named] * filed.width + filed.group[is_named], return_inverse=True
    )
    seller, group = np.divmod(pairs, filed.width)
    past = np.bincount(pair, weights=filed.weight[is_named], minlength=len(pairs))
    in_any = np.bincount(seller, weights=past, minlength=n)
    total = np.bincount(filed.seller, weights=filed.weight, minlength=n)
    row = np.full(len(filed.seller), -1)
    row[is_named] = pair
    counts = _counts(history, row, len(pairs), filed.age, columns, settings)
    prior = in_any + _SHARE_COMPLAINTS
    follows = np.minimum(prior / (named * total + _SHARE_COMPLAINTS), 1.0)
    rest = np.asarray(_SHARE_COMPLAINTS / prior, dtype=np.float64)
    return ByGroup(seller, group, past / prior[seller], rest, follows, counts)


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
    filed = _filed(history, as_of, names, settings)
    volume = np.bincount(filed.group, weights=filed.weight, minlength=filed.width)
    in_any = float(volume[:-1].sum())
    named = in_any / max(float(volume.sum()), 1e-9)
    shares: Array = np.asarray((volume[:-1] + 1.0 / len(names)) / (in_any + 1.0), dtype=np.float64)
    sums = np.zeros((3, len(names), *mean.shape[1:]))

    def of_part(first: int) -> Array:
        last = min(first + _PART, len(mean))
        part = by_group(history.part(first, last), as_of, names, named, columns, settings)
        return _sums(part, mean[first:last], shares)

    for part in parallel_map(of_part, range(0, len(mean), _PART)):
        sums += part
    seen, due, scatter = sums
    all_due = due.sum(axis=0)
    scale = np.divide(seen.sum(axis=0), all_due, out=np.zeros_like(all_due), where=all_due > 0.0)
    due, scatter = due * scale, scatter * scale**2
    return Groups(names, shares, named, seen, due, scatter, scale)


def _sums(filed: ByGroup, mean: Array, shares: Array) -> Array:
    """(3, G, W, C) plausible complaints, dues and scatter of some sellers' groups."""
    due = filed.due(mean, shares)
    sums = np.stack([_summed(part, filed.group, len(shares)) for part in _own(filed.counts, due)])
    # Who has no complaint of a group may have one, as far as the market's share goes.
    rest = (filed.rest * filed.follows)[:, None, None] * mean
    others = rest.sum(axis=0) - _summed(rest[filed.seller], filed.group, len(shares))
    sums[1] += shares[:, None, None] * np.maximum(others, 0.0)
    return sums


def _summed(values: Array, place: NDArray[np.int64], places: int) -> Array:
    """(P, …) sums of values (k, …) by their place."""
    found = np.zeros((places, *values.shape[1:]))
    if len(place):
        order = np.argsort(place, kind="stable")
        ordered = place[order]
        first = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
        found[ordered[first]] = np.add.reduceat(values[order], first, axis=0)
    return found


def factor_of_groups(filed: ByGroup, mean: Array, groups: Groups) -> tuple[Array, Array]:
    """How many times the `mean` (n, W, C) is due from sellers whose groups are as they are.

    Also the variance of that, relative to its square, by chance. Both are (n, W, C).
    """
    market = groups.seen, groups.due, groups.scatter
    own = _own(filed.counts, filed.due(mean * groups.scale, groups.shares))
    others = (
        np.maximum(all_of[filed.group] - part, 0.0)
        for all_of, part in zip(market, own, strict=True)
    )
    of_pair, pair_variance = group_factor(*others)
    of_group, group_variance = group_factor(*market)
    share, assumed = (part[:, None, None] for part in (groups.shares, filed.assumed(groups.shares)))
    usual = filed.own[:, None, None] + assumed
    rest, follows = (part[:, None, None] for part in (filed.rest, filed.follows))
    n = len(mean)
    factor = rest * (share * of_group).sum(axis=0)
    factor += _summed(usual * of_pair - assumed * of_group[filed.group], filed.seller, n)
    variance = rest**2 * (share**2 * group_variance).sum(axis=0)
    more = usual**2 * pair_variance - assumed**2 * group_variance[filed.group]
    variance += _summed(more, filed.seller, n)
    factor = 1.0 + follows * (np.maximum(factor, _floor(of_group, share)) - 1.0)
    return factor, follows**2 * np.maximum(variance, 0.0) / factor**2


def _floor(of_group: Array, share: Array) -> Array:
    """(W, C) the least factor of a seller: as far as groups that are up leave it to the others.

    A group that falls, or goes by another name, is nothing that its sellers have to follow.
    """
    up = share * (of_group > 1.0)
    left = (1.0 - (up * of_group).sum(axis=0)) / np.maximum(1.0 - up.sum(axis=0), 1e-9)
    return np.asarray(np.clip(left, _FLOOR_MIN, 1.0))


def in_groups(filed: ByGroup, mean: Array, groups: Groups, least: float) -> InGroups:
    """The pairs with at least so many complaints due in the longest window, of all categories.

    Only those with a past in the group: others stand in `filed` because they have a complaint.
    """
    due = filed.due(mean * groups.scale, groups.shares)
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
