"""The gate lets an honest candidate pass, and refuses a damaged one for its damage alone."""

from dataclasses import replace
from math import log

import numpy as np
import pytest

from models.detectors import LoadedDetector
from models.manifest import Manifest
from training.backtest import gate
from training.backtest.budget_curve import Question
from training.backtest.gate import judge
from training.publishing import facts_of


@pytest.fixture(scope="module")
def champion(market, training):
    facts = facts_of(training, market.history(), seed=3, created_at=0)
    manifest = Manifest(version="v0001", facts=facts, arrays_sha256="aa", libraries={})
    return LoadedDetector(training.trained, manifest)


@pytest.fixture(scope="module")
def question(training_end):
    return Question(until=training_end // 86_400_000_000, days=42, spikes=100, seed=5)


def candidate(champion, trained=None, **facts):
    changed = replace(champion.manifest.facts, **facts)
    manifest = replace(champion.manifest, version="v0002", facts=changed)
    return LoadedDetector(trained or champion.trained, manifest)


def verdict_on(market, one, champion, question):
    return judge(market.history(), one, champion, question, looks=2, created_at=9)


def test_the_same_detector_passes_beside_itself(market, champion, question):
    verdict = verdict_on(market, candidate(champion), champion, question)
    assert verdict.has_passed
    assert (verdict.version, verdict.champion, verdict.spikes) == ("v0002", "v0001", 100)
    by_name = {check.name: check for check in verdict.checks}
    found = by_name["found"]
    assert found.candidate == found.champion > 0.4
    assert found.low == pytest.approx(-found.high)
    assert by_name["flags"].candidate == by_name["flags"].champion
    # The market is too small to tell of its p-values, and flags too few to tell who bears them.
    assert by_name["calibration"].result == "cannot tell"
    assert not by_name["calibration"].stops


def test_what_was_not_learnt_is_refused(market, champion, question):
    verdict = verdict_on(market, candidate(champion, complaints=10), champion, question)
    assert "learnt" in {check.name for check in verdict.refusals}
    for facts, name in (({"complaints": None}, "learnt"), ({"span": (0, 1)}, "days_behind")):
        one = candidate(champion, **facts)
        checks = gate._of_learning(market.history(), one, champion, question)
        assert name in {check.name for check in checks if check.stops}


def without_delay(trained):
    at_once = np.zeros_like(trained.delay.probabilities)
    at_once[0] = 1.0
    return replace(trained, delay=replace(trained.delay, probabilities=at_once))


def with_p_values(trained, times):
    calibration = trained.calibration
    tails = calibration.log_tails + log(times)
    return replace(trained, calibration=replace(calibration, log_tails=tails))


def unsure(trained):
    """No p-value is small, so nobody gets a case."""
    return with_p_values(trained, 1e6)


def too_sure(trained):
    """Every p-value is a quarter of what it should be."""
    calibration = trained.calibration
    return replace(
        trained, calibration=replace(calibration, log_tails=calibration.log_tails - log(4))
    )


def test_a_version_in_use_with_wrong_p_values_is_no_measure_of_right_ones(
    market, champion, question, monkeypatch
):
    monkeypatch.setattr(gate, "SELLER_DAYS_MIN", 1)
    right, wrong = candidate(champion), candidate(champion, too_sure(champion.trained))
    for one, beside, result in (
        (right, wrong, "passed"),
        (wrong, right, "refused"),
        (wrong, wrong, "refused"),
    ):
        verdict = verdict_on(market, one, beside, question)
        [check] = [check for check in verdict.checks if check.name == "calibration"]
        assert check.result == result, check


@pytest.mark.parametrize(("damage", "name"), [(without_delay, "delay_days"), (unsure, "found")])
def test_a_damaged_detector_is_refused_for_its_damage(market, champion, question, damage, name):
    one = candidate(champion, damage(champion.trained))
    verdict = verdict_on(market, one, champion, question)
    assert not verdict.has_passed
    check = next(check for check in verdict.refusals if check.name == name)
    assert check.result == "refused"


def test_the_first_version_has_a_floor_and_nobody_beside_it(market, champion, question):
    verdict = verdict_on(market, candidate(champion), None, question)
    assert verdict.champion is None
    found = next(check for check in verdict.checks if check.name == "found")
    assert found.champion is None
    assert (found.result == "passed") == (found.candidate >= 0.5)
    over_sure = candidate(champion, with_p_values(champion.trained, 1e-9))
    refused = verdict_on(market, over_sure, None, question).refusals
    assert "flagged" in {check.name for check in refused}


def test_a_history_too_short_to_plant_spikes_into_passes_nobody(market, champion, question):
    history = market.history()
    late = history.complaints.filed_at >= (question.until - 30) * 86_400_000_000
    short = replace(history, complaints=history.complaints.take(late))
    verdict = judge(short, candidate(champion), champion, question, looks=2, created_at=9)
    found = next(check for check in verdict.checks if check.name == "found")
    assert (found.result, found.stops) == ("cannot tell", True)
    assert "longer history" in found.limit


@pytest.mark.parametrize(
    ("days", "days_before", "result"),
    [
        ([3] * 40, [3] * 40, "passed"),
        ([3] * 40, [1] * 40, "refused"),
        ([3] * 40, [0] * 40, "refused"),
        ([0] * 39 + [25], [0] * 40, "passed"),
        ([0] * 36 + [16] * 4, [0] * 39 + [11], "passed"),
    ],
    ids=["as before", "thrice", "many sellers", "one seller for weeks", "four sellers for weeks"],
)
def test_many_sellers_are_too_many_flags_and_a_few_for_weeks_are_not(days, days_before, result):
    assert gate._load(flagged_on(days), flagged_on(days_before)).result == result


def flagged_on(days):
    return gate._Judged(None, None, np.zeros(0, dtype=bool), np.array(days), 0.0, 0)


EVEN, ALL_THERE = [2, 0, 0] * 30, [6, 0, 0] * 10 + [0] * 60


@pytest.mark.parametrize(
    ("days", "days_before", "result"),
    [
        (EVEN, EVEN, "passed"),
        (ALL_THERE, ALL_THERE, "passed"),
        (ALL_THERE, [*ALL_THERE[:-1], 1], "passed"),
        (ALL_THERE, EVEN, "refused"),
        ([1] * 10 + [0] * 80, EVEN, "cannot tell"),
    ],
    ids=["as all", "as before", "one flag elsewhere fewer", "now that third alone", "few flags"],
)
def test_a_third_of_the_sellers_may_not_bear_more_than_before(days, days_before, result):
    third = np.arange(90) < 30
    check = gate._fairness("flags_small", flagged_on(days), flagged_on(days_before), third)
    assert check.result == result
