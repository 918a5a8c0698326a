"""The oracle: a Bayes factor that knows each seller's true rate, mix and dispersion.

It sees the counts that the detector sees, and instead of learnt expectations the simulator's own
intensity and dispersion. What it misses cannot be found from counts by window. The oracle's finds
that the detector misses are the cost of learning.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy import special

from detector.evidence.surprise import evidence
from detector.settings import DEFAULT
from training.backtest.daily_counts import DailyCounts
from training.backtest.references.reference import Array, Reference, Scorer
from training.simulator import Truth

NAME: Final = "told the truth"
"""The oracle's name in reports and in their JSON, which other programs read."""


def oracle(truth: Truth, sellers: tuple[str, ...]) -> Reference:
    """The oracle of a simulated market; scores n sellers in the order of their ids `sellers`."""
    place = {seller: number for number, seller in enumerate(truth.sellers)}
    rows = np.array([place[seller] for seller in sellers], dtype=np.int64)

    def fitted(counts: DailyCounts, until: int, seed: int) -> Scorer:  # noqa: ARG001
        return _scorer(counts, truth, rows)

    return Reference(
        name=NAME,
        does=(
            "Bayes factor of a spike in the last 3, 7, 14 and 28 days, in all complaints or one "
            "category, averaged over windows, categories and sizes, given the simulator's true "
            "expected complaints and dispersion. It does not look at buyers or evidence."
        ),
        source="what could be known from counts by window; R. E. Kass, A. E. Raftery, "
        "1995, Bayes factors, JASA 90:773",
        fitted=fitted,
    )


def _scorer(counts: DailyCounts, truth: Truth, rows: np.ndarray) -> Scorer:
    columns = [truth.categories.index(name) for name in counts.columns[1:]]
    intensity = truth.intensity[rows].astype(np.float64)
    dispersion = truth.dispersion[rows]
    expected = _cumulated(intensity[:, :, columns])
    total = intensity.sum(axis=2)
    total_until, squares_until = _cumulated(total), _cumulated(total**2)

    def scorer(day: int) -> Array:
        d = day - truth.first_day
        parts = [
            _evidence(
                counts.window(day, days),
                expected[:, d] - expected[:, max(d - days, 0)],
                total_until[:, d] - total_until[:, max(d - days, 0)],
                (squares_until[:, d] - squares_until[:, max(d - days, 0)]) * dispersion,
                truth.linear_dispersion,
            )
            for days in DEFAULT.windows_days
        ]
        return np.asarray(special.logsumexp(np.stack(parts, 1), axis=1) - np.log(len(parts)))

    return scorer


def _evidence(counts: Array, expected: Array, total: Array, extra: Array, linear: float) -> Array:
    """(n,) evidence in one window.

    `extra` (n,) is the variance of its count from varying intensity; `linear` is the further
    variance for each expected complaint.
    """
    mean = np.maximum(np.concatenate([total[:, None], expected], axis=1), 1e-6)
    quadratic = extra / np.maximum(total, 1e-6) ** 2
    shape = np.clip(1.0 / np.maximum(quadratic[:, None] + linear / mean, 1e-12), 1e-3, 1e6)
    parts = evidence(counts, mean, shape, DEFAULT.excess_sds)
    categories = special.logsumexp(parts[:, 1:], axis=1) - np.log(parts.shape[1] - 1)
    return np.asarray(np.logaddexp(parts[:, 0], categories) - np.log(2.0))


def _cumulated(values: Array) -> Array:
    """Sums over the days before each day, (n, d + 1, …)."""
    start = np.zeros_like(values[:, :1])
    return np.concatenate([start, np.cumsum(values, axis=1)], axis=1)
