"""What a history shows before any forest is read from a bounded part of the past."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.durations import DAY_US
from detector.errors import NotEnoughHistory
from detector.estimates import estimate, snapshot_instants, training_sample, training_step
from detector.settings import DEFAULT


@given(st.integers(0, 4_000), st.integers(1, 60), st.integers(0, DAY_US - 1))
def test_instants_are_whole_days_before_the_end_and_none_is_in_the_first_third(
    days, snapshots, hour
):
    start = 20_000 * DAY_US + hour
    until = start + days * DAY_US
    instants = snapshot_instants(start, until, replace(DEFAULT, snapshots=snapshots))
    assert instants == sorted(set(instants))
    assert instants[-1] == until
    assert all((until - one) % DAY_US == 0 for one in instants)
    assert all(one - start >= 0.3 * days * DAY_US for one in instants)


@given(st.integers(0, 10_000_000))
def test_as_many_sellers_are_learnt_from_as_memory_allows(sellers):
    step = training_step(sellers)
    assert step >= 1
    assert -(-sellers // step) <= 100_000
    assert step == 1 or -(-sellers // (step - 1)) > 100_000


def test_a_small_market_is_learnt_from_whole(market, training_end):
    known = market.history().as_of(training_end)
    assert training_sample(known) is known


def test_no_complaint_before_the_end_is_not_enough(market):
    with pytest.raises(NotEnoughHistory, match="no complaint"):
        estimate(market.history(), until=0)
