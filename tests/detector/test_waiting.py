"""Waits of a queue with priorities: the simulation, against the formula and by its laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.durations import DAY_US, HOUR_US
from detector.errors import BadInput
from detector.instants import instant_of
from detector.waiting import Shift, expected_waits, shift_of, waits

ALWAYS = Shift(tuple(range(7)), 0, DAY_US)
OFFICE = shift_of("mon-fri 9-17")

instants = st.integers(0, 60 * DAY_US)
shifts = st.builds(
    lambda days, hours: Shift(tuple(sorted(days)), hours[0] * HOUR_US, hours[1] * HOUR_US),
    st.sets(st.integers(0, 6), min_size=1),
    st.tuples(st.integers(0, 11), st.integers(12, 24)),
)
cases = st.lists(
    st.tuples(instants, st.floats(0, 9), st.integers(1, 9 * HOUR_US)), min_size=1, max_size=40
)


def columns(rows):
    arrived, order, work = zip(*rows, strict=True)
    return np.array(arrived), np.array(order, dtype=float), np.array(work)


def test_a_shift_is_read_and_what_is_none_is_refused():
    assert shift_of("Tue 8.5-12") == Shift((1,), 17 * HOUR_US // 2, 12 * HOUR_US)
    for text in ("", "mon-fri", "fri-mon 9-17", "mon 17-9", "mon 9-25", "some 9-17", "mon nan-3"):
        with pytest.raises(BadInput, match="such as mon-fri 9-17"):
            shift_of(text)


@given(shifts, st.lists(instants, min_size=1, max_size=20))
def test_what_is_worked_until_an_instant_leads_back_to_it_or_to_the_next_shift(shift, given):
    times = np.array(given)
    worked = shift.worked_before(times)
    later = shift.instants_of(worked)
    assert (shift.worked_before(later) == worked).all()
    is_within = (shift.worked_before(times + 1) > worked).tolist()
    assert (later[is_within] == times[is_within]).all()
    ordered = np.sort(times)
    assert (np.diff(shift.worked_before(ordered)) >= 0).all()


def test_a_case_that_comes_on_friday_evening_is_taken_on_monday():
    friday = instant_of("2026-03-06T18:00:00Z")
    found = waits(np.array([friday]), np.ones(1), np.array([HOUR_US]), 1, OFFICE)
    assert found.tolist() == [instant_of("2026-03-09T09:00:00Z") - friday]


@given(cases, st.integers(1, 4), shifts)
def test_more_people_keep_nobody_waiting_longer_in_all_and_none_is_taken_before_it_came(
    rows, people, shift
):
    arrived, order, work = columns(rows)
    same = np.full_like(work, HOUR_US)
    found = waits(arrived, order, same, people, shift)
    assert (found >= 0).all()
    began = np.sort(shift.worked_before(arrived + found))
    one_more = waits(arrived, order, same, people + 1, shift)
    assert (np.sort(shift.worked_before(arrived + one_more)) <= began).all()
    # Never more than `people` at work: who begins next has to wait for the one that many before.
    assert (began[people:] - began[:-people] >= HOUR_US).all()


def test_who_was_idle_begins_when_a_case_comes():
    monday = instant_of("2026-03-02T00:00:00Z")
    hours = np.array([0, 10, 10, 10, 10])
    found = waits(monday + hours * HOUR_US, np.ones(5), np.full(5, HOUR_US), 2, ALWAYS)
    assert sorted((found // HOUR_US).tolist()) == [0, 0, 0, 1, 1]


@given(cases)
def test_of_cases_that_wait_together_the_first_of_the_queue_is_taken_first(rows):
    _, order, work = columns(rows)
    together = np.zeros(len(order), dtype=np.int64)
    found = waits(together, order, work, 1, ALWAYS)
    assert (np.diff(order[np.argsort(found, kind="stable")]) <= 0).all()


@pytest.mark.parametrize(("load", "wait"), [(0.67, 0.27), (0.83, 0.76), (0.95, 3.1)])
def test_without_classes_the_formula_is_that_of_two_servers(load, wait):
    # Two people, three cases an hour each, as in any table of Erlang's C.
    (found,) = expected_waits([load * 6.0], 3.0, 2)
    assert found == pytest.approx(wait, rel=0.05)


def test_a_class_that_is_never_reached_waits_for_ever():
    first, second = expected_waits([5.0, 2.0], 3.0, 2)
    assert first > 0
    assert second is None


@pytest.mark.parametrize("people", [1, 3])
def test_the_simulation_agrees_with_the_formula_where_that_holds(people):
    random = np.random.default_rng(people)
    count, rates, service_rate = 60_000, (0.3 * people, 0.5 * people), 1.0
    arrived = np.cumsum(random.exponential(HOUR_US / sum(rates), count)).astype(np.int64)
    order = (random.random(count) < rates[0] / sum(rates)).astype(float)
    work = random.exponential(HOUR_US / service_rate, count).astype(np.int64)
    found = waits(arrived, order, work, people, ALWAYS) / HOUR_US
    expected = expected_waits(rates, service_rate, people)
    for place, value in ((1.0, expected[0]), (0.0, expected[1])):
        assert found[order == place].mean() == pytest.approx(value, rel=0.12)
