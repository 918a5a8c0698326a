"""What the compiled passes give is what NumPy gives, to the last bit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.durations import DAY_US
from detector.expectation.baseline import Market, windows_of
from detector.expectation.delay import DelayDistribution
from detector.expectation.exposure import exposure_of
from detector.expectation.market import estimate_market
from detector.expectation.panel import columns_of, panel_of
from detector.expectation.prior import Prior
from detector.history.building import history_of
from detector.history.timeline import blocks_of
from detector.settings import DEFAULT, Settings

INSTANT = 500 * DAY_US


@pytest.fixture(scope="module")
def both(kernels_used):
    """What a function gives without the kernels, and with them."""

    def both(compute):
        with kernels_used(False):
            plain = compute()
        with kernels_used(True):
            return plain, compute()

    return both


def events(n: int, seed: int, sellers: int = 20, buyers: int = 15) -> dict[str, object]:
    random = np.random.default_rng(seed)
    days = random.choice([0.0, 1.0, 2.5, 30.0, 60.0, 403.0, 430.0], n) + random.integers(0, 30, n)
    buyer = random.integers(0, buyers, n)
    return {
        "seller_id": [f"s{int(i)}" for i in sellers * random.random(n) ** 3],
        "filed_at": INSTANT - 1 - (days * DAY_US).astype(np.int64),
        "category": [f"c{i}" for i in random.integers(0, 12, n)],
        "evidence_count": random.integers(-1, 3, n),
        "buyer_id": [None if b == 0 else f"b{b}" for b in buyer],
    }


def panel(history):
    columns = columns_of(history, DEFAULT)
    return panel_of(history, INSTANT, columns, DelayDistribution(np.ones(1), 1.0, 0), DEFAULT)


@given(st.integers(1, 300), st.integers(0, 10_000), st.integers(1, 40))
def test_one_pass_counts_what_masks_and_bincount_count(both, n, seed, sellers):
    history = history_of(events(n, seed, sellers))
    plain, compiled = both(lambda: panel(history).counts)
    assert np.array_equal(plain, compiled)


@pytest.mark.parametrize(
    "absent", [("evidence_count",), ("buyer_id",), ("evidence_count", "buyer_id")]
)
def test_columns_that_the_history_lacks_are_not_counted(both, absent):
    columns = {k: v for k, v in events(200, 0).items() if k not in absent}
    plain, compiled = both(lambda: panel(history_of(columns)).counts)
    assert np.array_equal(plain, compiled)


def test_a_category_named_like_a_column_across_is_not_mixed_up_with_it(both):
    columns = events(200, 0) | {"category": ["without evidence", "all"] * 100}
    plain, compiled = both(lambda: panel(history_of(columns)).counts)
    assert np.array_equal(plain, compiled)


def test_many_buyers_of_one_seller_find_room(both):
    history = history_of(events(5000, 1, sellers=1, buyers=3000))
    plain, compiled = both(lambda: panel(history).counts)
    assert np.array_equal(plain, compiled)


def test_columns_that_may_not_be_written_to_are_counted_alike(both):
    history = history_of(events(200, 3))
    expected = both(lambda: panel(history).counts)[1]
    for name in ("seller", "filed_at", "category", "evidence", "buyer"):
        getattr(history.complaints, name).flags.writeable = False
    assert np.array_equal(both(lambda: panel(history).counts)[1], expected)


def prior_for(columns: int) -> Prior:
    sizes, shares = np.array([0.1, 0.5, 4.0]), np.array([0.5, 0.4, 0.1])
    return Prior(
        np.linspace(0.1, 0.02, columns),
        sizes,
        shares,
        2.0,
        shares / 50,
        np.linspace(2.0, 9.0, columns),
    )


@pytest.mark.parametrize("seed", range(5))
def test_the_market_is_the_same_to_the_last_bit(both, seed):
    seen = panel(history_of(events(3000, seed, 200)))
    settings, columns = DEFAULT, seen.counts.shape[2]
    plain, compiled = both(
        lambda: estimate_market(seen, prior_for(columns), blocks_of(settings), settings)
    )
    assert np.array_equal(plain.factor, compiled.factor)


@pytest.mark.parametrize("protect", [True, False])
@pytest.mark.parametrize("seed", range(5))
def test_windows_are_the_same_to_the_last_bit(both, seed, protect):
    seen = panel(history_of(events(3000, seed, 200)))
    settings, columns = Settings(protect_baseline=protect), seen.counts.shape[2]
    random = np.random.default_rng(seed)
    market = Market(
        random.random(seen.counts.shape[1:]) + 0.5,
        random.random((len(settings.windows_days), columns)) * 100,
        random.random(len(seen.counts[0])) * 100,
    )
    plain, compiled = both(
        lambda: windows_of(seen, prior_for(columns), market, blocks_of(settings), settings)
    )
    for name in ("counts", "mean", "shape"):
        assert np.array_equal(getattr(plain, name), getattr(compiled, name)), name


@pytest.mark.parametrize("seed", range(3))
def test_exposure_is_the_same_to_the_last_bit(both, seed):
    random = np.random.default_rng(seed)
    n = 2000
    orders = {
        "seller_id": [f"s{i}" for i in random.integers(0, 30, n)],
        "day": random.integers(20, 505, n).astype(np.int32),
        "orders": random.integers(0, 40, n).astype(float),
    }
    history = history_of(events(300, seed), orders)
    delay = random.random(45) * (random.random(45) < 0.8)
    market_delay = DelayDistribution(delay / delay.sum(), 3.0, 0)
    plain, compiled = both(lambda: exposure_of(history, INSTANT, blocks_of(DEFAULT), market_delay))
    assert np.array_equal(plain, compiled)
