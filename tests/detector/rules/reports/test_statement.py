"""The statement of reasons: facts, rule, points, appeal, what would have changed the outcome."""

from __future__ import annotations

import pytest

from detector.errors import BadInput
from detector.rules import event_of
from detector.rules.instants import instant_of
from detector.rules.reports.explanation import explain, turning_points
from detector.rules.reports.statement import sanction_of, statement_of


@pytest.fixture
def explained():
    def tell(story, **when):
        return explain([event_of(one) for one in story.events], story.policies, "S", **when)

    return tell


@pytest.fixture
def suspended(story):
    return story.verdict("v1", "2026-03-01").verdict("v2", "2026-03-02")


def text_for(explanation, sanction="S/depleted/1"):
    return statement_of(explanation, sanction, instant_of("2026-03-03")).text


def test_it_says_the_measure_the_facts_the_rule_the_points_and_the_appeal(suspended, explained):
    text = text_for(explained(suspended))
    assert "suspended from 2 March 2026, 00:00 UTC until 9 March 2026, 00:00 UTC" in text
    assert "complaint complaint of v1 (order order of v1) about counterfeit was upheld" in text
    assert "photo received, photo official, 6 points" in text
    assert "Rule 'depleted': suspend for 7 days when 12 points are taken, at step 1 of 2" in text
    assert "Points taken from you: 6 before and 12 after; " in text
    assert "points you hold: 6 before and 0 after, of 12" in text
    assert "appeal each decision named above before 2 April 2026, 00:00 UTC" in text


def test_it_says_how_long_the_seller_had_to_answer_and_what_did_not_wait(story, explained):
    story.standard_with(
        (
            "[policy.appeals]",
            '[policy.response]\nwindow = "3d"\nsilence = "established"\n'
            'interim = "listing_hidden"\n[policy.appeals]',
        )
    )
    story.verdict("v1", "2026-03-01").verdict("v2", "2026-03-09", reported_at="2026-03-06")
    text = text_for(explained(story))
    assert "You had 3 days from each report to answer it; silence admits the complaint." in text
    assert "Until then: listing hidden." in text
    assert text.count("Decided before that time was over: complaint of v1.") == 1


def test_it_ends_with_the_policys_own_words_for_the_measure(story, explained):
    words = '[policy.notices]\nsuspend = "Call us."\nany = "Write to us."\n[policy.appeals]'
    story.standard_with(("[policy.appeals]", words))
    story.verdict("v1", "2026-03-01").verdict("v2", "2026-03-02")
    assert text_for(explained(story)).endswith("\n\nCall us.")
    assert text_for(explained(story), "S/low/1").endswith("\n\nWrite to us.")


def test_it_names_no_moderator_and_no_buyer(suspended, explained):
    text = text_for(explained(suspended))
    assert "Mo" not in text.replace("No machine", "").split()
    assert "buyer of" not in text


def test_it_says_which_decision_alone_would_have_changed_the_outcome(suspended, explained):
    text = text_for(explained(suspended))
    assert (
        "would not stand if the decision of 1 March 2026, 00:00 UTC about complaint complaint of "
        "v1 (order order of v1) or the decision of 2 March 2026, 00:00 UTC about complaint "
        "complaint of v2 (order order of v2) had gone the other way"
    ) in text


def test_it_names_no_decision_by_an_id_that_its_reader_knows_from_nowhere(story, explained):
    story.verdict("v_1f", "2026-03-01", complaint_id="c1", order_id=None)
    story.verdict("v_2f", "2026-03-02", complaint_id="c2", order_id="o2")
    text = text_for(explained(story))
    assert "the decision of 1 March 2026, 00:00 UTC about complaint c1 or the decision of" in text
    assert "v_" not in text


def test_it_says_how_many_decisions_would_have_had_to_go_the_other_way(suspended, explained):
    suspended.verdict("v3", "2026-03-03")
    explanation = explained(suspended)
    assert turning_points(explanation.account, sanction_of(explanation, "S/depleted/1")) == ([], 2)
    assert "if 2 of these decisions had gone the other way" in text_for(explanation)


def test_a_voided_sanction_says_so(suspended, explained):
    suspended.reverse("v1", "2026-03-04")
    assert "voided on 4 March 2026, 00:00 UTC" in text_for(explained(suspended))


def test_an_unknown_sanction_or_seller_is_refused(suspended, explained):
    with pytest.raises(BadInput, match=r"no sanction 'x'; there is S/low/1, S/depleted/1"):
        text_for(explained(suspended), "x")
    with pytest.raises(BadInput, match="the log knows no seller 'T'"):
        explain([], suspended.policies, "T")


def test_every_line_of_an_explanation_names_decision_policy_expiry_and_appeal(suspended, explained):
    suspended.appeal("a", "2026-03-03", "v1").appeal("b", "2026-03-03", "v2")
    suspended.decide("a", "2026-03-04", "denied").decide("b", "2026-03-05", "granted")
    suspended.verdict("v3", "2026-03-06", order_id="order of v1").appeal("c", "2026-03-07", "v3")
    lines = explained(suspended).lines
    assert [[ground.appeal for ground in one.grounds] for one in lines] == [
        ["denied", "open"],
        ["granted"],
    ]
    assert [(one.counts, one.state, one.policy) for one in lines] == [
        (6, "standing", "standard v1"),
        (0, "reversed", "standard v1"),
    ]
    assert lines[0].expires_at == instant_of("2027-03-01")


class TestWhatAWarningRestsOn:
    """After a reversal a letter names what the measure rests on now, or says that it has ended."""

    def test_it_names_the_entry_that_it_rests_on_now(self, suspended, explained):
        suspended.reverse("v1", "2026-03-04")
        text = text_for(explained(suspended), "S/low/1")
        assert "complaint of v2" in text
        assert "complaint of v1" not in text
        assert "would not stand if the decision of 2 March 2026" in text

    def test_one_that_rests_on_nothing_has_ended_and_offers_no_appeal(self, story, explained):
        story.verdict("v1", "2026-03-01").verdict("v2", "2026-03-02")
        told = explained(story, as_of=instant_of("2026-03-10"))
        text = text_for(told, "S/low/1")
        assert "You were warned on 1 March 2026, 00:00 UTC. This warning has ended." in text
        assert "appeal" not in text.lower()
        assert "no decision counts any more that this measure rested on" in text

    def test_no_letter_offers_to_appeal_decisions_that_it_does_not_name(self, story, explained):
        story.verdict("v1", "2026-03-01").verdict("v2", "2026-03-02")
        story.reverse("v1", "2026-03-03").reverse("v2", "2026-03-04")
        for sanction in ("S/low/1", "S/depleted/1"):
            text = text_for(explained(story), sanction)
            assert "named above" not in text
            assert "voided on" in text

    def test_a_measure_that_was_never_carried_out_says_so_and_offers_nothing(self, suspended):
        suspended.recorded()
        for settled, words in (
            (None, "It is awaiting approval by a second person and is not in force."),
            ("declined", "A second person declined it: it was never in force."),
            ("lapsed", "Nobody approved it in time: it was never in force."),
        ):
            events = list(suspended.events)
            if settled:
                suspended.settle("2026-03-03", settled)
            told = explain(
                [event_of(one) for one in suspended.events],
                suspended.policies,
                "S",
                approvals="recorded",
            )
            text = text_for(told)
            assert f"Measure: suspend. {words}" in text
            assert "suspended" not in text
            assert ("named above" in text) == (settled is None)
            suspended.events = events
