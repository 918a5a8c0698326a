"""How alike sellers are, and how steady, fitted to all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.expectation.shares import Shares
from detector.makeup.factor import (
    STEADINESS,
    cells_of,
    log_changed,
    log_likelihood,
    log_own_steadiness,
    usual,
)
from detector.makeup.tallies import Tally

Array = NDArray[np.float64]

_ALIKE: Final = (1.0, 3.0, 8.0, 20.0, 50.0, 150.0)
_LEFT_OUT: Final = 0.02
"""Of the sellers, those that have changed most: their likelihood is cut at the others'."""
_ROUNDS: Final = 30
_LEAST: Final = 1e-4
_SELLERS_MAX: Final = 20_000
"""Rows fitted to; more change no estimate."""

Seen = Sequence[tuple[dict[str, Tally], Shares]]
"""Of some instants: what sellers filed, and the market's shares."""


@dataclass(frozen=True, slots=True)
class MakeUpPrior:
    """What was learnt of each of A attributes."""

    attributes: tuple[str, ...]
    alike: Array
    """(A,) complaints that the market's shares count for beside a seller's own."""
    steady: Array
    """(A,) how steady the usual seller is, one of `STEADINESS`."""
    steadiness: Array
    """(A, J) share of the sellers that are as steady as each of `STEADINESS`."""

    def of(self, number: int) -> tuple[float, float, Array]:
        """What was learnt of one attribute."""
        return float(self.alike[number]), float(self.steady[number]), self.steadiness[number]


def unfitted(attributes: Sequence[str]) -> MakeUpPrior:
    """A prior that names its attributes and knows nothing."""
    a = len(attributes)
    even = np.full((a, len(STEADINESS)), 1.0 / len(STEADINESS))
    return MakeUpPrior(tuple(attributes), np.ones(a), np.full(a, STEADINESS[0]), even)


def fit_prior(seen: Seen, attributes: Sequence[str]) -> MakeUpPrior:
    """The prior by maximum likelihood: of likeness on a grid, of steadiness by EM."""
    fits = [_fit(seen, name, number) for number, name in enumerate(attributes)]
    return MakeUpPrior(
        tuple(attributes),
        np.array([alike for alike, _, _ in fits]),
        np.array([steady for _, steady, _ in fits]),
        np.array([steadiness for _, _, steadiness in fits]).reshape(-1, len(STEADINESS)),
    )


def _fit(seen: Seen, name: str, number: int) -> tuple[float, float, Array]:
    recent, past, now, then, blocks, rows = [], [], [], [], [], 0
    for tallies, shares in reversed(seen):
        tally = tallies.get(name)
        if tally is None or len(tally.rows) == 0 or rows >= _SELLERS_MAX:
            continue
        k = len(tally.rows)
        share, share_before = shares.of(number, tally.parts)
        recent.append(tally.recent[:, -1:])
        past.append(tally.past)
        blocks.append(tally.blocks)
        now.append(np.broadcast_to(share[-1:], (k, 1, tally.parts)))
        then.append(np.broadcast_to(share_before, (k, tally.parts)))
        rows += k
    if not rows:
        found = unfitted([name])
        return float(found.alike[0]), float(found.steady[0]), found.steadiness[0]
    lately, before = np.concatenate(recent), np.concatenate(past)
    market, market_before = np.concatenate(now), np.concatenate(then)

    changed, cells = log_changed(lately, market)[:, 0], cells_of(lately[:, 0])
    likely = {}
    for alike in _ALIKE:
        as_usual = usual(before, market[:, 0], market_before, alike)
        for steady in STEADINESS:
            against = log_likelihood(cells, as_usual.alpha(steady)) - changed
            least = np.quantile(against, _LEFT_OUT)
            likely[alike, steady] = float(np.maximum(against, least).sum())
    alike, steady = max(likely, key=likely.__getitem__)
    return alike, steady, _steadiness(blocks[0], then[0], alike)


def _steadiness(blocks: Array, then: Array, alike: float) -> Array:
    """(J,) by EM over the sellers of the last instant, which have the longest past."""
    even = np.full(len(STEADINESS), 1.0 / len(STEADINESS))
    likely = np.exp(log_own_steadiness(blocks, then, alike, even))
    prior = even
    for _ in range(_ROUNDS):
        of_each = likely * prior
        prior = np.maximum((of_each / of_each.sum(axis=1, keepdims=True)).mean(axis=0), _LEAST)
        prior = prior / prior.sum()
    return prior
