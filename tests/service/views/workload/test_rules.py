"""How long work takes and how often the machine was right, as sums."""

from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.durations import MINUTE_US
from service.views.workload.rules import (
    BOUNDS,
    CASES_MIN,
    WAITS_MIN,
    WORKING_DAY_US,
    ClosedCase,
    bands_of,
    minutes_a_case,
    waits_of,
)

CHANCES = st.floats(0, 1)
CASES = st.builds(
    lambda seller, opened, length, chance: ClosedCase(seller, opened, opened + length, chance),
    st.sampled_from("abc"),
    st.integers(0, 100),
    st.integers(0, 50),
    CHANCES,
)
VERDICTS = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 150)), max_size=10)


@given(st.lists(CASES, max_size=60), VERDICTS)
def test_every_case_is_in_one_band_and_a_share_lies_in_its_interval(cases, upheld):
    bands = bands_of(cases, upheld)
    assert sum(band.cases for band in bands) == len(cases)
    assert [band.up_to for band in bands] == [*BOUNDS, 1.0]
    for band in bands:
        assert (band.share is None) == (band.cases < CASES_MIN)
        if band.share is not None:
            assert -1e-12 <= band.low <= band.share + 1e-12
            assert band.share - 1e-12 <= band.high <= 1 + 1e-12
            assert 1 - band.up_to <= band.promised <= 1 - band.over


@given(
    st.lists(CASES, max_size=30), VERDICTS, st.tuples(st.sampled_from("abc"), st.integers(0, 150))
)
def test_one_more_verdict_never_lowers_what_was_upheld(cases, upheld, another):
    before, after = bands_of(cases, upheld), bands_of(cases, [*upheld, another])
    assert all(a.upheld <= b.upheld for a, b in zip(before, after, strict=True))


@pytest.mark.parametrize(("decided_at", "upheld"), [(9, 0), (10, 1), (20, 1), (21, 0)])
def test_a_verdict_counts_from_opening_to_closing(decided_at, upheld):
    bands = bands_of([ClosedCase("a", 10, 20, 0.005)], [("a", decided_at), ("b", 15)])
    assert bands[0].upheld == upheld


def test_wilsons_interval_of_half_of_twenty():
    cases = [ClosedCase(f"{n}", 0, 10, 0.2) for n in range(20)]
    band = bands_of(cases, [(f"{n}", 5) for n in range(10)])[2]
    assert (band.share, band.promised) == (0.5, pytest.approx(0.8))
    assert (round(band.low, 4), round(band.high, 4)) == (0.2993, 0.7007)


@given(st.lists(st.integers(0, 10**12), max_size=40))
def test_half_wait_no_longer_than_nine_tenths(spans):
    waits = waits_of(spans)
    assert waits.count == len(spans)
    assert (waits.median is None) == (len(spans) < WAITS_MIN)
    if waits.median is not None:
        assert min(spans) <= waits.median <= waits.most <= max(spans)


@given(st.lists(st.integers(1, 480), min_size=CASES_MIN, max_size=60), st.integers(0, 20))
def test_minutes_a_case_are_the_median_of_those_within_a_working_day(minutes, waited):
    spans = [m * MINUTE_US for m in minutes] + [WORKING_DAY_US + 1] * waited
    assert minutes_a_case(spans) == median(minutes)


def test_too_few_cases_tell_no_minutes():
    assert minutes_a_case([MINUTE_US] * (CASES_MIN - 1)) is None
