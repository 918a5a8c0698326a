"""What-if: one log under two policies."""

from __future__ import annotations

import pytest

from detector.rules import bundled, event_of
from detector.rules.instants import instant_of
from detector.rules.reports.comparison import Minutes, differences, outcome_of


@pytest.fixture
def outcomes(story):
    def under(*policies, **minutes):
        events = [event_of(one, line) for line, one in enumerate(story.events, 1)]
        return [outcome_of(events, bundled(one), Minutes(**minutes)) for one in policies]

    return under


def test_a_milder_policy_suspends_fewer_and_the_difference_is_named(story, outcomes):
    story.verdict("v1", "2026-03-01").verdict("v2", "2026-03-10").verdict(
        "t", "2026-03-11", seller_id="T"
    )
    standard, milder = outcomes("standard", "aliexpress-ipr")
    assert standard.counts == {"warn": 2, "restrict": 0, "suspend": 1, "remove": 0}
    assert milder.counts == {"warn": 1, "restrict": 1, "suspend": 0, "remove": 0}
    unlike = {one.seller_id: one for one in differences(standard, milder)}
    assert unlike["S"].first.suspend == instant_of("2026-03-10")
    assert (unlike["S"].second.suspend, unlike["T"].second.warn) == (None, None)


def test_a_voided_sanction_is_not_counted(story, outcomes):
    story.verdict("v1", "2026-03-01").verdict("v2", "2026-03-02").reverse("v1", "2026-03-03")
    (standard,) = outcomes("standard")
    assert standard.counts["suspend"] == 0


def test_the_hours_are_the_sum_of_the_work(story, outcomes):
    story.verdict("v1", "2026-03-01").verdict("v2", "2026-03-02", evidence=[])
    story.verdict("v3", "2026-03-03", actor="detector").appeal("a", "2026-03-04", "v1")
    minutes = {
        "verdict": 60,
        "appeal": 120,
        "statement": 6,
        "second_person": 0,
        "evidence_again": 30,
    }
    (standard,) = outcomes("standard", **minutes)
    assert standard.hours == pytest.approx(2 * 1 + 2 + 0.1 + 0.5)
    assert standard.refused == 2


def test_two_equal_policies_differ_in_nothing(story, outcomes):
    story.verdict("v1", "2026-03-01").verdict("v2", "2026-03-02")
    assert differences(*outcomes("standard", "standard")) == []
