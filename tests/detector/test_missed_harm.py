"""Sellers are drawn by known chances, and what was missed lies in its interval."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.missed_harm import COMPLAINTS_MIN, Looked, chances, drawn, missed

counts = st.lists(st.integers(1, 5_000), min_size=1, max_size=60)


@given(counts, st.floats(0.5, 80))
def test_chances_add_up_to_the_size_and_follow_the_complaints(complaints, size):
    numbers = np.array(complaints)
    found = chances(numbers, size)
    assert ((found > 0) & (found <= 1)).all()
    assert np.isclose(found.sum(), min(size, len(complaints)))
    unsure = found < 1
    if unsure.any():
        ratios = found[unsure] / numbers[unsure]
        assert np.allclose(ratios, ratios[0])
        assert not (~unsure).any() or numbers[~unsure].min() >= numbers[unsure].max()


def test_who_has_too_few_complaints_is_not_drawn_and_a_small_frame_is_drawn_whole():
    found = drawn({"few": COMPLAINTS_MIN - 1, "some": 3, "many": 9}, 20, np.random.default_rng(1))
    assert found == {"some": 1.0, "many": 1.0}
    assert drawn({}, 20, np.random.default_rng(1)) == {}


def test_the_same_seed_draws_the_same_whatever_the_order():
    frame = {f"s{n}": n for n in range(3, 200)}
    backwards = dict(reversed(frame.items()))
    first = drawn(frame, 20, np.random.default_rng(5))
    assert first == drawn(backwards, 20, np.random.default_rng(5))
    assert 8 <= len(first) <= 34


@given(
    st.lists(
        st.builds(Looked, st.integers(3, 400), st.floats(0.01, 1.0), st.booleans()),
        min_size=1,
        max_size=80,
    )
)
def test_an_interval_holds_its_estimate_and_widens_with_its_level(looks):
    total = sum(round(look.complaints / look.chance) for look in looks) + 1
    found = missed(looks, total)
    wider = missed(looks, total, level=0.99)
    assert 0 <= wider.low <= found.low <= found.share <= found.high <= wider.high <= 1
    assert (found.share > 0) == any(look.is_harm for look in looks)


def test_of_nobody_nothing_is_said_and_none_found_bounds_it_by_three_in_n():
    assert missed([], 100) is None
    none_found = missed([Looked(10, 0.1, is_harm=False)] * 260, 26_000)
    assert none_found.share == none_found.low == 0
    assert none_found.high == pytest.approx(3.69 / 260, rel=0.01)


def quarter(rng, audits=20, weeks=13, sellers=700, harmful=0.03):
    """A quarter's estimate and the true share, in a market like the simulator's."""
    looks, total, truth = [], 0, 0
    sizes = 3 + rng.geometric(0.12, sellers) * rng.choice([1, 3, 8], sellers, p=[0.8, 0.15, 0.05])
    at_fault = rng.random(sellers) < harmful
    for _ in range(weeks):
        complaints = {str(n): int(y) for n, y in enumerate(rng.poisson(sizes)) if y >= 3}
        total += sum(complaints.values())
        truth += sum(y for n, y in complaints.items() if at_fault[int(n)])
        for seller, chance in drawn(complaints, audits, rng).items():
            looks.append(Looked(complaints[seller], chance, bool(at_fault[int(seller)])))
    return missed(looks, total), truth / total


def test_intervals_of_quarters_hold_the_truth_and_are_narrow_enough():
    found = [quarter(np.random.default_rng(seed)) for seed in range(100)]
    assert sum(one.low <= truth <= one.high for one, truth in found) >= 93
    assert np.median([(one.high - one.low) / 2 for one, _ in found]) <= 0.025
