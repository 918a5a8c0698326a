"""What-if: one log under two policies."""

from __future__ import annotations

import pytest

from detector.rules import bundled, event_of, fold
from detector.rules.instants import instant_of
from detector.rules.reports.comparison import KINDS, Minutes, Work, compare, total_of

END = instant_of("2026-04-01")


@pytest.fixture
def compared(story):
    def under(first, second, **times):
        events = enumerate([event_of(one) for one in story.events], 1)
        return compare(events, (bundled(first), bundled(second)), as_of=END, **times)

    return under


def test_a_milder_policy_suspends_fewer_and_the_difference_is_named(story, compared):
    story.verdict("v1", "2026-03-01").verdict("v2", "2026-03-10").verdict(
        "t", "2026-03-11", seller_id="T"
    )
    found = compared("standard", "aliexpress-ipr")
    standard, milder = found.first, found.second
    assert standard.counts == {"warn": 2, "restrict": 0, "suspend": 1, "remove": 0}
    assert milder.counts == {"warn": 1, "restrict": 1, "suspend": 0, "remove": 0}
    unlike = {one.seller_id: one for one in found.differences}
    assert unlike["S"].first.suspend == instant_of("2026-03-10")
    assert (unlike["S"].second.suspend, unlike["T"].second.warn) == (None, None)


def test_a_voided_sanction_is_not_counted(story, compared):
    story.verdict("v1", "2026-03-01").verdict("v2", "2026-03-02").reverse("v1", "2026-03-03")
    assert compared("standard", "standard").first.counts["suspend"] == 0


def counted(**kinds):
    return dict.fromkeys(KINDS, 0) | kinds


def test_sanctions_that_stand_and_voided_ones_are_counted_apart(story, compared):
    story.verdict("v1", "2026-03-01").verdict("v2", "2026-03-02").reverse("v1", "2026-03-03")
    story.verdict("t1", "2026-03-04", seller_id="T").verdict("t2", "2026-03-05", seller_id="T")
    found = compared("standard", "standard").first
    assert found.sanctions == counted(warn=2, suspend=1)
    assert found.voided == counted(suspend=1)
    assert found.counts == counted(warn=2, suspend=1)


def test_what_was_issued_after_the_instant_is_left_out(story, compared):
    story.verdict("v1", "2026-03-01").verdict("v2", "2026-03-20")
    events = list(enumerate([event_of(one) for one in story.events], 1))
    policies = (bundled("standard"), bundled("standard"))
    found = compare(events, policies, as_of=instant_of("2026-03-10"))
    assert found.first.sanctions == counted(warn=1)


@pytest.mark.parametrize(
    ("approvals", "removals", "undone"), [("assumed", 1, 0), ("recorded", 0, 1)]
)
def test_a_declined_removal_is_undone_where_approvals_are_recorded(
    story, compared, approvals, removals, undone
):
    story.verdict("v1", "2026-03-01").verdict("v2", "2026-03-02")
    story.settle("2026-03-02", "approved", nth=1)
    story.verdict("v3", "2026-03-20").verdict("v4", "2026-03-21")
    story.settle("2026-03-22", "declined", nth=2)
    found = compared("standard", "standard", approvals=approvals).first
    assert (found.sanctions["remove"], found.voided["remove"]) == (removals, undone)
    # Two warnings, and a suspension and a removal that each need a second person.
    assert found.work == Work(verdict=4, statement=4, second_person=2)


def test_the_hours_are_the_sum_of_the_work(story, compared):
    story.verdict("v1", "2026-03-01").verdict("v2", "2026-03-02", evidence=[])
    story.verdict("v3", "2026-03-03", actor="detector").appeal("a", "2026-03-04", "v1")
    minutes = {
        "verdict": 60,
        "appeal": 120,
        "statement": 6,
        "second_person": 0,
        "evidence_again": 30,
    }
    standard = compared("standard", "standard").first
    assert standard.work.hours(Minutes(**minutes)) == pytest.approx(2 * 1 + 2 + 0.1 + 0.5)
    assert standard.refused == 2


def test_two_equal_policies_differ_in_nothing(story, compared):
    story.verdict("v1", "2026-03-01").verdict("v2", "2026-03-02")
    assert compared("standard", "standard").differences == []


def test_what_was_recorded_later_is_left_out(story, compared):
    story.verdict("v1", "2026-03-01").verdict("v2", "2026-03-20").appeal("a", "2026-03-21", "v1")
    found = compared("standard", "standard", known_at=instant_of("2026-03-10"))
    assert (found.events, found.first.work.verdict, found.first.work.appeal) == (1, 1, 0)
    assert found.first.counts["suspend"] == 0


def test_the_comparisons_of_a_logs_parts_add_up(story, compared):
    policies = (bundled("standard"), bundled("aliexpress-ipr"))
    story.verdict("v1", "2026-03-01").verdict("v2", "2026-03-02").verdict(
        "t", "2026-03-03", seller_id="A"
    )
    story.verdict("v3", "2026-03-04", evidence=[])
    story.verdict("t2", "2026-03-05", seller_id="A", evidence=[])
    whole = compared("standard", "aliexpress-ipr")
    assert (whole.first.refused, whole.first.work.evidence_again) == (2, 2)
    events = list(enumerate([event_of(one) for one in story.events], 1))
    parts = [
        compare([one for one in events if one[1].seller_id == name], policies, as_of=END)
        for name in "SA"
    ]
    assert total_of(parts, policies) == whole


def test_an_action_that_only_one_policy_names_is_counted_and_adds_up(story):
    story.standard_with(('action = "warn"', 'action = "delist"'))
    policies = (bundled("standard"), story.policies)
    story.verdict("v1", "2026-03-01").verdict("t", "2026-03-03", seller_id="T")
    story.verdict("r", "2026-03-04", seller_id="R", outcome="rejected")
    events = list(enumerate([event_of(one) for one in story.events], 1))
    whole = compare(events, policies, as_of=END)
    assert whole.first.sanctions == counted(warn=2)
    assert whole.second.sanctions == counted(delist=2)
    assert whole.second.counts == counted()
    parts = [compare([one], policies, as_of=END) for one in events]
    assert total_of(parts, policies) == whole


@pytest.mark.parametrize("name", ["standard", "aliexpress-ipr", "shopee"])
def test_points_are_the_levels_of_all_tracks_together(story, name):
    story.verdict("v1", "2026-03-01").verdict("v2", "2026-03-10").reverse("v1", "2026-03-11")
    story.verdict("t", "2026-03-11", seller_id="T")
    events = [event_of(one) for one in story.events]
    at = instant_of("2026-03-20")  # before any of these policies' points lapse or are reset
    ledger = fold(events, bundled(name), as_of=at)
    levels = [track.level for one in ledger.sellers.values() for track in one.tracks.values()]
    assert sum(levels) > 0
    compared = compare(enumerate(events, 1), (bundled(name), bundled("standard")), as_of=at)
    assert compared.first.points == sum(levels) * bundled(name).at(at).unit
