"""The strict reader of JSON bodies."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.errors import BadInput
from service.http.json_text import COMMAS_MAX, NAMES_MAX, PARTS_MAX, json_of
from service.refusals import LargeBody

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)  # fmt: skip


@given(VALUES)
def test_what_is_written_is_read(value):
    assert json_of(json.dumps(value).encode()) == value


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b'{"seller_id": "a", "seller_id": "b"}', "'seller_id' stands twice"),
        (b'[{"x": {"y": 1, "z": 2, "y": 3}}]', "'y' stands twice"),
        (b'{"x": NaN}', "NaN is not a JSON number"),
        (b'{"x": -Infinity}', "-Infinity is not a JSON number"),
        (b'{"x": "\xff"}', "not UTF-8"),
        (b"[" * 100_000 + b"]" * 100_000, "nested too deep"),
        (b"9" * 5_000, "more digits"),
    ],
)
def test_what_two_readers_would_understand_differently_is_refused(body, says):
    with pytest.raises(BadInput, match=says):
        json_of(body)


def test_parts_are_counted_before_any_is_made():
    with pytest.raises(LargeBody, match="objects and lists"):
        json_of(b"[" + b"{}," * PARTS_MAX + b"{}]")


def test_values_are_counted_before_any_is_made():
    with pytest.raises(LargeBody, match="1,000,001 commas"):
        json_of(b"[" + b"1," * (COMMAS_MAX + 1) + b"1]")


def test_an_object_has_as_many_names_as_any_body_needs_and_no_more():
    named = {str(number): number for number in range(NAMES_MAX)}
    assert json_of(json.dumps([named]).encode()) == [named]
    with pytest.raises(BadInput, match="an object has 101 names"):
        json_of(json.dumps([named | {"one more": 1}]).encode())


def test_what_is_no_json_is_told_with_its_place():
    with pytest.raises(json.JSONDecodeError):
        json_of(b'{"x": }')
