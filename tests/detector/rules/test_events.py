"""Events: read whole, or refused with the field and the value."""

from __future__ import annotations

import pytest

from detector.errors import BadInput
from detector.rules import event_of

APPEAL = {
    "event": "appeal",
    "id": "a",
    "recorded_at": "2026-03-02T00:00:00Z",
    "verdict_id": "v",
    "by": "seller",
    "notified_at": "2026-03-01T00:00:00Z",
}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"event": None}, "the field 'event' is missing"),
        ({"event": 7}, "event: 7 is not one of verdict, appeal"),
        ({"id": ""}, "id: '' is not a text"),
        ({"id": ["a"]}, r"id: \['a'\] is not a text"),
        ({"by": "buyer"}, "by: 'buyer' is not one of seller, complainant"),
        ({"recorded_at": 1772409600}, "recorded_at: 1772409600 is not a text"),
        ({"recorded_at": "x" * 99}, r"recorded_at: 'x+\.\.\. is not an ISO 8601 time"),
    ],
)
def test_a_fault_names_the_field_and_the_value(change, why):
    with pytest.raises(BadInput, match=why):
        event_of(APPEAL | change)


@pytest.mark.parametrize("field", ["id", "recorded_at", "verdict_id", "by", "notified_at"])
def test_a_missing_field_is_named(field):
    with pytest.raises(BadInput, match=f"the field '{field}' is missing"):
        event_of({name: value for name, value in APPEAL.items() if name != field})


def test_another_spelling_of_a_time_is_the_same_body_and_a_foreign_field_is_not():
    event = event_of(APPEAL)
    offset = event_of(APPEAL | {"recorded_at": "2026-03-02T01:00:00+01:00"})
    noted = event_of(APPEAL | {"note": "?"})
    assert event == offset
    assert event != noted
    assert noted == event_of({"note": "?"} | APPEAL)


def test_an_unknown_notice_leaves_the_time_open():
    assert event_of(APPEAL | {"notified_at": None}).notified_at is None
