"""Laws of the queue's order."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.durations import DAY_US
from detector.errors import BadInput
from detector.priority import STANDARD, Stakes, base_of, in_words, order_of, urgency_of

shares = st.floats(0.0, 1.0)
stakes = st.builds(
    Stakes,
    q_value=shares,
    exposure=st.floats(0.0, 1e9),
    category=st.sampled_from(["counterfeit", "damaged", "brigade", ""]),
    points_share=shares,
    belief=st.floats(0.0, 1.5),
)
instants = st.integers(0, 4 * 10**15)


def priority(case, due_at, now):
    return math.fsum(base_of(case).values()) + urgency_of(due_at, now)


@given(stakes, stakes, instants, instants, instants)
def test_the_stored_order_is_the_order_at_every_instant(one, other, due, due_other, now):
    kept = order_of(base_of(one), due) - order_of(base_of(other), due_other)
    shown = priority(one, due, now) - priority(other, due_other, now)
    assert shown == pytest.approx(kept, abs=1e-4)


@given(stakes, stakes)
def test_nobody_starves(small, large):
    days = 2 + (priority(large, 0, 0) - priority(small, 0, 0)) * STANDARD.doubling_days / math.log(
        2
    )
    waited = int(max(days, 0) * DAY_US)
    assert priority(small, 0, waited) > priority(large, waited, waited)


@given(stakes, shares)
def test_a_likelier_case_never_comes_later(case, q_value):
    other = replace(case, q_value=q_value)
    likelier, less = sorted((case, other), key=lambda s: s.q_value)
    assert priority(likelier, 0, 0) >= priority(less, 0, 0)


@given(stakes, st.floats(0.0, 1e9))
def test_more_orders_at_risk_never_come_later(case, exposure):
    other = replace(case, exposure=exposure)
    less, more = sorted((case, other), key=lambda s: s.exposure)
    assert priority(more, 0, 0) >= priority(less, 0, 0)


@given(stakes, st.floats(0.0, 1.5))
def test_believed_complainants_never_come_later(case, belief):
    other = replace(case, belief=belief)
    less, more = sorted((case, other), key=lambda s: s.belief)
    assert priority(more, 0, 0) >= priority(less, 0, 0)


@given(stakes, st.floats(-5.0, 5.0))
def test_cases_that_were_upheld_before_never_come_later_and_nothing_learnt_is_no_part(case, taught):
    less, more = sorted((case, replace(case, past_cases=taught)), key=lambda s: s.past_cases)
    assert priority(more, 0, 0) >= priority(less, 0, 0)
    assert "past_cases" not in base_of(case)


def test_strangers_change_nothing():
    assert base_of(Stakes(0.1, 1.0, "", 1.0))["complainants"] == 0.0


def test_a_day_of_waiting_weighs_as_much_as_a_doubling():
    assert urgency_of(0, DAY_US) == pytest.approx(math.log(2))


@pytest.mark.parametrize(
    "case",
    [
        Stakes(1.1, 1.0, "", 1.0),
        Stakes(math.nan, 1.0, "", 1.0),
        Stakes(0.1, -1.0, "", 1.0),
        Stakes(0.1, math.inf, "", 1.0),
        Stakes(0.1, 1.0, "", 2.0),
        Stakes(0.1, 1.0, "", 1.0, -1.0),
        Stakes(0.1, 1.0, "", 1.0, past_cases=math.nan),
    ],
)
def test_stakes_outside_their_range_are_refused(case):
    with pytest.raises(BadInput):
        base_of(case)


def test_the_parts_are_told_with_their_units():
    case = Stakes(q_value=0.02, exposure=36.0, category="counterfeit", points_share=0.5, belief=1.0)
    assert in_words(base_of(case), hours_left=71.2) == [
        "chance 98 %",
        "36 orders a week at risk",
        "4 times for category",
        "1.4 times for standing",
        "due in 71 h",
    ]
    assert in_words({}, hours_left=-5.0) == ["overdue by 5 h"]


@pytest.mark.parametrize(
    ("times", "said"), [(24_000.0, "24,000"), (123.0, "120"), (9.96, "10"), (0.25, "0.25")]
)
def test_a_weight_of_any_size_is_told_without_powers_of_ten(times, said):
    (weight, _) = in_words({"harm": math.log(times)}, hours_left=1.0)
    assert weight == f"{said} times for harm"


@given(stakes, st.floats(-1e6, 1e6))
def test_any_case_can_be_told(case, hours_left):
    chance, orders, *_, due = in_words(base_of(case), hours_left=hours_left)
    assert chance.endswith("%")
    assert orders.endswith("at risk")
    assert due.endswith("h")
