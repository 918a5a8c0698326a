"""Weeks are those of ISO 8601, and looks without an answer are taken as missing by chance."""

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.instants import EPOCH
from service.audit_sample.rules import (
    Look,
    estimate,
    first_of,
    in_words,
    week_in,
    week_of,
    week_text,
)

instants = st.datetimes(datetime(1970, 1, 5), datetime(8999, 12, 20), timezones=st.just(UTC))  # noqa: DTZ001
findings = st.sampled_from([None, "harm", "no_harm", "unclear"])
looks = st.builds(
    Look, st.sampled_from([0, 7, 14]), st.integers(3, 400), st.floats(0.01, 1.0), findings
)


@given(instants)
def test_a_week_begins_on_the_monday_before_and_is_read_as_it_is_written(moment):
    week = week_of((moment - EPOCH) // timedelta(microseconds=1))
    monday = EPOCH + timedelta(days=week)
    assert timedelta(0) <= moment - monday < timedelta(days=7)
    assert (monday.isoweekday(), week_in(week_text(week))) == (1, week)
    assert week_text(week) == f"{moment:%G-W%V}"
    assert (week - first_of(week)) // 7 == 12


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026",
        "2026-W00",
        "2026-W54",
        "2026-W48-1",
        "2026-48",
        "1970-W01",
        "9999-W52",
        "２026-W48",
    ],
)
def test_what_is_no_week_is_refused(text):
    with pytest.raises(ValueError, match="expected a week"):
        week_in(text)


@given(st.lists(looks, max_size=30))
def test_who_was_not_answered_changes_no_share_where_all_are_alike(found):
    """In a week of equal weights, the share is that of the answered looks."""
    alike = [Look(0, 4, 0.5, look.finding) for look in found]
    answered = [look for look in alike if look.finding in ("harm", "no_harm")]
    told = estimate({0: 8 * len(alike)}, alike)
    assert told.unanswered == len(alike) - len(answered)
    if not answered:
        assert told.missed is None
        return
    harm = sum(look.finding == "harm" for look in answered)
    assert math.isclose(told.missed.share, harm / len(answered), abs_tol=1e-12)
    assert told.missed.looked == len(answered)


@given(st.lists(looks, min_size=1, max_size=30))
def test_where_all_are_answered_every_complaint_of_the_frames_counts(found):
    counts = {
        week: sum(round(x.weight) + 1 for x in found if x.week == week) for week in (0, 7, 14)
    }
    whole = [Look(x.week, x.complaints, x.chance, "harm") for x in found]
    told = estimate(counts, whole)
    weights = sum(look.weight for look in whole)
    assert told.unanswered == 0
    assert math.isclose(told.missed.share, min(weights / sum(counts.values()), 1.0))


def test_a_week_whose_lot_drew_nobody_counts_with_all_its_complaints():
    looked = [Look(0, 10, 1.0, "harm")]
    assert estimate({0: 10, 7: 30}, looked).missed.share == pytest.approx(0.25)
    open_week = [*looked, Look(7, 10, 1.0, None)]
    assert estimate({0: 10, 7: 30}, open_week).missed.share == 1.0


def test_the_sentence_names_share_interval_looks_and_gaps():
    none = in_words(estimate({}, [Look(0, 9, 0.5, "unclear")]))
    assert none.startswith("No estimate: ")
    assert none.endswith("1 unanswered.")
    found = [Look(0, 5, 0.5, "harm" if n == 0 else "no_harm") for n in range(100)]
    told = estimate({0: 1_000}, [*found, Look(7, 5, 0.5, None)])
    low, high = 100 * told.missed.low, 100 * told.missed.high
    assert in_words(told) == (
        "Of the complaints of the last 13 weeks about sellers without a case, 1.0 % "
        f"({low:.1f} to {high:.1f}) were about sellers at fault; 100 looks, 1 unanswered."
    )
