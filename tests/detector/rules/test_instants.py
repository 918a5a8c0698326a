"""Instants and durations as whole microseconds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.rules.instants import (
    DAY,
    EARLIEST,
    LATEST,
    NEVER,
    SECOND,
    duration_of,
    duration_text,
    instant_of,
    text_of,
)


@given(st.integers(EARLIEST, LATEST - 1))
def test_writing_and_reading_an_instant_gives_it_back(instant):
    assert instant_of(text_of(instant)) == instant


@pytest.mark.parametrize(
    "text", ["2026-03-01", "2026-03-01T00:00:00Z", "2026-03-01T01:00:00+01:00", "2026-03-01T00:00"]
)
def test_a_time_without_a_zone_is_utc_and_others_are_brought_to_it(text):
    assert text_of(instant_of(text)) == "2026-03-01T00:00:00Z"


@pytest.mark.parametrize(
    "text", ["", "soon", "2026-02-30", "1899-12-31", "9000-01-01", "0001-01-01"]
)
def test_what_is_no_time_or_too_far_away_is_refused(text):
    with pytest.raises(ValueError, match=r".+"):
        instant_of(text)


def test_what_lies_past_the_calendar_can_still_be_written():
    assert text_of(NEVER) == "9999-12-31T23:59:59Z"


@pytest.mark.parametrize(
    ("text", "duration", "told"),
    [
        ("365d", 365 * DAY, "365 days"),
        ("1d", DAY, "1 day"),
        ("36h", 3 * DAY // 2, "36 hours"),
        ("90m", 5400 * SECOND, "5400 seconds"),
        ("2w", 14 * DAY, "14 days"),
    ],
)
def test_a_duration_is_exact_and_told_in_its_largest_whole_unit(text, duration, told):
    assert (duration_of(text), duration_text(duration)) == (duration, told)


@pytest.mark.parametrize("text", ["", "d", "1.5d", "-1d", "1 day", "99999999d", "1y"])
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(ValueError, match="is not a duration"):
        duration_of(text)
