"""This week against the four weeks before it: the rule of thumb."""

from __future__ import annotations

from typing import Final

from training.backtest.daily_counts import DailyCounts
from training.backtest.references.reference import Array, Reference, Scorer


def _fitted(counts: DailyCounts, until: int, seed: int) -> Scorer:  # noqa: ARG001
    def scorer(day: int) -> Array:
        week = counts.window(day, 7)[:, 0]
        before = counts.window(day - 7, 28)[:, 0]
        return (week + 1.0) / (before / 4.0 + 1.0)

    return scorer


RATIO: Final = Reference(
    name="7-day/28-day ratio",
    does=(
        "Complaints of the last 7 days over a quarter of those of the 28 days before, "
        "one added to both."
    ),
    source="a rule of thumb; smoothed by one as in Laplace's rule of succession",
    fitted=_fitted,
)
