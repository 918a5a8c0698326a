"""What is submitted for a period: each restriction once, as it was when it was applied."""

from __future__ import annotations

from detector.rules import event_of
from detector.rules.instants import instant_of
from detector.rules.reports.explanation import explain
from detector.rules.reports.submission import records_between
from detector.rules.reports.transparency import FIELDS, record_of, row_of


def between(story, begin="2026-01-01", end="2027-01-01"):
    numbered = enumerate([event_of(one) for one in story.events], 1)
    return list(records_between(numbered, story.policies, instant_of(begin), instant_of(end)))


def test_each_restriction_of_the_period_is_there_once_in_order(story):
    story.verdict("v1", "2026-03-01").verdict("v2", "2026-03-02")
    story.verdict("v3", "2026-04-01").verdict("v4", "2026-04-02")
    assert [one["application_date"] for one in between(story)] == ["2026-03-02", "2026-04-02"]
    half_open = between(story, "2026-03-02", "2026-04-02")
    assert [one["application_date"] for one in half_open] == ["2026-03-02"]


def test_a_record_is_what_was_known_when_the_restriction_was_applied(story):
    story.verdict("v1", "2026-03-01").verdict("v2", "2026-03-02")
    explanation = explain([event_of(one) for one in story.events], story.policies, "S")
    before = record_of(explanation, "S/depleted/1")
    assert between(story) == [before]
    story.reverse("v1", "2026-03-04")
    assert between(story) == [before]


def test_a_row_has_a_cell_for_every_field_and_lists_as_json(story):
    story.verdict("v1", "2026-03-01").verdict("v2", "2026-03-02")
    (record,) = between(story)
    row = dict(zip(FIELDS, row_of(record), strict=True))
    assert row["content_type"] == '["CONTENT_TYPE_PRODUCT"]'
    assert row["decision_visibility"] == ""
    assert {name: value for name, value in row.items() if value and name in record} == {
        name: value if isinstance(value, str) else row[name] for name, value in record.items()
    }
