"""A feed of 130 days, as it happened."""

import numpy as np
import pytest

from detector.durations import DAY_US
from detector.history.building import daily_orders, sorted_complaints
from detector.history.history import Complaints, History

FIRST, DAYS, SELLERS = 19_000, 130, 300
HOURS = np.array([1] * 7 + [4] * 5 + [6] * 12)


def feed(seed: int = 0, *, a_day: float = 150.0, orders: bool = True) -> History:
    """Complaints by the hours of waking people, and orders; `a_day` of them in the mean."""
    rng = np.random.default_rng(seed)
    counts = rng.poisson(a_day, DAYS)
    n = int(counts.sum())
    hour = rng.choice(24, n, p=HOURS / HOURS.sum())
    day = FIRST + np.repeat(np.arange(DAYS), counts)
    filed = day * DAY_US + (hour * 3_600_000_000 + rng.integers(0, 3_600_000_000, n))
    complaints = Complaints(
        seller=rng.integers(0, SELLERS, n).astype(np.int32),
        filed_at=filed.astype(np.int64),
        category=rng.choice(3, n, p=[0.5, 0.3, 0.2]).astype(np.int32),
        buyer=rng.integers(0, 10_000, n).astype(np.int32),
    )
    seller_days = np.repeat(np.arange(SELLERS, dtype=np.int32), DAYS)
    days = np.tile(np.arange(FIRST, FIRST + DAYS, dtype=np.int32), SELLERS)
    ordered = rng.poisson(5.0, len(days)).astype(np.float64)
    return History(
        tuple(f"s{n:03}" for n in range(SELLERS)),
        ("damaged", "fake", "late"),
        sorted_complaints(complaints),
        daily_orders(seller_days, days, ordered) if orders else None,
    )


@pytest.fixture(scope="session")
def usual_feed() -> History:
    return feed()
