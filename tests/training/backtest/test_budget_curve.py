"""What budgets buy at a tiny market."""

from itertools import pairwise

import numpy as np
import pytest

from detector.errors import BadInput, NotEnoughHistory
from models.detectors import LoadedDetector
from models.manifest import Manifest
from training.backtest.budget_curve import Question, budget_curve, days_of_curve, watch_of
from training.publishing import facts_of


@pytest.fixture(scope="module")
def loaded(market, training):
    facts = facts_of(training, market.history(), seed=3, created_at=0)
    manifest = Manifest(version="v0001", facts=facts, arrays_sha256="aa", libraries={})
    return LoadedDetector(training.trained, manifest)


@pytest.fixture(scope="module")
def question(start):
    return Question(until=start + 20, days=42, spikes=100, most=4, minutes=25.0, seed=5)


@pytest.fixture(scope="module")
def curve(market, loaded, question):
    return budget_curve(market.history(), loaded, question, created_at=9)


@pytest.fixture(scope="module")
def budgets(curve):
    return curve.budgets


def test_each_budget_is_measured_on_all_planted_spikes(budgets):
    assert [budget.looks for budget in budgets] == [1, 2, 3, 4]
    for budget in budgets:
        assert budget.found.spikes == budget.more.spikes == 100
        assert budget.found.low <= budget.found.value <= budget.found.high
        assert budget.more.low <= budget.more.value <= budget.more.high
        assert budget.found_in_a_week <= budget.found.value


def test_a_larger_budget_opens_no_fewer_cases_and_finds_most_spikes(budgets):
    for small, large in pairwise(budgets):
        assert small.alerts_a_day <= large.alerts_a_day
    assert budgets[-1].found.value > 0.6


def test_false_alarms_are_some_of_the_alerts_and_weekdays_share_them(budgets):
    for budget in budgets:
        assert 0 <= budget.false_a_day <= budget.alerts_a_day
        assert np.mean(budget.by_weekday) == pytest.approx(budget.alerts_a_day)


def test_one_hour_more_is_the_next_budget_of_as_many_looks(budgets, question):
    assert question.more_looks == 2
    for small, large in zip(budgets, budgets[question.more_looks :], strict=False):
        assert small.more.value == pytest.approx(large.found.value - small.found.value)


def test_a_curve_says_what_it_was_measured_with_and_what_was_learnt(curve):
    assert (curve.version, curve.arrays_sha256, curve.created_at) == ("v0001", "aa", 9)
    assert (curve.spikes, curve.more_looks, curve.seed) == (100, 2, 5)
    assert curve.learnt_days == 22


@pytest.mark.parametrize(
    ("known", "days"), [(90, 56), (168, 56), (210, 70), (336, 112), (380, 112), (2_000, 112)]
)
def test_a_curve_takes_a_third_of_the_history_as_far_as_that_helps(known, days):
    assert days_of_curve(known) == days


@pytest.mark.parametrize(("name", "value"), [("days", 41), ("spikes", 99)])
def test_a_question_without_an_answer_is_refused(name, value):
    with pytest.raises(BadInput, match=f"--{name} {value}"):
        Question(until=100, **{name: value})


def test_a_history_too_short_is_refused(market, loaded, start):
    with pytest.raises(NotEnoughHistory, match="nothing to score these days with"):
        watch_of(market.history(), loaded, Question(until=start, days=220))
