"""What a month's row counts is spread over the month, whole and in order."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from detector.durations import DAY_US
from training.tables.importers.months import spread, spread_by_day
from training.tables.instants import instant_of

years = st.integers(1990, 2030)
firsts = st.builds(lambda y, m: instant_of(f"{y}-{m:02}-01"), years, st.integers(1, 12))
rows = st.lists(st.tuples(firsts, st.integers(0, 400)), min_size=1, max_size=6)


def columns(some):
    days, counts = (np.array(values, dtype=np.int64) for values in zip(*some, strict=True))
    return days, counts


def month_of(instants):
    return instants.astype("datetime64[us]").astype("datetime64[M]")


@given(rows)
def test_all_that_is_counted_comes_in_its_month_and_evenly(some):
    days, counts = columns(some)
    found = spread(days, counts, None)
    assert len(found) == counts.sum()
    place = np.repeat(np.arange(len(days)), counts)
    assert (month_of(found) == month_of(days)[place]).all()
    for row, count in enumerate(counts.tolist()):
        gaps = np.diff(found[place == row])
        assert (gaps >= 0).all()
        if count > 2:
            assert gaps.max() - gaps.min() <= 2


def test_many_rows_of_one_are_spread_evenly_as_well():
    days = np.full(300, instant_of("2024-05-01"))
    found = np.sort(spread(days, np.ones(300, dtype=np.int64), None))
    assert np.diff(found).max() < 3 * 31 * DAY_US / 300
    assert np.diff(found).min() > 31 * DAY_US / 300 / 3


@given(rows, st.integers(0, 40 * DAY_US))
def test_nothing_comes_after_now(some, past):
    days, counts = columns(some)
    now = int(days.max()) + past
    assert (spread(days, counts, now) <= now).all()
    _, day, _ = spread_by_day(days, counts, now)
    assert (day <= now).all()


@given(rows)
def test_a_months_days_have_all_of_it_in_parts_that_differ_by_one(some):
    days, counts = columns(some)
    place, day, part = spread_by_day(days, counts, None)
    assert (np.bincount(place, weights=part, minlength=len(days)) == counts).all()
    assert (month_of(day) == month_of(days)[place]).all()
    for row in range(len(days)):
        own = part[place == row]
        assert own.max() - own.min() <= 1
        assert len(own) in (28, 29, 30, 31)
