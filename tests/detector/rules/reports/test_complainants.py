"""Complainants: believed by their record, heard once a window, muted for a time, never points."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from detector.rules import bundled, event_of, fold
from detector.rules.instants import DAY, instant_of
from detector.rules.reports.complainants import (
    Decided,
    Record,
    belief_in,
    credibility_of,
    once_per_window,
    record_of,
    records_of,
    weight_of,
)

POLICY = bundled("standard").versions[0].complainants
AT = instant_of("2026-03-01")
counts = st.integers(0, 500)


@given(counts, counts)
def test_an_upheld_complaint_raises_credibility_and_an_unfounded_one_lowers_it(upheld, unfounded):
    now = credibility_of(upheld, unfounded, POLICY)
    assert 0 < now < 1
    assert credibility_of(upheld + 1, unfounded, POLICY) > now
    assert credibility_of(upheld, unfounded + 1, POLICY) < now


def test_a_complainant_counts_once_in_a_window_for_each_seller():
    told = [("B", "S", 0), ("B", "S", 5), ("B", "T", 6), ("B", "S", 10), ("C", "S", 11)]
    assert once_per_window(told, 10) == [
        ("B", "S", 0),
        ("B", "T", 6),
        ("B", "S", 10),
        ("C", "S", 11),
    ]


@pytest.fixture
def rival(story):
    """A buyer with several unfounded complaints, one a day from 1 March."""

    def complain(unfounded: int, rejected: int = 0):
        outcomes = ["unfounded"] * unfounded + ["rejected"] * rejected
        for day, outcome in enumerate(outcomes, 1):
            story.verdict(f"v{day}", f"2026-03-{day:02}", outcome=outcome, buyer_id="rival")
        return story

    return complain


def record_at(story, at):
    return records_of([event_of(one) for one in story.events], POLICY, as_of=at)["rival"]


@pytest.mark.parametrize(
    ("unfounded", "rejected", "state"),
    [(2, 0, "heard"), (3, 0, "warned"), (5, 0, "muted"), (5, 6, "heard"), (0, 20, "heard")],
)
def test_many_and_mostly_unfounded_complaints_warn_and_then_mute(rival, unfounded, rejected, state):
    assert record_at(rival(unfounded, rejected), AT + 25 * DAY).state == state


def test_a_record_counts_what_people_decided_about_a_buyers_complaints_by_an_instant(story):
    outcomes = ["upheld", "upheld", "rejected", "rejected", "unfounded", "unfounded", "unfounded"]
    for day, outcome in enumerate(outcomes, 1):
        story.verdict(f"v{day}", f"2026-03-{day:02}", outcome=outcome, buyer_id="rival")
        if day == 1:
            story.verdict("second", "2026-03-01", buyer_id="rival", complaint_id="complaint of v1")
            story.verdict("machine", "2026-03-01", buyer_id="rival", actor="detector")
            story.verdict("nobody", "2026-03-01", buyer_id=None)
    at = AT + 5 * DAY
    credibility = credibility_of(2, 2, POLICY)
    assert record_at(story, at) == Record("rival", 2, 2, 2, 6, 2, credibility, "heard", None)
    assert list(records_of([event_of(one) for one in story.events], POLICY, as_of=at)) == ["rival"]


def test_the_window_and_the_share_hold_to_the_instant_and_the_complaint():
    old = [Decided("unfounded", AT - POLICY.window)] * 9
    record = record_of("B", old, POLICY, as_of=AT)
    assert (record.unfounded, record.recent_decided, record.recent_unfounded) == (9, 0, 0)
    others = round(POLICY.mute_after / POLICY.unfounded_share) - POLICY.mute_after
    assert POLICY.mute_after == POLICY.unfounded_share * (POLICY.mute_after + others)
    share = [Decided("unfounded", AT)] * POLICY.mute_after + [Decided("rejected", AT)] * others
    assert record_of("B", share, POLICY, as_of=AT).state == "muted"
    assert record_of("B", [*share, share[-1]], POLICY, as_of=AT).state == "heard"
    end = AT + POLICY.mute_for
    muted = [Decided("unfounded", AT)] * POLICY.mute_after
    assert record_of("B", muted, POLICY, as_of=end - 1).state == "muted"
    assert record_of("B", muted, POLICY, as_of=end).state == "warned"


def test_muting_ends_after_its_time(rival):
    story = rival(5)
    muted = record_at(story, AT + 10 * DAY)
    assert (muted.state, muted.until) == ("muted", AT + 4 * DAY + 90 * DAY)
    assert weight_of(muted, POLICY) == 0
    later = record_at(story, AT + 100 * DAY)
    assert (later.state, later.until) == ("warned", None)
    assert 0 < weight_of(later, POLICY) < weight_of(None, POLICY)


def test_a_superseded_verdict_weighs_nothing(story):
    story.verdict("v1", "2026-03-01", outcome="unfounded", buyer_id="rival")
    story.verdict(
        "v2", "2026-03-02", buyer_id="rival", complaint_id="complaint of v1", supersedes="v1"
    )
    record = record_at(story, AT + DAY)
    assert (record.upheld, record.unfounded) == (1, 0)


def test_a_complainants_record_never_changes_a_sellers_points(rival):
    story = rival(9).verdict("true", "2026-03-20", buyer_id="rival")
    assert fold([event_of(one) for one in story.events], story.policies).sellers["S"].balance == 6


voices = st.lists(st.tuples(st.sampled_from(["A", "B", None]), st.integers(0, 10**15)), max_size=9)


@given(voices)
@example([("A", 0), *[(None, 0)] * 6])
def test_without_records_nobody_is_believed_more_than_a_stranger(told):
    assert 0 < belief_in(told, {}, POLICY) <= 1


@given(voices, st.integers(0, 10**15))
def test_one_more_stranger_never_lowers_the_voices_heard(told, filed_at):
    more = [*told, (None, filed_at)]
    before = belief_in(told, {}, POLICY) * len(told)
    assert belief_in(more, {}, POLICY) * len(more) >= before - 1e-9


def test_somebody_muted_has_no_voice(rival):
    record = record_at(rival(5), AT + 10 * DAY)
    assert belief_in([("rival", AT)], {"rival": record}, POLICY) == 0
    assert belief_in([("rival", AT), ("B", AT)], {"rival": record}, POLICY) == 0.5
