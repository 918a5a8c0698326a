from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.errors import BadInput
from detector.instants import EARLIEST, LATEST
from training.tables.instants import instant_given, instant_of, text_of

SECOND = 1_000_000


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-01-01", 0),
        ("1970-01-02", 86_400),
        ("2024-05-01T12:00:00Z", 1_714_564_800),
        ("2024-05-01T12:00:00", 1_714_564_800),
        ("2024-05-01 12:00", 1_714_564_800),
        ("2024-05-01T14:00:00+02:00", 1_714_564_800),
    ],
)
def test_a_date_or_time_is_utc_unless_it_names_its_zone(text, seconds):
    assert instant_of(text) == seconds * SECOND


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2024-02-30", "01/05/2024", "2024-13-01", "1e9", "0001-01-01+23:59x"]
)
def test_anything_else_is_refused_by_its_value(text):
    with pytest.raises(BadInput, match="is not a time"):
        instant_of(text)


@given(st.integers(EARLIEST, LATEST - 1))
def test_an_instant_survives_being_written(instant):
    assert instant_of(text_of(instant)) == instant


@pytest.mark.parametrize(
    "text", ["9999-12-31T23:59:59-23:59", "9000-01-01", "9000-01-01T00:00+00:00", "1899-12-31"]
)
def test_a_time_outside_the_years_that_are_taken_is_refused_as_such(text):
    with pytest.raises(BadInput, match="lies outside the years 1900 to 8999"):
        instant_of(text)


def test_an_instant_beyond_the_calendar_is_refused():
    with pytest.raises(BadInput, match="no time of this calendar"):
        text_of(10**18)


@pytest.mark.parametrize(
    "when",
    [
        "2024-05-01T03:00:00Z",
        1_714_532_400_000_000,
        np.int64(1_714_532_400_000_000),
        datetime(2024, 5, 1, 3, tzinfo=UTC),
        datetime(2024, 5, 1, 12, tzinfo=timezone(timedelta(hours=9))),
        pd.Timestamp("2024-05-01T03:00"),
        pd.Timestamp("2024-05-01T12:00", tz="Asia/Tokyo"),
        np.datetime64("2024-05-01T03"),
    ],
)
def test_a_time_may_be_given_as_python_users_have_it(when):
    assert instant_given(when, "as_of") == instant_of("2024-05-01T03:00:00Z")


def test_a_date_is_its_midnight():
    assert instant_given(date(2024, 5, 1), "as_of") == instant_of("2024-05-01")


@pytest.mark.parametrize(
    ("when", "said"),
    [
        (None, "as_of is of type NoneType; a datetime, date or ISO 8601 text is wanted"),
        (True, "as_of is of type bool; a datetime"),
        (1.5, "as_of is of type float; a datetime"),
        (pd.NaT, "as_of: 'NaT' is not a time"),
        (np.datetime64("NaT"), "as_of: 'NaT' is not a time"),
        ("soon", "as_of: 'soon' is not a time"),
        ("1850-01-01", "as_of: '1850-01-01' lies outside the years 1900 to 8999"),
        (1_714_532_400, "as_of: 1714532400 would lie before March 1973 as microseconds"),
        (1_714_532_400_000_000_000, "would lie after the year 8999 as microseconds; divide"),
    ],
)
def test_what_is_no_time_is_refused_by_the_arguments_name(when, said):
    with pytest.raises(BadInput, match=said):
        instant_given(when, "as_of")
