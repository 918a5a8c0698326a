"""Numbers, times and spans as each language writes them."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.durations import DAY_US, HOUR_US, MINUTE_US, SECOND_US
from detector.instants import instant_of
from detector.rules.instants import duration_text
from service.console.languages.catalogues import language
from service.console.languages.speaking import speaking
from service.console.languages.writing import (
    apart,
    clock_time,
    duration,
    file_size,
    number,
    percent,
    round_number,
    signed,
    within,
)

AT = instant_of("2026-11-27T05:12:00Z")


def in_german(write, *values):
    with speaking(language("de")):
        return write(*values)


@pytest.mark.parametrize(
    ("write", "values", "english", "german"),
    [
        (number, (1234567,), "1,234,567", "1.234.567"),
        (number, (1234.5,), "1,234.5", "1.234,5"),
        (number, (0.0001,), "0.0001", "0,0001"),
        (number, (2.0, 1), "2.0", "2,0"),
        (number, (2.46, 1), "2.5", "2,5"),
        (number, (float("inf"),), "inf", "inf"),
        (signed, (3,), "+3", "+3"),
        (signed, (-1.5,), "-1.5", "-1,5"),
        (percent, (0.125,), "12 %", "12 %"),
        (round_number, (3.44,), "3.4", "3,4"),
        (round_number, (349.0,), "350", "350"),
        (round_number, (12_345_678.0,), "12 million", "12 Millionen"),
        (round_number, (1e30,), "more than 1,000 trillion", "mehr als 1.000 Billionen"),
        (clock_time, (AT, ZoneInfo("UTC")), "27 Nov 2026, 05:12 UTC", "27. Nov. 2026, 05:12 UTC"),
        (apart, (AT, AT), "now", "jetzt"),
        (apart, (AT + 3 * HOUR_US, AT), "in 3 h", "in 3 Std."),
        (within, (180 * 24 * HOUR_US,), "within 180 days", "binnen 180 Tagen"),
        (within, (HOUR_US,), "within 1 hour", "binnen 1 Stunde"),
        (apart, (AT, AT + 49 * HOUR_US), "2 d ago", "vor 2 Tagen"),
        (apart, (AT, AT + MINUTE_US), "1 min ago", "vor 1 Min."),
        (duration, (DAY_US,), "1 day", "1 Tag"),
        (duration, (36 * HOUR_US,), "36 hours", "36 Stunden"),
        (file_size, (1_234_000,), "1.2 MB", "1,2 MB"),
        (file_size, (1,), "1 byte", "1 Byte"),
        (number, (-0.3, 0), "0", "0"),
    ],
)
def test_a_value_is_written_as_the_language_writes_it(write, values, english, german):
    assert (write(*values), in_german(write, *values)) == (english, german)


@given(st.integers(-(10**12), 10**12))
def test_a_whole_number_keeps_all_its_digits(value):
    assert int(number(value).replace(",", "")) == value
    assert int(in_german(number, value).replace(".", "")) == value


@given(st.floats(-1e9, 1e9))
def test_a_number_keeps_its_first_six_digits(value):
    assert float(number(value).replace(",", "")) == pytest.approx(value, rel=1e-5, abs=1e-11)


@given(st.integers(0, 10**6))
def test_rules_terms_read_in_english_as_the_rules_write_them(seconds):
    assert duration(seconds * SECOND_US) == duration_text(seconds * SECOND_US)
