"""Made-up histories, large and quickly made: the shape of a marketplace, not its story."""

from __future__ import annotations

import numpy as np

from detector.durations import DAY_US
from detector.history.history import Complaints, History

START_DAY = 19_000
DAYS = 400
CATEGORIES = ("counterfeit", "damaged", "not_as_described", "not_received")


def history_of(sellers: int, complaints: int, seed: int = 0) -> History:
    """A history by seller and then time; a few sellers draw most of the complaints."""
    random = np.random.default_rng(seed)
    weight = random.gamma(0.5, 1.0, sellers) + 0.02
    number = random.multinomial(complaints, weight / weight.sum())
    seller = np.repeat(np.arange(sellers, dtype=np.int32), number)
    filed_at = random.integers(0, DAYS * DAY_US, complaints)
    filed_at = filed_at[np.argsort(filed_at, kind="stable")]
    # A stable sort by seller of rows already sorted by time.
    shuffled = random.permutation(seller)
    filed_at = filed_at[np.argsort(shuffled, kind="stable")] + START_DAY * DAY_US
    return History(
        tuple(f"s{i:08d}" for i in range(sellers)),
        CATEGORIES,
        Complaints(
            seller,
            filed_at,
            random.integers(0, len(CATEGORIES), complaints).astype(np.int32),
            random.integers(0, max(complaints // 3, 1), complaints).astype(np.int32),
            random.integers(0, 3, complaints).astype(np.int32),
        ),
    )


def end_of() -> int:
    """The instant at which the made-up histories end."""
    return (START_DAY + DAYS) * DAY_US
