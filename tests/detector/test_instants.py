"""Instants as text, the same for files, options, bodies and policies."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.instants import (
    CALENDAR_BEGINS,
    CALENDAR_ENDS,
    EARLIEST,
    EPOCH,
    LATEST,
    MICROSECOND,
    instant_of,
    text_of,
)


@given(st.datetimes(datetime(1900, 1, 2), datetime(8999, 12, 30), timezones=st.timezones()))  # noqa: DTZ001
def test_a_time_is_the_same_instant_in_every_zone(moment):
    wanted = (moment.astimezone(UTC) - EPOCH) // MICROSECOND
    assert instant_of(moment.astimezone(UTC).isoformat()) == wanted
    if moment.utcoffset().seconds % 60 == 0:
        assert instant_of(moment.isoformat()) == wanted


def test_the_bounds_are_the_first_and_the_last_microsecond():
    assert instant_of("1900-01-01") == EARLIEST
    assert instant_of("8999-12-31T23:59:59.999999Z") == LATEST - 1


@pytest.mark.parametrize("text", ["1899-12-31T23:59:59.999999Z", "9000-01-01T00:00+00:00"])
def test_what_lies_outside_them_is_refused_as_such(text):
    with pytest.raises(ValueError, match="lies outside the years 1900 to 8999"):
        instant_of(text)


@pytest.mark.parametrize("text", ["", "soon", "2024-02-30", "1714564800000"])
def test_what_is_no_time_is_refused_as_such(text):
    with pytest.raises(ValueError, match="is not a time; ISO 8601 is wanted"):
        instant_of(text)


@given(st.datetimes(timezones=st.just(UTC)))
def test_an_instant_is_written_as_python_writes_it(moment):
    instant = (moment - EPOCH) // MICROSECOND
    assert text_of(instant) == moment.replace(tzinfo=None).isoformat() + "Z"


def test_what_lies_past_the_calendar_is_its_last_second_and_before_it_nothing():
    assert text_of(CALENDAR_ENDS - 1) == "9999-12-31T23:59:59.999999Z"
    assert text_of(CALENDAR_ENDS) == text_of(10**18) == "9999-12-31T23:59:59Z"
    assert text_of(CALENDAR_BEGINS) == "0001-01-01T00:00:00Z"
    with pytest.raises(OverflowError):
        text_of(CALENDAR_BEGINS - 1)
