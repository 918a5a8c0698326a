"""A cause that many sellers share: a recall, a carrier that fails, a batch of damaged parcels.

The market's factor takes what moves all sellers alike. What moves a part of them in one category is
left, and looks like many sellers that stand out a little each. Here it is told as one thing.

Three kinds of seller are compared: as due, up by one common factor, or with a spike of their own.
The evidence is a ratio of likelihoods of all sellers: with a share of them up, averaged over shares
and factors, against nobody up, at whatever level, share of own spikes and scatter fit best. So its
mean is at most 1 where nothing is shared, and by Markov's inequality 1 / evidence bounds the
p-value (e-values: Vovk and Wang, 2021, Annals of Statistics 49:1736). What the days before show as
well is taken off: sellers that always differ from what is expected share no cause.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import special

from detector.durations import DAY_US
from detector.evidence.surprise import log_mean_exp
from detector.expectation.baseline import Windows
from detector.expectation.panel import ACROSS, ALL, OTHER
from detector.instants import text_of

Array = NDArray[np.float64]

P_MAX: Final = 0.01
"""Largest p-value of a cause that is told. It is a bound: chance brings far fewer."""
DUE_MIN: Final = 0.3
"""Complaints due in the longest window below which a seller tells nothing of the others."""
_SELLERS_MAX: Final = 20_000
"""Sellers asked in a column, every n-th in ascending order of ids; more tell nothing else."""
_MEMBERS_MIN: Final = 5.0
"""Sellers that a common cause takes at least."""
_STEP: Final = 2.0**0.25
_LEVELS: Final = np.float64(_STEP) ** np.arange(-5, 11, dtype=np.float64)
"""Factors of what is due: 0.4 to 5.7."""
_BASE: Final = np.arange(1, 9)
"""Places in `_LEVELS` at which the sellers that are not up may be: 0.5 to 1.7."""
_UP: Final = np.arange(2, 9, 2)
"""By how many steps the others are above them: 1.4 to 4 times."""
_GROUP_TIMES: Final = np.array([1.0, *_STEP ** np.arange(2.0, 17.0, 2.0)])
"""What is due, and how many times as much a group may have: 1.4 to 16."""
_SHARES: Final = (0.04, 0.08, 0.15, 0.3, 0.6)
_OWN: Final = np.array([4.0, 8.0, 16.0])
"""Factors of spikes of one's own."""
_OWN_SHARE: Final = 0.03
"""Of the sellers, that have a spike of their own beside a common cause."""
_OWN_SHARES: Final = (0.0, 0.001, 0.003, 0.01, 0.03, 0.1)
"""The same where there is none: whatever fits best."""
_GROUP_LEVELS: Final = np.linspace(0.9, 1.1, 21)
"""Where the sellers of one group may be while nothing has happened to it."""
_SCATTER: Final = (1.0, 0.7)
"""Factors of the shape where there is none: counts may vary somewhat more than is known."""
_P_MIN: Final = 1e-9
_LEAST_DUE: Final = 0.05
"""Share of what is due in the longest window that the days before the others have at least."""
_POISSON: Final = 1e9
"""Shape from which on a negative binomial is Poisson's, for no float tells more."""
_AT_CHANCE: Final = 0.001
"""Tail of the common factor below which a seller has more than that: a spike of its own."""


@dataclass(frozen=True, slots=True)
class Counted:
    """k counts of sellers, each in a column, with enough due to tell whether others share it.

    Either all complaints of a seller, as expected in its groups, or those in one group alone, as
    expected were the group as the market is.
    """

    seller: NDArray[np.int64]
    """(k,)"""
    column: NDArray[np.int64]
    """(k,)"""
    group: NDArray[np.int64]
    """(k,) index into the market's groups; `NO_GROUP` where all complaints are counted."""
    counts: Array
    """(k, W)"""
    mean: Array
    """(k, W)"""
    shape: Array
    """(k, W)"""


NO_GROUP: Final = -1


class Found(Protocol):
    """What is asked of a finding; see `detector.evidence.reasons.Finding`."""

    @property
    def column(self) -> str: ...  # noqa: D102
    @property
    def days(self) -> int: ...  # noqa: D102
    @property
    def complaints(self) -> int: ...  # noqa: D102
    @property
    def expected(self) -> float: ...  # noqa: D102
    @property
    def of(self) -> int | None: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class CommonCause:
    """A share of the sellers whose complaints of one column are up together."""

    column: str
    days: int
    """In how many days before the instant."""
    times: float
    """How many times as many complaints they have as the other sellers lead to expect."""
    share: float
    """Of the sellers with enough complaints to tell, (0, 1)."""
    of: int
    """How many sellers have enough complaints to tell."""
    p_value: float
    """How often chance brings as much to this market on any day, at most."""
    sellers: tuple[str, ...]
    """Those that are likelier up than not by the likeliest share and factor, the surest first."""
    group: str | None = None
    """The group whose complaints are up, if any; then `sellers` are those with complaints there."""

    def sentence(self, as_of: int) -> str:
        """The cause in words, as seen at an instant in microseconds UTC."""
        what = "Complaints of any kind are" if self.column == ALL else f"“{self.column}” is"
        since = text_of(as_of - self.days * DAY_US)[:10]
        where = (
            f"in about {100 * self.share:.0f} of 100 sellers since {since}: a recall, a carrier, "
            "a warehouse?"
        )
        if self.group is not None:
            where = f"in group “{self.group}”, which {self.of:,} sellers share, since {since}."
        return (
            f"{what} up {self.times:.1f} times {where} Chance brings as much on fewer than one in "
            f"{round(1.0 / self.p_value):,} days."
        )

    def explains(self, findings: Sequence[Found]) -> bool:
        """Whether the strongest finding of a seller is no more than its part in this cause.

        It is of the same column, and holds no more than what is due and what the cause brings. What
        a group brings is expected of its sellers, so it explains nothing that is left.
        """
        if (
            self.group is not None
            or not findings
            or findings[0].of is not None
            or findings[0].column != self.column
        ):
            return False
        first = findings[0]
        within = min(self.days / first.days, 1.0)
        due = first.expected * (1.0 + (self.times - 1.0) * within)
        return bool(special.gammainc(max(first.complaints, 1), due) > _AT_CHANCE)


def counted_of(windows: Windows, columns: Sequence[str]) -> Counted:
    """What n sellers tell of common causes."""
    which = [c for c, name in enumerate(columns) if name not in (*ACROSS, OTHER)]
    seller, place = np.nonzero(windows.mean[:, -1, which] >= DUE_MIN)
    column = np.asarray(which, dtype=np.int64)[place]
    taken = [part[seller, :, column] for part in (windows.counts, windows.mean, windows.shape)]
    found = Counted(seller, column, np.full_like(seller, NO_GROUP), *taken)
    some = windows.in_groups
    if some is None:
        return found
    pair, place = np.nonzero(some.mean[:, -1, which] >= DUE_MIN)
    column, seller = np.asarray(which, dtype=np.int64)[place], some.seller[pair]
    numbers = some.counts[pair, :, column], some.mean[pair, :, column]
    shape = windows.shape[seller, :, column]
    return joined([found, Counted(seller, column, some.group[pair], *numbers, shape)])


def joined(parts: Sequence[Counted]) -> Counted:
    """The counts of several parts of a market as one."""
    names = [field.name for field in fields(Counted)]
    return Counted(*(np.concatenate([getattr(one, name) for one in parts]) for name in names))


def common_causes(
    counted: Counted,
    columns: Sequence[str],
    days: Sequence[int],
    sellers: Sequence[str],
    groups: Sequence[str] = (),
) -> tuple[CommonCause, ...]:
    """The causes that sellers share at an instant, the surest first.

    There is one a column and group at most, and one a column of sellers whatever their groups.
    `days` are the lengths of the W windows, rising. A cause is looked for in all but the longest,
    whose days before it say what is usual.
    """
    if len(counted.column) == 0:
        return ()
    places = np.unique(np.stack([counted.group, counted.column], axis=1), axis=0)
    tries = len(places) * (len(days) - 1)
    least = float(np.log(tries / P_MAX))
    found: list[CommonCause] = []
    for group, column in places.tolist():
        some = np.flatnonzero((counted.column == column) & (counted.group == group))
        in_one = group != NO_GROUP
        if len(some) < (_MEMBERS_MIN if in_one else _MEMBERS_MIN / max(_SHARES)):
            continue
        some = some[:: -(-len(some) // _SELLERS_MAX)]
        shared = _all_up if in_one else _some_up
        best = [shared(counted, some, w, least) for w in range(len(days) - 1)]
        w = int(np.argmax([one.evidence for one in best]))
        p_value = max(float(np.exp(-max(best[w].evidence - np.log(tries), 0.0))), _P_MIN)
        weight = best[w].weight
        surest = np.argsort(-weight, kind="stable")[: int((weight >= 0.5).sum())]
        if p_value > P_MAX or len(surest) < _MEMBERS_MIN:
            continue
        found.append(
            CommonCause(
                columns[column],
                days[w],
                best[w].times,
                float(weight.mean()),
                len(some),
                p_value,
                tuple(sellers[counted.seller[some[place]]] for place in surest),
                groups[group] if in_one else None,
            )
        )
    # A category says more than all complaints together, which are up where it is.
    named = {one.group for one in found if one.column != ALL}
    found = [one for one in found if one.column != ALL or one.group not in named]
    return tuple(sorted(found, key=lambda one: one.p_value))


@dataclass(frozen=True, slots=True)
class _Shared:
    evidence: float
    """Natural logarithm, beyond that of the days before."""
    times: float
    weight: Array
    """(k,) chance that each seller is up."""


def _some_up(counted: Counted, some: NDArray[np.int64], w: int, least: float) -> _Shared:
    """That a share of the sellers is up; what falls short of `least` is not looked into."""
    counts, mean = counted.counts[some], counted.mean[some]
    shape = counted.shape[some]
    evidence, times, weight = _evidence(counts[:, w], mean[:, w], shape[:, w], least)
    if evidence < least:
        return _Shared(evidence, times, weight)
    before, _, _ = _evidence(*_before(counts, mean, shape, w), 0.0)
    return _Shared(evidence - max(before, 0.0), times, weight)


def _before(counts: Array, mean: Array, shape: Array, w: int) -> tuple[Array, Array, Array]:
    """(k,) what the longest window holds before another."""
    due = np.maximum(mean[:, -1] - mean[:, w], _LEAST_DUE * mean[:, -1])
    return counts[:, -1] - counts[:, w], due, shape[:, -1]


def _all_up(counted: Counted, some: NDArray[np.int64], w: int, least: float) -> _Shared:
    """That all sellers of a group are above where they are due to be, or were in the days before.

    What falls short of `least` is not looked into.
    """
    counts, mean, shape = counted.counts[some], counted.mean[some], counted.shape[some]
    totals, levels = _log_likelihoods(counts[:, w], mean[:, w], shape[:, w])
    up = 1 + int(totals[1:].argmax())
    weight = levels[up] / (levels[up] + levels[0])
    evidence = float(log_mean_exp(totals[1:], 0)) - float(totals[0])
    if evidence >= least:
        before, _ = _log_likelihoods(*_before(counts, mean, shape, w))
        usual = _GROUP_TIMES[before.argmax()]
        near = np.concatenate([_GROUP_LEVELS, usual * _GROUP_LEVELS])
        nobody = _nobody_up(counts[:, w], mean[:, w], shape[:, w], near)
        evidence += float(totals[0]) - nobody
    return _Shared(evidence, float(_GROUP_TIMES[up]), weight)


def _log_likelihoods(counts: Array, mean: Array, shape: Array) -> tuple[Array, Array]:
    """(L,) of k sellers that are at each of `_GROUP_TIMES` together, and (L, k) of each of them.

    The former are logarithms; both are relative to what is due.
    """
    at_level = np.exp(_log_ratio(counts, mean, shape, _GROUP_TIMES))
    own = np.exp(_log_ratio(counts, mean, shape, _OWN)).mean(axis=0) * _OWN_SHARE
    return np.log((1.0 - _OWN_SHARE) * at_level + own).sum(axis=1), at_level


def _evidence(counts: Array, mean: Array, shape: Array, least: float) -> tuple[float, float, Array]:
    """Of k sellers in one window: the log evidence, the likeliest factor, and (k,) who is up.

    Evidence below `least` is not looked into, and may be too large.
    """
    at_level = np.exp(_log_ratio(counts, mean, shape, _LEVELS))
    own = np.exp(_log_ratio(counts, mean, shape, _OWN)).mean(axis=0) * _OWN_SHARE
    totals: list[float] = []
    tried: list[tuple[int, int, float]] = []
    for base in _BASE.tolist():
        for up in (base + _UP).tolist():
            if up >= len(_LEVELS):
                continue
            for share in _SHARES:
                rest = (1.0 - _OWN_SHARE - share) * at_level[base] + own
                totals.append(float(np.log(rest + share * at_level[up]).sum()))
                tried.append((base, up, share))
    base, up, share = tried[int(np.argmax(totals))]
    is_up = share * at_level[up]
    weight = is_up / ((1.0 - _OWN_SHARE - share) * at_level[base] + own + is_up)
    evidence = float(log_mean_exp(np.array(totals), 0))
    coarse = np.log((1.0 - _OWN_SHARE) * at_level[_BASE] + own).sum(axis=1)
    if evidence - coarse.max() >= least:
        near = _LEVELS[_BASE[coarse.argmax()]] * np.linspace(0.8, 1.25, 46)
        evidence -= _nobody_up(counts, mean, shape, near)
    else:
        evidence -= coarse.max()
    return evidence, float(_LEVELS[up] / _LEVELS[base]), weight


def _nobody_up(counts: Array, mean: Array, shape: Array, near: Array) -> float:
    """The largest log likelihood where nothing is shared, beside that of what is due.

    Over the level of all sellers, to a thousandth beside the best of those `near` it, the share of
    spikes of their own, and scatter.
    """

    def largest(
        scatter: float, shares: Sequence[float], levels: Array
    ) -> tuple[float, float, float]:
        own = np.exp(_log_ratio(counts, mean, shape, _OWN, scatter)).mean(axis=0)
        at = np.exp(_log_ratio(counts, mean, shape, levels, scatter))
        tried: list[tuple[float, float, float]] = []
        for share in shares:
            totals = np.log((1.0 - share) * at + share * own).sum(axis=1)
            best = int(totals.argmax())
            tried.append((float(totals[best]), float(levels[best]), share))
        return max(tried)

    tried = [(*largest(scatter, _OWN_SHARES, near), scatter) for scatter in _SCATTER]
    _, level, share, scatter = max(tried)
    return largest(scatter, (share,), level * np.linspace(0.99, 1.01, 21))[0]


def _log_ratio(
    counts: Array, mean: Array, shape: Array, levels: Array, scatter: float = 1.0
) -> Array:
    """(L, k) log likelihood ratios of negative binomials with `level` times the mean and with it.

    With `scatter`, the former have so many times the shape. Cut off where a float would overflow:
    such a count fits no level here.
    """
    times, shape = levels[:, np.newaxis], np.minimum(shape, _POISSON)
    other = np.minimum(scatter * shape, _POISSON)
    ratio = counts * np.log(times) + _log_rest(counts, times * mean, other)
    return np.clip(ratio - _log_rest(counts, mean, shape), -600.0, 600.0)


def _log_rest(counts: Array, mean: Array, shape: Array) -> Array:
    """Log probability of counts but for `counts * log(mean)` and what no level or shape changes."""
    rising = special.gammaln(counts + shape) - special.gammaln(shape) - counts * np.log(shape)
    return np.asarray(rising - (counts + shape) * np.log1p(mean / shape))
