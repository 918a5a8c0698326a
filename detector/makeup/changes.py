"""Whether sellers' complaints are made up otherwise than before, attribute by attribute."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.evidence.reasons import NOTABLE, Finding
from detector.evidence.surprise import log_mean_exp
from detector.expectation.baseline import Windows
from detector.expectation.panel import ALL
from detector.expectation.shares import Shares
from detector.history.history import History
from detector.makeup.attributes import parts_of, words_for
from detector.makeup.factor import (
    joint,
    log_changed,
    log_factor,
    log_own_steadiness,
    log_unchanged,
    usual,
)
from detector.makeup.prior import MakeUpPrior
from detector.makeup.tallies import RECENT_DAYS, Tally, tallies_of

Array = NDArray[np.float64]
Own = Callable[[NDArray[np.int64]], Array]

_OWN_FROM: Final = 1.0
"""Where a factor's logarithm is above, the seller's own steadiness is looked at as well."""
SILENCE: Final = "(silence)"
"""The kind of fewer complaints than due."""
_SILENCE: Final = (0.1, 0.35)
"""What is left of the complaints of a seller that falls silent."""
CHANGES_SHARE: Final = 0.2
"""Chance of each attribute to have changed, where a seller has."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What n sellers' complaints are made of, beside before."""

    factors: Array
    """(n, A + 1) logarithm of the Bayes factor of a change of each attribute, then of silence; 0
    where an attribute is absent, or a seller has too few complaints."""
    tallies: dict[str, Tally]
    shares: Shares
    prior: MakeUpPrior
    windows: Windows
    silence: Array
    """(n, W) of silence, in each window of `RECENT_DAYS` that the windows have."""

    @property
    def by_name(self) -> dict[str, Array]:
        """(n,) the factors of each attribute and of silence."""
        names = (*self.prior.attributes, SILENCE)
        return {name: self.factors[:, number] for number, name in enumerate(names)}

    @property
    def notable(self) -> NDArray[np.bool_]:
        """(n,) whether any change of a seller is worth a sentence."""
        return np.asarray((self.factors >= NOTABLE).any(axis=1))


def columns_of_changes(factors: Array) -> Array:
    """(n, A + 2) for the forest: that all may have changed, then each factor; none below 0."""
    together = joint(factors, CHANGES_SHARE)
    return np.maximum(np.column_stack([together, factors]), 0.0)


def changes_at(
    known: History,
    as_of: int,
    windows: Windows,
    days: Sequence[int],
    columns: Sequence[str],
    prior: MakeUpPrior,
    shares: Shares,
) -> Changes:
    """The changes of n sellers, from what was known of them before `as_of` (microseconds UTC).

    `windows` are their counts beside what was expected, `days` the windows' lengths.
    """
    factors = np.zeros((len(known.sellers), len(prior.attributes) + 1))
    tallies: dict[str, Tally] = {}
    if len(shares.lately) == len(prior.attributes):
        tallies = tallies_of(known, as_of, prior.attributes, columns)
    for number, name in enumerate(prior.attributes):
        if name in tallies:
            tally = tallies[name]
            now, then = shares.of(number, tally.parts)
            alike, steady, steadiness = prior.of(number)

            def own(
                some: NDArray[np.int64],
                blocks: Array = tally.blocks,
                then: Array = then,
                alike: float = alike,
                steadiness: Array = steadiness,
            ) -> Array:
                return log_own_steadiness(blocks[some], then, alike, steadiness)

            factors[tally.rows, number] = factors_of(tally, now, then, alike, steady, own)
    silence = silence_of(windows, days)
    factors[:, -1] = total_silence(silence)
    return Changes(factors, tallies, shares, prior, windows, silence)


def factors_of(
    tally: Tally, now: Array, then: Array, alike: float, steady: float, own: Own
) -> Array:
    """(k,) logarithm of the factor of one attribute, averaged over the windows.

    `now` (W, B) or (k, W, B) and `then` (B,) or (k, B) are the market's shares. `own` gives of some
    rows the logarithm of how likely each steadiness is.
    """
    recent, past, changed = tally.recent, tally.past, log_changed(tally.recent, now)
    found = log_mean_exp(changed - log_unchanged(recent, past, now, then, alike, steady), 1)
    some = np.flatnonzero(found > _OWN_FROM)
    if len(some) == 0:
        return found
    if now.ndim > 2:  # each has shares of its own
        now, then = now[some], then[some]
    unchanged = log_unchanged(recent[some], past[some], now, then, alike, own(some))
    by_own = log_mean_exp(changed[some] - unchanged, 1)
    found[some] = np.minimum(found[some], by_own)
    return found


def silence_of(windows: Windows, days: Sequence[int]) -> Array:
    """(n, W) logarithm of the Bayes factor of fewer complaints than due, in all complaints."""
    long = [w for w, length in enumerate(days) if length in RECENT_DAYS]
    counts, mean = windows.counts[:, long, 0], windows.mean[:, long, 0]
    shape = windows.shape[:, long, 0]
    each = [
        counts * np.log(left) - (counts + shape) * np.log1p((left - 1.0) * mean / (shape + mean))
        for left in _SILENCE
    ]
    return log_mean_exp(np.stack(each), 0)


def total_silence(silence: Array) -> Array:
    """(n,) logarithm of the factor of silence (n, W), averaged over the windows; 0 without any."""
    return log_mean_exp(silence, 1) if silence.shape[1] else np.zeros(len(silence))


def change_findings(
    changes: Changes, columns: Sequence[str], days: Sequence[int]
) -> dict[int, list[Finding]]:
    """What of the complaints has changed and is worth a sentence, by seller."""
    found: dict[int, list[Finding]] = {}
    for number, name in enumerate(changes.prior.attributes):
        sellers = np.flatnonzero(changes.factors[:, number] >= NOTABLE)
        if len(sellers):
            of_each = _findings(sellers, number, name, changes, columns)
            for seller, finding in zip(sellers.tolist(), of_each, strict=True):
                found.setdefault(seller, []).append(finding)
    for seller in np.flatnonzero(changes.factors[:, -1] >= NOTABLE).tolist():
        found.setdefault(seller, []).append(_silent(seller, changes, days))
    return found


def _findings(
    sellers: NDArray[np.int64], number: int, name: str, changes: Changes, columns: Sequence[str]
) -> list[Finding]:
    """Of each seller the part of an attribute, and the window, that speak most for a change."""
    tally, prior, shares = changes.tallies[name], changes.prior, changes.shares
    tally = tally.take(np.searchsorted(tally.rows, sellers))
    now, then = shares.of(number, tally.parts)
    alike, steady, _ = prior.of(number)
    windows = log_factor(tally.recent, tally.past, now, then, alike, steady).argmax(axis=1)
    alpha = usual(tally.past, now[windows], then, alike).alpha(steady)
    share = alpha / alpha.sum(axis=1, keepdims=True)
    counts = tally.recent[np.arange(len(sellers)), windows]
    of = counts.sum(axis=1)
    expected = of[:, None] * share
    excess = counts * np.log(np.maximum(counts, 1e-9) / expected)
    names = parts_of(name, columns)
    return [
        Finding(
            column=name,
            days=RECENT_DAYS[windows[row]],
            complaints=int(counts[row, part]),
            expected=float(expected[row, part]),
            evidence=float(changes.factors[seller, number]),
            part=names[part],
            of=int(of[row]),
            words=words_for(name, names[part]),
        )
        for row, (seller, part) in enumerate(zip(sellers, excess.argmax(axis=1), strict=True))
    ]


def _silent(seller: int, changes: Changes, days: Sequence[int]) -> Finding:
    long = [w for w, length in enumerate(days) if length in RECENT_DAYS]
    w = long[int(changes.silence[seller].argmax())]
    return Finding(
        column=ALL,
        days=days[w],
        complaints=int(changes.windows.counts[seller, w, 0]),
        expected=float(changes.windows.mean[seller, w, 0]),
        evidence=float(changes.factors[seller, -1]),
    )
