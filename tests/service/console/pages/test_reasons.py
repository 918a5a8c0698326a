"""Reasons are written from numbers, in the language of the page."""

import re
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from detector.evidence.reasons import Finding
from detector.expectation.panel import ALL, OTHER, REPEAT_BUYER, WITHOUT_EVIDENCE
from detector.makeup.attributes import ATTRIBUTES, GAP, HOUR, parts_of
from detector.rules import bundled
from detector.rules.policy.policy import Evidence, Policies
from service.assessments.schemas import AssessmentShown, FindingShown
from service.console.languages.catalogues import PSEUDO, language
from service.console.languages.speaking import speaking
from service.console.pages.reasons import chances_of, lacks_of, part_of, reasons_of, sentence_of
from service.intake.evidence.rules import wanted_for

FINDINGS = st.builds(
    Finding,
    column=st.sampled_from([ALL, OTHER, REPEAT_BUYER, WITHOUT_EVIDENCE, "counterfeit"]),
    days=st.integers(1, 28),
    complaints=st.integers(1, 999),
    expected=st.floats(0.0, 999.0),
    evidence=st.just(9.0),
)


def shown(finding):
    names = ("column", "days", "complaints", "expected", "odds", "part", "of")
    return FindingShown(**{name: getattr(finding, name) for name in names})


def assessment(**said):
    facts = {
        "seller_id": "s1",
        "as_of": 0,
        "score": 9.0,
        "surprise": 7.0,
        "p_value": 1e-7,
        "q_value": 0.12,
        "flagged": False,
        "rank": 1,
        "reasons": ["2 complaints of any kind in the last day where none were expected."],
        "findings": [{"column": ALL, "days": 3, "complaints": 9, "expected": 1.25, "odds": 1e7}],
        "suspicion": "seller",
    }
    return AssessmentShown(**facts | said)


@given(FINDINGS.filter(lambda one: not one.expected < 0.05))
@example(Finding(ALL, 3, 9, 0.65, 9.0))
def test_in_english_a_finding_reads_as_the_api_says_it(finding):
    said = sentence_of(shown(finding))
    api = finding.sentence()
    if finding.complaints == 1 and finding.column == REPEAT_BUYER:
        api = api.replace("buyers who", "a buyer who")
    assert said == api


@given(FINDINGS)
def test_another_language_has_the_same_numbers(finding):
    with speaking(language("de")):
        said = sentence_of(shown(finding))
    assert said.startswith(f"{finding.complaints} Beschwerde")
    assert finding.days == 1 or f"in den letzten {finding.days} Tagen" in said


def test_decimals_are_written_as_the_language_does():
    with speaking(language("de")):
        (said,) = reasons_of(assessment())
    assert said == "9 Beschwerden jeder Art in den letzten 3 Tagen, wo etwa 1,2 zu erwarten waren."


@pytest.mark.parametrize("tag", ["en", "de"])
def test_without_numbers_the_api_speaks_and_the_page_says_in_which_language(tag):
    with speaking(language(tag)):
        (said,) = reasons_of(assessment(findings=[]))
    assert ('lang="en"' in said) == (tag != "en")
    assert "2 complaints of any kind" in said


def test_a_brigade_comes_first():
    assert reasons_of(assessment(suspicion="brigade"))[0].startswith("Suspected brigade")


def test_a_chance_is_said_without_a_power_of_ten():
    assert chances_of(assessment()) == [
        "By chance alone about 1 in 10 million sellers stands out as much.",
        "Not flagged: of sellers that stand out as much, about 12 % do so by chance.",
    ]


def test_chance_brings_a_change_at_most_as_often_as_the_score_that_holds_a_part_of_it():
    change = {"column": "(mix of categories)", "days": 28, "complaints": 61, "expected": 1.0}
    change |= {"odds": 1e30, "part": "(new)", "of": 83}
    for score, said in ((6.0, "at most"), (80.0, "about")):
        first, _ = chances_of(assessment(findings=[change], score=score))
        assert first == f"By chance alone {said} 1 in 10 million sellers stands out as much."


@given(st.floats(0.0, 1.0))
def test_no_chance_is_so_small_that_it_is_written_in_powers(p):
    for tag in ("en", "de", PSEUDO):
        with speaking(language(tag)):
            assert not re.search(
                r"\de[+-]?\d|[⁰¹²³⁴-⁹]", " ".join(chances_of(assessment(p_value=p)))
            )


def test_categories_are_named_in_the_language_of_the_page():
    finding = {"column": "not_received", "days": 1, "complaints": 2, "expected": 0.0, "odds": 1e7}
    with speaking(language("de")):
        (said,) = reasons_of(assessment(findings=[finding]))
    assert "„nicht erhalten“" in said
    strange = reasons_of(assessment(findings=[{**finding, "column": "odd_thing"}]))
    assert "“odd thing”" in strange[0]


@pytest.mark.parametrize(
    ("needed", "kinds", "english", "german"),
    [
        (Evidence(min_items=2), ["photo"], "2 different kinds", "2 verschiedene Arten"),
        (
            Evidence(any_of=(frozenset({"photo_official", "photo_received"}),)),
            ["photo_received"],
            "photo official",
            "offizielles Foto",
        ),
        (Evidence(), [], "", ""),
    ],
)
def test_what_evidence_lacks_is_said_from_its_fields(needed, kinds, english, german):
    policies = bundled("standard")
    (policy,) = policies.versions
    violation = replace(policy.violations["counterfeit"], evidence=needed)
    asking = replace(policy, violations={"counterfeit": violation})
    wanted = wanted_for("counterfeit", Policies((asking,)), at=0, kinds=frozenset(kinds))
    assert lacks_of(wanted).startswith(english)
    with speaking(language("de")):
        assert german in lacks_of(wanted)
    assert bool(lacks_of(wanted)) != wanted.enough


def test_a_change_names_the_part_in_the_readers_language():
    found = Finding(HOUR, 14, 18, 2.2, 9.0, part="0-3", of=22)
    assert sentence_of(shown(found)) == (
        "18 of 22 complaints in the last 14 days: filed between 0 and 3 o’clock (UTC); usually "
        "about 10 of 100."
    )
    with speaking(language("de")):
        assert "zwischen 0 und 3 Uhr" in sentence_of(shown(found))


@pytest.mark.parametrize("attribute", ATTRIBUTES)
def test_every_part_of_every_attribute_has_words(attribute):
    columns = ("(all)", "counterfeit", "late")
    said = [
        part_of(shown(Finding(attribute, 14, 1, 0.5, 9.0, part=part, of=3)))
        for part in parts_of(attribute, columns)
    ]
    assert len(set(said)) == len(said)
    assert all("(" not in words.replace("(UTC)", "") for words in said)


@pytest.mark.parametrize(("part", "said"), [("0-2", "sooner than 2 %"), ("30-100", "30 to 100 %")])
def test_a_part_of_times_between_complaints_leaves_the_shorter_ones_out(part, said):
    words = part_of(shown(Finding(GAP, 14, 1, 0.5, 9.0, part=part, of=3)))
    assert words == f"{said} of the mean time after the one before"
