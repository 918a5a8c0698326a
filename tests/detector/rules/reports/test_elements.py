"""A statement of reasons by the letters of DSA Art. 17(3): each element, of what it is made."""

from __future__ import annotations

import pytest

from detector.rules import event_of, policies_of
from detector.rules.instants import instant_of
from detector.rules.policy.bundled import bundled_text
from detector.rules.reports.elements import Background
from detector.rules.reports.explanation import explain
from detector.rules.reports.sentences import plain_text
from detector.rules.reports.statement import statement_of
from detector.rules.reports.transparency import record_of

LAW = "Regulation (EU) 2017/1001, Art. 9"


@pytest.fixture
def explanation(story):
    story.verdict("v1", "2026-03-01").verdict("v2", "2026-03-02")
    return explain([event_of(one) for one in story.events], story.policies, "S")


def brought(story, first, second):
    """Two upheld complaints that suspend the seller, with what the log says of each's source."""
    story.verdict("v1", "2026-03-01", **first).verdict("v2", "2026-03-02", **second)
    return explain([event_of(one) for one in story.events], story.policies, "S")


def statement(explanation, **known):
    when = instant_of("2026-03-03")
    return statement_of(explanation, "S/depleted/1", when, Background(**known))


@pytest.mark.parametrize(
    ("letter", "element", "words"),
    [
        ("a", "measure", "Your shop is suspended from 2 March 2026"),
        ("a", "measure", "until 9 March 2026"),
        ("a", "measure", "in every country"),
        ("b", "facts", "complaint complaint of v1 (order order of v1) about counterfeit"),
        ("b", "facts", "decided on notice: somebody complained"),
        ("c", "automation", "People decided it; no machine took points."),
        ("c", "automation", "No automated means were used to detect it."),
        ("d", "law", "Legal ground: none"),
        ("e", "rule", "the marketplace's terms"),
        ("e", "rule", "Rule 'depleted': suspend for 7 days when 12 points are taken"),
        ("e", "rule", "The reason given: the seam is glued"),
        ("f", "redress", "you can appeal each decision named above before 2 April 2026"),
        ("f", "redress", "out-of-court dispute settlement body"),
        ("f", "redress", "You can go to a court"),
    ],
)
def test_each_element_that_the_law_lists_is_said(explanation, letter, element, words):
    told = statement(explanation, reasons={"v1": "the seam is glued", "v2": "the seam is glued"})
    assert words in plain_text([getattr(told.elements, element)]), letter
    assert words in told.text


def test_a_reason_that_several_decisions_share_is_said_once(explanation):
    told = statement(explanation, reasons={"v1": "glued", "v2": "glued"})
    assert told.text.count("The reason given") == 1


@pytest.mark.parametrize(
    ("detected", "said", "recorded"),
    [
        ((), "No automated means", "No"),
        (("v2",), "Automated means were used to detect it: a program", "Yes"),
        (("another",), "No automated means", "No"),
    ],
)
def test_automated_detection_is_said_where_the_detector_opened_the_case(
    explanation, detected, said, recorded
):
    background = Background(detected=frozenset(detected))
    told = statement(explanation, detected=frozenset(detected))
    assert said in plain_text([told.elements.automation])
    record = record_of(explanation, "S/depleted/1", background)
    assert record["automated_detection"] == recorded


@pytest.mark.parametrize(
    ("sources", "said", "recorded"),
    [
        ((None, None), "on notice", "SOURCE_ARTICLE_16"),
        (("notice", None), "on notice", "SOURCE_ARTICLE_16"),
        (
            ("own_initiative", "own_initiative"),
            "own initiative; nobody gave notice",
            "SOURCE_VOLUNTARY",
        ),
        (("own_initiative", None), "Some of it came by notice", "SOURCE_ARTICLE_16"),
        (("own_initiative", "trusted_flagger"), "came by notice", "SOURCE_TRUSTED_FLAGGER"),
        (
            ("trusted_flagger", "trusted_flagger"),
            "notice of a trusted flagger",
            "SOURCE_TRUSTED_FLAGGER",
        ),
        (
            ("other_notification", "other_notification"),
            "on a notification, such as one by an authority",
            "SOURCE_TYPE_OTHER_NOTIFICATION",
        ),
    ],
)
def test_how_it_became_known_is_said_and_recorded_alike(story, sources, said, recorded):
    explanation = brought(story, *({"complaint_source": one} for one in sources))
    assert said in plain_text([statement(explanation).elements.facts])
    record = record_of(explanation, "S/depleted/1")
    assert record["source_type"] == recorded
    assert "source_identity" not in record


def test_a_trusted_flagger_is_named_to_the_database_and_not_to_the_seller(story):
    named = {"complaint_source": "trusted_flagger", "complaint_source_identity": "Fair Trade e.V."}
    explanation = brought(story, named, named)
    record = record_of(explanation, "S/depleted/1")
    assert record["source_identity"] == "Fair Trade e.V."
    assert record["decision_facts"].startswith("2 notice(s) by trusted flaggers about counterfeit")
    assert "Fair Trade" not in statement(explanation).text


def test_who_gave_an_ordinary_notice_is_never_named(story):
    named = {"complaint_source": "notice", "complaint_source_identity": "Bea"}
    flagged = {"complaint_source": "trusted_flagger", "complaint_source_identity": "Fair Trade"}
    record = record_of(brought(story, named, flagged), "S/depleted/1")
    assert "source_identity" not in record
    assert record["decision_facts"].startswith(
        "1 complaint(s) by buyers and 1 notice(s) by trusted flaggers about counterfeit"
    )


def test_a_law_is_named_where_the_policy_names_one(story):
    old = "[policy.violations.counterfeit]"
    story.standard_with((old, f'{old}\n  legal_ground = "{LAW}"'))
    story.verdict("v1", "2026-03-01").verdict("v2", "2026-03-02")
    explanation = explain([event_of(one) for one in story.events], story.policies, "S")
    assert f"Legal ground: {LAW}. What was found is illegal" in statement(explanation).text
    assert record_of(explanation, "S/depleted/1")["incompatible_content_illegal"] == "Yes"


def test_the_out_of_court_body_is_the_policys_own(story):
    story.policies = policies_of(bundled_text("standard-eu"))
    story.verdict("v1", "2026-03-01").verdict("v2", "2026-03-02")
    explanation = explain([event_of(one) for one in story.events], story.policies, "S")
    told = plain_text([statement(explanation).elements.redress])
    assert "turn to an out-of-court dispute settlement body certified under Art. 21 DSA." in told
    assert "before 3 September 2026" in told
