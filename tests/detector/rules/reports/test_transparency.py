"""Records for the transparency database: complete, checked, and without anybody's name."""

from __future__ import annotations

import json
import re

import pytest

from detector.errors import BadInput
from detector.rules import event_of
from detector.rules.reports.explanation import explain
from detector.rules.reports.transparency import check_record, puid_of, record_of


@pytest.fixture
def explanation(story):
    story.verdict("v1", "2026-03-01").verdict("v2", "2026-03-02")
    story.verdict("v3", "2026-04-01").verdict("v4", "2026-04-02")
    return explain([event_of(one) for one in story.events], story.policies, "S")


def test_a_suspension_has_its_dates_and_a_removal_has_no_end(explanation):
    suspension = record_of(explanation, "S/depleted/1")
    assert suspension["decision_account"] == "DECISION_ACCOUNT_SUSPENDED"
    assert suspension["application_date"] == "2026-03-02"
    assert suspension["end_date_account_restriction"] == "2026-03-09"
    assert suspension["content_date"] == "2026-02-27"
    removal = record_of(explanation, "S/depleted/2")
    assert removal["decision_account"] == "DECISION_ACCOUNT_TERMINATED"
    assert "end_date_account_restriction" not in removal


def test_counterfeits_are_intellectual_property_judged_by_people_after_notices(explanation):
    record = record_of(explanation, "S/depleted/1")
    assert record["category"] == "STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS"
    assert record["source_type"] == "SOURCE_ARTICLE_16"
    assert (record["automated_detection"], record["automated_decision"]) == (
        "No",
        "AUTOMATED_DECISION_PARTIALLY",
    )


def test_a_warning_restricts_nothing_and_has_no_record(explanation):
    assert record_of(explanation, "S/low/1") is None


def test_a_record_names_nobody(explanation):
    told = json.dumps(record_of(explanation, "S/depleted/1"))
    assert not re.search(r"buyer of|complaint of|order of|\bMo\b|S/depleted", told)


def test_the_platforms_id_is_stable_and_of_the_allowed_letters():
    assert puid_of("S/depleted/1") == puid_of("S/depleted/1") != puid_of("S/depleted/2")
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,500}", puid_of("\N{GRINNING FACE} \ud800/1"))


def test_a_record_says_the_rule_and_the_facts(explanation):
    record = record_of(explanation, "S/depleted/1")
    assert record["incompatible_content_explanation"] == (
        "Points taken before: 6; after: 12. "
        "Rule 'depleted' of standard v1, step 1 of 2: suspend for 7 days."
    )
    assert record["decision_facts"] == (
        "2 complaint(s) by buyers about counterfeit were upheld by a person on evidence: "
        "photo official, photo received. They cost 12 points."
    )
    removal = record_of(explanation, "S/depleted/2")["incompatible_content_explanation"]
    assert removal.endswith("step 2 of 2: remove.")


@pytest.mark.parametrize(
    "change",
    [
        {"decision_facts": "x" * 5_000},
        {"end_date_account_restriction": "2026-03-02"},
        {"content_date": "2000-01-01"},
    ],
)
def test_the_largest_length_and_the_first_date_are_allowed(explanation, change):
    check_record(record_of(explanation, "S/depleted/1") | change)


def test_every_fault_is_named_in_one_sentence(explanation):
    record = record_of(explanation, "S/depleted/1") | {
        "content_date": "yesterday",
        "application_date": "2019-12-31",
        "territorial_scope": ["US", "DE", "CN"],
    }
    del record["puid"], record["automated_decision"]
    with pytest.raises(BadInput) as refused:
        check_record(record)
    assert str(refused.value) == (
        "the record for the transparency database: automated_decision is missing; puid is missing; "
        "puid may hold letters, digits, '-' and '_' only; "
        "territorial_scope: CN, US is not in the EU or EEA; "
        "content_date: 'yesterday' is not a date like 2026-03-01; "
        "application_date: 2019-12-31 is before 2020-01-01"
    )


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"decision_facts": ""}, "decision_facts is missing"),
        ({"category": "STATEMENT_CATEGORY_X"}, "category: 'STATEMENT_CATEGORY_X' is not one of"),
        ({"decision_facts": "x" * 5_001}, "decision_facts is longer than 5000 characters"),
        ({"puid": "a b"}, "puid may hold letters"),
        ({"territorial_scope": ["DE", "US"]}, "US is not in the EU or EEA"),
        ({"application_date": "2019-12-31"}, "application_date: 2019-12-31 is before 2020-01-01"),
        ({"content_date": "yesterday"}, "content_date: 'yesterday' is not a date"),
        ({"end_date_account_restriction": "2026-03-01"}, "2026-03-01 is before 2026-03-02"),
        ({"automated_decision": "maybe"}, "automated_decision: 'maybe' is not one of"),
    ],
)
def test_a_faulty_record_is_refused_with_its_field(explanation, change, fault):
    with pytest.raises(BadInput, match=re.escape(fault)):
        check_record(record_of(explanation, "S/depleted/1") | change)


def test_a_record_without_any_decision_is_refused(explanation):
    record = record_of(explanation, "S/depleted/1")
    del record["decision_account"]
    with pytest.raises(BadInput, match="one of decision_visibility, decision_monetary"):
        check_record(record)
