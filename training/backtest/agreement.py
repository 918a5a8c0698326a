"""How often two methods alert the same sellers at about the same time."""

from __future__ import annotations

from typing import Final

import numpy as np

from training.backtest.alerts import Alerts
from training.backtest.intervals import Share, wilson

NEAR_DAYS: Final = 7
"""Two alerts on one seller this close together are about the same thing."""


def shared(ours: Alerts, theirs: Alerts) -> Share:
    """Share of `ours` for which `theirs` has an alert on the same seller within a week."""
    days: dict[int, list[int]] = {}
    for day, seller in zip(theirs.day, theirs.seller, strict=True):
        days.setdefault(int(seller), []).append(int(day))
    both = sum(
        bool(np.abs(np.array(days.get(int(seller), [-(10**6)])) - day).min() <= NEAR_DAYS)
        for day, seller in zip(ours.day, ours.seller, strict=True)
    )
    return wilson(both, len(ours))
