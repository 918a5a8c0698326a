from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, TypeAdapter, ValidationError

from service.http.fields import BY_SLICES, FAULTS_MAX, SLICE_ROWS, day_of, instant_of
from service.intake.orders.schemas import SellerDay


@pytest.mark.parametrize(
    "text", ["9999-12-31T23:59:59-23:59", "9000-01-01", "1969-12-31", "0001-01-01T00:00:00+14:00"]
)
def test_a_time_outside_the_years_that_are_taken_is_a_value_error(text):
    with pytest.raises(ValueError, match=r"before 1970|after the year 8999"):
        instant_of(text)


def test_the_last_times_that_are_taken_are_those_of_the_year_8999():
    assert instant_of("8999-12-31T23:59:59.999999Z") == 221_845_392_000_000_000 - 1
    assert day_of("8999-12-31") == 2_567_654


@pytest.mark.parametrize("text", ["9000-01-01", "9999-12-31", "1969-12-31"])
def test_a_day_outside_the_years_that_are_taken_is_a_value_error(text):
    with pytest.raises(ValueError, match=r"before 1970|after the year 8999"):
        day_of(text)


PLAIN = TypeAdapter(Annotated[list[SellerDay], Field(min_length=1, max_length=1_000)])
SLICED = TypeAdapter(Annotated[list[SellerDay], Field(min_length=1, max_length=1_000), BY_SLICES])
GOOD = {"seller_id": "s", "day": "2026-03-01", "orders": 3}
BAD_ROWS = [[], 1, {"a": 1}, GOOD | {"orders": -1}, GOOD | {"day": "soon"}, GOOD | {"revenue": "x"}]


def faults_of(adapter, rows):
    """The validated rows, or what is wrong with them."""
    try:
        return adapter.validate_python(rows), []
    except ValidationError as error:
        return None, [(one["loc"], one["type"], one["msg"]) for one in error.errors()]


@given(st.integers(0, 350), st.dictionaries(st.integers(0, 349), st.sampled_from(BAD_ROWS)))
def test_rows_checked_by_slices_have_the_faults_of_rows_checked_at_once(count, bad):
    rows = [bad.get(place, GOOD) for place in range(count)]
    taken, faults = faults_of(PLAIN, rows)
    sliced, first = faults_of(SLICED, rows)
    assert sliced == taken
    assert first == faults[: len(first)]
    assert len(first) >= min(len(faults), FAULTS_MAX)


@pytest.mark.parametrize("rows", [[], [GOOD] * 1_001, "no list", None, {"a": GOOD}])
def test_a_list_of_rows_keeps_its_bounds_when_it_is_checked_by_slices(rows):
    assert faults_of(SLICED, rows) == faults_of(PLAIN, rows)
    assert faults_of(SLICED, rows)[1]


def test_after_enough_faults_no_further_row_is_looked_at():
    _, faults = faults_of(SLICED, [{"a": []}] * 100_000)
    assert len(faults) == FAULTS_MAX
    assert max(place for (place, *_), *_ in faults) < SLICE_ROWS


def test_the_contract_tells_the_bounds_of_a_list_that_is_checked_by_slices():
    assert SLICED.json_schema() == PLAIN.json_schema()
