"""Calendar rules in the policy's time zone."""

from __future__ import annotations

from calendar import isleap
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.rules.calendar import PERIODS, RESETS, bucket_of, reset_after
from detector.rules.instants import DAY, instant_of, text_of

ZONES = ["UTC", "Asia/Shanghai", "America/New_York", "Pacific/Apia", "Europe/London"]
instants = st.integers(instant_of("1990-01-01"), instant_of("2090-01-01"))


@pytest.mark.parametrize(
    ("rule", "at", "reset"),
    [
        ("next_day", "2026-03-01T16:30", "2026-03-02T16:00:00Z"),
        ("next_week", "2026-03-02T00:00", "2026-03-08T16:00:00Z"),
        ("next_month", "2026-12-31T15:59", "2026-12-31T16:00:00Z"),
        ("next_quarter", "2026-02-11", "2026-03-31T16:00:00Z"),
        ("next_half_year", "2026-02-11", "2026-06-30T16:00:00Z"),
        ("next_year", "2026-02-11", "2026-12-31T16:00:00Z"),
        ("first_monday_of_quarter", "2026-02-11", "2026-04-05T16:00:00Z"),
        ("last_monday_of_quarter", "2026-02-11", "2026-03-29T16:00:00Z"),
        ("last_monday_of_quarter", "2026-03-29T16:00", "2026-06-28T16:00:00Z"),
        ("anniversary", "2026-02-11", "2026-02-27T16:00:00Z"),
    ],
)
def test_each_reset_falls_on_its_midnight_in_beijing(rule, at, reset):
    anchor = instant_of("2024-02-28")
    assert text_of(reset_after(instant_of(at), rule, "Asia/Shanghai", anchor)) == reset


@given(instants, st.sampled_from(RESETS), st.sampled_from(ZONES), st.integers(0, 4000))
def test_a_reset_is_always_later_and_within_a_year_and_a_day(at, rule, tz, age):
    reset = reset_after(at, rule, tz, at - age * DAY)
    assert at < reset <= at + 367 * DAY


def is_last_monday_of_quarter(day):
    in_a_week = day + timedelta(days=7)
    return day.weekday() == 0 and day.month % 3 == 0 and in_a_week.month != day.month


IS_RESET = {
    "next_day": lambda _: True,
    "next_week": lambda day: day.weekday() == 0,
    "next_month": lambda day: day.day == 1,
    "next_quarter": lambda day: day.day == 1 and day.month in (1, 4, 7, 10),
    "next_half_year": lambda day: day.day == 1 and day.month in (1, 7),
    "next_year": lambda day: (day.month, day.day) == (1, 1),
    "first_monday_of_quarter": lambda day: (
        day.weekday() == 0 and day.month in (1, 4, 7, 10) and day.day <= 7
    ),
    "last_monday_of_quarter": is_last_monday_of_quarter,
}
dates = st.dates(date(1990, 1, 1), date(2090, 1, 1))


def first_after(day, is_reset):
    """Look at one day after the other, as a person does on a calendar."""
    return next(d for n in range(1, 800) if is_reset(d := day + timedelta(days=n)))


def reset_in_utc(day, rule, anchor=date(1990, 1, 1)):
    at, began = (instant_of(f"{one.isoformat()}T12:00") for one in (day, anchor))
    return date.fromisoformat(text_of(reset_after(at, rule, "UTC", began))[:10])


@given(dates, st.sampled_from(sorted(IS_RESET)))
def test_a_reset_is_the_first_such_day_after_today(today, rule):
    assert reset_in_utc(today, rule) == first_after(today, IS_RESET[rule])


@pytest.mark.parametrize("first", ["2024-01-01", "2024-04-01", "2023-10-01"])  # Mondays, a Sunday
def test_the_last_monday_lies_before_the_next_quarter(first):
    today = date.fromisoformat(first) - timedelta(days=40)
    expected = first_after(today, is_last_monday_of_quarter)
    assert reset_in_utc(today, "last_monday_of_quarter") == expected


def test_a_first_monday_that_is_today_is_no_reset_after_today():
    assert reset_in_utc(date(2026, 1, 5), "first_monday_of_quarter") == date(2026, 4, 6)
    assert reset_in_utc(date(2026, 1, 4), "first_monday_of_quarter") == date(2026, 1, 5)


@given(dates, dates | st.sampled_from([date(2024, 2, 29), date(2030, 1, 31), date(2027, 12, 31)]))
def test_a_year_returns_on_its_day_after_today_and_after_it_began(today, began):
    def returns_on(day):
        if (began.month, began.day) == (2, 29) and not isleap(day.year):
            return (day.month, day.day) == (3, 1)
        return (day.month, day.day) == (began.month, began.day)

    expected = first_after(max(today, began), returns_on)
    assert reset_in_utc(today, "anniversary", began) == expected


def test_a_year_that_begins_later_on_the_31st_returns_on_the_31st():
    assert reset_in_utc(date(2026, 12, 31), "anniversary", date(2027, 1, 31)) == date(2028, 1, 31)


@given(instants, st.sampled_from(PERIODS), st.sampled_from(ZONES))
def test_a_bucket_begins_at_or_before_its_instant_and_holds_its_first_day(at, period, tz):
    first = bucket_of(at, period, tz)
    assert bucket_of(instant_of(f"{first.isoformat()}T12:00"), period, "UTC") == first


def test_half_past_eleven_and_half_past_midnight_in_beijing_are_two_days():
    late, early = instant_of("2026-03-01T15:30"), instant_of("2026-03-01T16:30")
    assert bucket_of(late, "day", "UTC") == bucket_of(early, "day", "UTC")
    assert bucket_of(late, "day", "Asia/Shanghai") != bucket_of(early, "day", "Asia/Shanghai")


def test_the_hour_that_summer_time_repeats_is_one_day():
    first, again = instant_of("2026-11-01T05:30"), instant_of("2026-11-01T06:30")
    assert bucket_of(first, "day", "America/New_York") == bucket_of(
        again, "day", "America/New_York"
    )


def test_a_year_that_began_on_29_february_returns_on_1_march():
    began = instant_of("2024-02-29")
    assert text_of(reset_after(began, "anniversary", "UTC", began)) == "2025-03-01T00:00:00Z"
    later = reset_after(instant_of("2027-06-01"), "anniversary", "UTC", began)
    assert text_of(later) == "2028-02-29T00:00:00Z"
