"""Events: read whole, or refused with the field and the value."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.errors import BadInput
from detector.rules import event_of
from detector.rules.event_reader import event_in

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


TEXTS = st.text(min_size=1, max_size=8)
TIMES = st.sampled_from(["2026-03-01T00:00:00Z", "2026-03-02"])
VERDICTS = st.fixed_dictionaries(
    {
        "event": st.just("verdict"),
        **dict.fromkeys(("id", "seller_id", "complaint_id", "violation", "moderator"), TEXTS),
        **dict.fromkeys(("recorded_at", "decided_at", "reported_at", "incident_at"), TIMES),
        **dict.fromkeys(("order_id", "buyer_id"), st.none() | TEXTS),
        "outcome": st.sampled_from(["upheld", "rejected", "unfounded"]),
        "evidence": st.lists(TEXTS, max_size=3),
        "actor": st.sampled_from(["person", "detector"]),
    },
    optional={
        **dict.fromkeys(("severity", "resolution", "entity_id", "listing_id"), st.none() | TEXTS),
        "points": st.none() | st.integers(1, 99),
        "notified_at": st.none() | TIMES,
        "seconded_by": st.none() | st.lists(TEXTS, max_size=3),
        "note": TEXTS,
    },
)
_COMMON = {"id": TEXTS, "recorded_at": TIMES}
OTHERS = st.one_of(
    st.fixed_dictionaries({"event": st.just(kind)} | _COMMON | needed, optional=optional)
    for kind, needed, optional in [
        (
            "appeal",
            {"verdict_id": TEXTS, "by": st.just("seller"), "notified_at": st.none() | TIMES},
            {"note": TEXTS},
        ),
        (
            "appeal_decided",
            {"appeal_id": TEXTS, "outcome": st.just("denied"), "moderator": TEXTS},
            {},
        ),
        ("withdrawn", {"complaint_id": TEXTS}, {}),
        ("credit", {"seller_id": TEXTS, "points": st.integers(1, 9), "why": TEXTS}, {}),
        ("action_done", {"sanction_id": TEXTS}, {"seller_id": TEXTS}),
        (
            "sanction_decided",
            {"sanction_id": TEXTS, "outcome": st.just("approved")},
            {"moderator": st.none() | TEXTS, "why": st.none() | TEXTS},
        ),
        ("notice", {"sanction_id": TEXTS, "delivered": st.booleans()}, {}),
        (
            "override",
            {"action": st.just("lift"), "target_id": TEXTS, "moderator": TEXTS, "why": TEXTS},
            {"until": st.none() | TIMES},
        ),
        (
            "volume",
            {"seller_id": TEXTS, "transactions": st.dictionaries(TEXTS, st.integers(0, 9))},
            {},
        ),
    ]
)


def line_of(pairs, colon):
    return "{" + ", ".join(f"{name}{colon}{value}" for name, value in pairs) + "}"


@given(VERDICTS | OTHERS, st.data(), st.booleans(), st.sampled_from([":", ": ", " :", "\t: "]))
def test_a_line_is_read_as_its_fields_say_unless_a_name_stands_there_twice(
    fields, data, ascii_only, colon
):
    pairs = [
        (json.dumps(name), json.dumps(value, ensure_ascii=ascii_only))
        for name, value in data.draw(st.permutations(list(fields.items())))
    ]
    line = line_of(pairs, colon)
    assert event_in(line) == event_in(line.encode()) == event_of(fields)
    name, value = data.draw(st.sampled_from(pairs))
    again = (name, data.draw(st.sampled_from([value, "null", '"x"', "1"])))
    place = data.draw(st.integers(0, len(pairs)))
    twice = line_of([*pairs[:place], again, *pairs[place:]], colon)
    for one in (twice, twice.encode()):
        with pytest.raises(BadInput, match="stands twice in one object; say it once"):
            event_in(one)


def test_a_name_twice_is_found_however_it_is_spelled_and_wherever_it_stands():
    line = json.dumps(APPEAL)
    with pytest.raises(BadInput, match="the name 'verdict_id' stands twice"):
        event_in(line[:-1] + r', "verdict_\u0069d": "w"}')
    volume = '{"event":"volume","id":"x","recorded_at":"2026-03-01","seller_id":"s",%s}'
    with pytest.raises(BadInput, match="the name '90d' stands twice"):
        event_in(volume % '"transactions":{"90d":1,"90d":2}')


NOTICE = {"event": "notice", "id": "n", "recorded_at": "2026-03-01", "sanction_id": "s"}
CREDIT = {"event": "credit", "id": "c", "recorded_at": "2026-03-01", "seller_id": "s", "why": "x"}
VOLUME = {"event": "volume", "id": "m", "recorded_at": "2026-03-01", "seller_id": "s"}
VERDICT = {
    "event": "verdict",
    "id": "v",
    **dict.fromkeys(("recorded_at", "decided_at", "reported_at", "incident_at"), "2026-03-01"),
    **dict.fromkeys(("seller_id", "complaint_id", "order_id", "buyer_id", "violation"), "x"),
    "outcome": "upheld",
    "moderator": "Mo",
    "actor": "person",
}


@pytest.mark.parametrize(
    ("event", "why"),
    [
        (NOTICE | {"delivered": "yes"}, "delivered: 'yes' is not true or false"),
        (CREDIT | {"points": 0}, "points: 0 is not a whole number above 0"),
        (CREDIT | {"points": True}, "points: True is not a whole number above 0"),
        (VOLUME | {"transactions": {"90d": -1}}, "is not a table of whole numbers"),
        (VOLUME | {"transactions": [1]}, "is not a table of whole numbers"),
        (VERDICT | {"evidence": "photo"}, "evidence: 'photo' is not a list of texts"),
        (VERDICT | {"evidence": [1]}, "is not a list of texts"),
        (VERDICT | {"evidence": [], "points": 0}, "points: 0 is not a whole number above 0"),
    ],
)
def test_a_fault_of_any_kind_of_field_names_the_field_and_the_value(event, why):
    with pytest.raises(BadInput, match=why):
        event_of(event)


@pytest.mark.parametrize(
    "event",
    [
        NOTICE | {"delivered": False},
        CREDIT | {"points": 2},
        VOLUME | {"transactions": {"90d": 0}},
        VERDICT | {"evidence": ["a"]},
    ],
)
def test_with_a_foreign_field_every_kind_of_event_is_read_field_by_field_and_is_another(event):
    noted = event_of(event | {"note": "?"})
    assert noted != event_of(event)
    assert noted.extra.fields == {"note": "?"}
    assert all(
        getattr(noted, name) == getattr(event_of(event), name) for name in ("id", "recorded_at")
    )


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"\xff", "the line is not UTF-8 text"),
        ("{", "the line is not JSON"),
        ('{"event": NaN}', "NaN is not a JSON number"),
        ("[]", "an event must be a JSON object"),
    ],
)
def test_a_line_that_is_no_event_is_refused_for_what_it_is(line, why):
    with pytest.raises(BadInput, match=why):
        event_in(line)
