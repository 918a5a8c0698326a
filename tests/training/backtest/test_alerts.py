"""Alert policies: never more than the budget, never an open case twice."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from training.backtest.alerts import OPEN_DAYS, queue_alerts, threshold_alerts
from training.backtest.scores import Scores

values = arrays(
    np.float64,
    st.tuples(st.integers(1, 40), st.integers(1, 8)),
    elements=st.sampled_from([-np.inf, 0.0, 1.0, 1.0, 2.5, 7.0]),
)
budgets = st.sampled_from([0.3, 1.0, 2.0, 5.0])


def scores_of(matrix) -> Scores:
    return Scores(100 + np.arange(len(matrix)), np.asarray(matrix, dtype=float))


@given(values, budgets)
def test_no_day_has_more_alerts_than_the_budget(matrix, budget):
    alerts = queue_alerts(scores_of(matrix), budget)
    per_day = np.bincount(alerts.day - 100, minlength=1)
    assert per_day.max(initial=0) <= np.ceil(budget)
    assert len(alerts) <= budget * len(matrix) + 1e-9


@given(values, budgets)
def test_an_open_case_is_not_opened_again(matrix, budget):
    for policy in (queue_alerts, threshold_alerts):
        alerts = policy(scores_of(matrix), budget)
        for seller in np.unique(alerts.seller):
            days = alerts.day[alerts.seller == seller]
            assert (np.diff(days) >= OPEN_DAYS).all()


@given(values, budgets)
def test_a_threshold_gives_no_more_alerts_than_the_queue_may(matrix, budget):
    alerts = threshold_alerts(scores_of(matrix), budget)
    assert len(alerts) <= budget * len(matrix) + 1e-9


@given(values, budgets)
def test_alerts_of_a_day_do_not_depend_on_later_days(matrix, budget):
    half = len(matrix) // 2
    early = queue_alerts(scores_of(matrix[:half]), budget)
    whole = queue_alerts(scores_of(matrix), budget)
    assert np.array_equal(early.seller, whole.seller[whole.day < 100 + half])


def test_the_best_scored_come_first_and_ties_go_to_the_first_seller():
    alerts = queue_alerts(scores_of([[1.0, 3.0, 3.0, -np.inf]]), 4)
    assert alerts.seller.tolist() == [1, 2, 0]


def test_half_an_alert_a_day_is_one_every_second_day():
    alerts = queue_alerts(scores_of(np.tile([1.0, 2.0, 3.0, 4.0], (4, 1))), 0.5)
    assert alerts.day.tolist() == [101, 103]


def test_days_between_tested_days_hand_on_their_budget():
    scores = Scores(np.array([100, 103]), np.tile(np.arange(9.0), (2, 1)))
    assert np.unique(queue_alerts(scores, 1).day, return_counts=True)[1].tolist() == [3, 3]


@pytest.mark.parametrize("policy", [queue_alerts, threshold_alerts])
def test_where_nobody_has_a_score_nobody_is_alerted(policy):
    assert len(policy(scores_of(np.full((3, 4), -np.inf)), 2)) == 0
