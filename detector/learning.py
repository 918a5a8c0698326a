"""Learning from closed cases: how likely a person upholds a case, by the kinds of evidence in it.

A logistic regression whose prior is the present score. Without any closed case the order is the
present one, to the bit; each case moves it a little towards what people found:

    logit P(upheld) = a + b z + w x,    a ~ N(0, 3²),  b ~ N(1, 0.1²),  each w ~ N(0, 0.5²)

z is the score, centred and scaled by the scores of the closed cases. x is the evidence of each kind
that was on record when a case was opened, cut at 12 nats and scaled to [0, 2]. Newton's method
finds the mode, and the curvature there gives intervals (Laplace's approximation).

The prior of b is narrow on purpose. A few hundred labels know less of the score than the evidence
that it sums up, and where moderators are wrong, a free b would turn the order round.

What is learnt moves a seller in the order by a bounded amount. It hides nobody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from detector.errors import BadInput

Array = NDArray[np.float64]

HALF_LIFE_DAYS: Final = 90.0
"""After so many days a case counts half: habits and moderators change."""
MOVED_MAX: Final = 2.0
"""Nats of score that learning moves a seller at most, whatever moderators said."""
EVIDENCE_MAX: Final = 12.0
"""Nats; more evidence of a kind tells no more about what people will find."""
EVIDENCE_UNIT: Final = 6.0
"""Nats of evidence of a kind that its weight is about."""
SPREAD_MIN: Final = 1.0
"""Nats; scores of closed cases that lie closer are not taken apart further."""
LEVEL_SD: Final = 3.0
SLOPE_SD: Final = 0.1
KIND_SD: Final = 0.5
"""Standard deviations of the priors of a, b and each w."""
_STEPS_MAX: Final = 100
_GAIN_MIN: Final = 1e-12


@dataclass(frozen=True, slots=True)
class Lesson:
    """One closed case: what was known when it was opened, and what people found."""

    score: float
    kinds: Mapping[str, float]
    """Evidence by kind, in nats."""
    upheld: bool
    weight: float = 1.0
    """How much it counts; above 0."""


def weight_of(age_days: float) -> float:
    """How much a case counts: half after each half-life."""
    return float(2.0 ** (-max(age_days, 0.0) / HALF_LIFE_DAYS))


@dataclass(frozen=True, slots=True)
class Learnt:
    """What closed cases taught; `NOTHING` is what is known before the first."""

    cases: int
    upheld: int
    kinds: tuple[str, ...]
    """K names, ascending."""
    centre: float
    """Nats; the score at which z is 0."""
    spread: float
    """Nats of score in one z."""
    mean: tuple[float, ...]
    """(K + 2,) a, b and w at the mode."""
    covariance: tuple[tuple[float, ...], ...]
    """(K + 2, K + 2) of these."""

    def moved(self, score: float, kinds: Mapping[str, float]) -> float:
        """Nats that the score of a seller gains by what was learnt, at most `MOVED_MAX`."""
        row = self._row(score, kinds)
        away = (self.mean[1] - 1.0) * row[1] + float(row[2:] @ np.array(self.mean[2:]))
        return float(np.clip(self.spread * away, -MOVED_MAX, MOVED_MAX))

    def chance(self, score: float, kinds: Mapping[str, float]) -> tuple[float, float, float]:
        """How likely a case is upheld, with the bounds of its 95 % interval: low, mode, high."""
        row = self._row(score, kinds)
        middle = float(row @ np.array(self.mean))
        half = 1.96 * float(np.sqrt(row @ np.array(self.covariance) @ row))
        low, mode, high = expit([middle - half, middle, middle + half]).tolist()
        return low, mode, high

    def part(self, score: float, kinds: Mapping[str, float]) -> float:
        """What was learnt as a part of a priority: ln of the chance over that by score alone."""
        by_score = self.mean[0] + (score - self.centre) / self.spread
        learnt = by_score + self.moved(score, kinds) / self.spread
        return float(np.logaddexp(0.0, -by_score) - np.logaddexp(0.0, -learnt))

    def in_words(self) -> list[str]:
        """What was learnt of each kind, in English sentences, the furthest from nothing first."""
        said = []
        for kind in sorted(self.kinds, key=lambda kind: (-abs(self.weight(kind)[1]), kind)):
            low, mode, high = np.exp(self.weight(kind)).tolist()
            sure = "" if low > 1.0 or high < 1.0 else ", which may be chance"
            said.append(
                f"With {EVIDENCE_UNIT:g} nats of {kind}, the odds that a case is upheld are "
                f"{mode:.2g} times those by its score (95 %: {low:.2g} to {high:.2g}){sure}."
            )
        return said

    def weight(self, kind: str) -> tuple[float, float, float]:
        """The weight w of a kind, with the bounds of its 95 % interval: low, mode, high."""
        place = 2 + self.kinds.index(kind)
        half = 1.96 * self.covariance[place][place] ** 0.5
        return self.mean[place] - half, self.mean[place], self.mean[place] + half

    def _row(self, score: float, kinds: Mapping[str, float]) -> Array:
        z = (score - self.centre) / self.spread
        evidence = np.array([kinds.get(name, 0.0) for name in self.kinds])
        return np.array([1.0, z, *_scaled(evidence)])


def learn(lessons: Sequence[Lesson]) -> Learnt:
    """What closed cases teach, whatever their order; without one it is the prior itself.

    Raises BadInput where a number is not finite or a weight is not above 0.
    """
    names = tuple(sorted({name for lesson in lessons for name in lesson.kinds}))
    table = np.array(
        [
            [lesson.score, *(lesson.kinds.get(n, 0.0) for n in names), lesson.upheld, lesson.weight]
            for lesson in lessons
        ]
    ).reshape(len(lessons), len(names) + 3)
    if not np.isfinite(table).all():
        raise BadInput("a closed case: its score, evidence and weight must be finite numbers")
    if (table[:, -1] <= 0.0).any():
        raise BadInput("a closed case: its weight must be above 0")
    # In one order whatever the order given, so that sums are the same to the bit.
    table = table[np.lexsort(table.T)]
    score, upheld, weight = table[:, 0], table[:, -2], table[:, -1]
    centre, spread = _centre_and_spread(score, weight)
    X = np.column_stack([np.ones(len(table)), (score - centre) / spread, _scaled(table[:, 1:-2])])
    mean, covariance = _mode(X, upheld, weight, len(names))
    return Learnt(
        cases=len(lessons),
        upheld=int(upheld.sum()),
        kinds=names,
        centre=centre,
        spread=spread,
        mean=tuple(mean.tolist()),
        covariance=tuple(tuple(row) for row in covariance.tolist()),
    )


def _centre_and_spread(score: Array, weight: Array) -> tuple[float, float]:
    if not len(score):
        return 0.0, SPREAD_MIN
    centre = float(np.average(score, weights=weight))
    spread = float(np.sqrt(np.average((score - centre) ** 2, weights=weight)))
    return centre, max(spread, SPREAD_MIN)


def _mode(X: Array, upheld: Array, weight: Array, kinds: int) -> tuple[Array, Array]:
    """The mode (K + 2,) of the posterior and the inverse of its curvature there."""
    start = np.array([0.0, 1.0, *np.zeros(kinds)])
    precision = np.array([LEVEL_SD, SLOPE_SD, *np.full(kinds, KIND_SD)]) ** -2.0
    at, value = start, _log_posterior(start, start, precision, X, upheld, weight)
    for _ in range(_STEPS_MAX):
        chance = expit(X @ at)
        slope = X.T @ (weight * (upheld - chance)) - precision * (at - start)
        step = np.linalg.solve(_curvature(chance, X, weight, precision), slope)
        # The posterior is concave: a step that is halved often enough always gains.
        size = 1.0
        gained = _log_posterior(at + step, start, precision, X, upheld, weight)
        while gained < value and size > _GAIN_MIN:
            size /= 2.0
            gained = _log_posterior(at + size * step, start, precision, X, upheld, weight)
        if gained <= value + _GAIN_MIN:
            break
        at, value = at + size * step, gained
    covariance = np.linalg.inv(_curvature(expit(X @ at), X, weight, precision))
    return at, np.asarray(covariance, dtype=np.float64)


def _curvature(chance: Array, X: Array, weight: Array, precision: Array) -> Array:
    inner = X.T @ (X * (weight * chance * (1.0 - chance))[:, None])
    return np.asarray(inner + np.diag(precision))


def _log_posterior(
    at: Array, start: Array, precision: Array, X: Array, upheld: Array, weight: Array
) -> float:
    logit = X @ at
    likelihood = weight @ (upheld * logit - np.logaddexp(0.0, logit))
    return float(likelihood - 0.5 * precision @ (at - start) ** 2)


def _scaled(evidence: Array) -> Array:
    return np.asarray(np.clip(evidence, 0.0, EVIDENCE_MAX) / EVIDENCE_UNIT)


NOTHING: Final = learn(())
"""Before the first closed case: the present order."""
