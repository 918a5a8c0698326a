"""Complaints drawn from the model without a change, as many as there were, to learn what is odd."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.expectation.shares import Shares
from detector.makeup.changes import factors_of
from detector.makeup.factor import STEADINESS, log_own_steadiness, usual
from detector.makeup.prior import MakeUpPrior
from detector.makeup.tallies import Tally

Array = NDArray[np.float64]
Rows = NDArray[np.int64]
_LEAST: Final = 1e-300
"""Keeps a row of weights that all vanish from being divided by nothing."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """One attribute of sellers at several instants."""

    tally: Tally
    """Its rows are numbered over all instants."""
    now: Array
    """(k, W, B) the market's shares at the instant of each row."""
    then: Array
    """(k, B)"""
    own: Array
    """(k, J) logarithm of how likely each steadiness is of each seller."""


def gathered(
    seen: Sequence[tuple[dict[str, Tally], Shares]], sizes: Sequence[int], prior: MakeUpPrior
) -> dict[str, Gathered]:
    """The tallies of all instants together; `sizes` is how many sellers each instant has."""
    firsts = np.cumsum([0, *sizes[:-1]])
    found = {}
    for number, name in enumerate(prior.attributes):
        there = [(f, t[name], s) for f, (t, s) in zip(firsts, seen, strict=True) if name in t]
        if not there:
            continue
        shares = [s.of(number, t.parts) for _, t, s in there]
        lengths = [len(t.rows) for _, t, _ in there]
        then = np.repeat(np.stack([then for _, then in shares]), lengths, axis=0)
        blocks = np.concatenate([t.blocks for _, t, _ in there])
        alike, _, steadiness = prior.of(number)
        tally = Tally(
            np.concatenate([t.rows + first for first, t, _ in there]),
            np.concatenate([t.recent for _, t, _ in there]),
            blocks.sum(axis=1),
            blocks[:0],  # what they tell is in `own`
        )
        now = np.repeat(np.stack([now for now, _ in shares]), lengths, axis=0)
        own = log_own_steadiness(blocks, then, alike, steadiness)
        found[name] = Gathered(tally, now, then, own)
    return found


def factors_seen(found: Mapping[str, Gathered], prior: MakeUpPrior, rows: int) -> Array:
    """(n, A) factors of n rows, as they were."""
    factors = np.zeros((rows, len(prior.attributes)))
    for number, name in enumerate(prior.attributes):
        if name in found:
            one = found[name]
            alike, steady, _ = prior.of(number)
            of_it = factors_of(one.tally, one.now, one.then, alike, steady, one.own.__getitem__)
            factors[one.tally.rows, number] = of_it
    return factors


def factors_drawn(
    found: Mapping[str, Gathered], prior: MakeUpPrior, rows: Rows, rng: np.random.Generator
) -> Array:
    """(m, A) factors of m rows, which may repeat, with what is recent drawn without a change."""
    factors = np.zeros((len(rows), len(prior.attributes)))
    for number, name in enumerate(prior.attributes):
        if name not in found:
            continue
        one = found[name]
        place = np.searchsorted(one.tally.rows, rows)
        place = np.minimum(place, len(one.tally.rows) - 1)
        there = np.flatnonzero(one.tally.rows[place] == rows) if len(one.tally.rows) else place[:0]
        taken = place[there]
        now, then, own = one.now[taken], one.then[taken], one.own[taken]
        recent, past = one.tally.recent[taken], one.tally.past[taken]
        alike, steady, _ = prior.of(number)
        drawn = _drawn(recent, past, now[:, -1], then, alike, own, rng)
        tally = Tally(there, drawn, past, one.tally.blocks)
        factors[there, number] = factors_of(tally, now, then, alike, steady, own.__getitem__)
    return factors


def _drawn(
    recent: Array,
    past: Array,
    now: Array,
    then: Array,
    alike: float,
    own: Array,
    rng: np.random.Generator,
) -> Array:
    """(k, W, B) recent parts drawn, by the steadiness that each seller's own past shows."""
    chosen = (np.exp(own).cumsum(axis=1) < rng.random(len(own))[:, None]).sum(axis=1)
    each = np.array(STEADINESS)[np.minimum(chosen, len(STEADINESS) - 1)]
    alpha = usual(past, now, then, alike).alpha(each[:, None])
    weight = rng.standard_gamma(alpha) + _LEAST
    share = weight / weight.sum(axis=1, keepdims=True)
    sizes = np.diff(recent.sum(axis=2), axis=1, prepend=0.0).astype(np.int64)
    parts = [rng.multinomial(sizes[:, w], share) for w in range(sizes.shape[1])]
    return np.cumsum(np.stack(parts, axis=1), axis=1, dtype=np.float64)
