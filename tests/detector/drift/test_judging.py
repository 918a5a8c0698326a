"""A metric against its own past: what is usual stays usual, and two weeks in a row are a drift."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.drift.judging import (
    FAR_SDS,
    OUTSIDE_SDS,
    SELLER_DAYS_MIN,
    WEEKS_MIN,
    Metric,
    Week,
    judged,
    reasons_of,
)

VALUES = st.floats(-100, 100)
PAST = st.lists(VALUES, min_size=WEEKS_MIN, max_size=30)
MANY = 1_000


def weeks(values, rows=MANY, first=0):
    return [Week(first + n, value, rows) for n, value in enumerate(values)]


def plain(name="score_90", least=10):
    return Metric(name, least)


@given(PAST, st.data())
def test_a_week_within_the_past_weeks_spread_is_as_usual(past, data):
    first = judged(plain(), weeks(past), [])
    value = first.mean + data.draw(st.floats(-OUTSIDE_SDS, OUTSIDE_SDS)) * first.sd * 0.99
    assert judged(plain(), weeks(past), weeks([value])).state == "within"


@given(PAST, st.floats(3.1, 5.9), st.sampled_from([-1, 1]))
def test_one_week_outside_is_told_and_two_on_one_side_are_a_drift(past, far, side):
    usual = judged(plain(), weeks(past), [])
    out, other = (usual.mean + s * far * usual.sd for s in (side, -side))

    def state(*values):
        return judged(plain(), weeks(past), weeks(values)).state

    assert state(out) == "once"
    assert state(out, out) == "drifting"
    assert state(other, out) == "once"
    assert state(out, usual.mean) == "within"
    assert state(usual.mean + side * (FAR_SDS + 0.1) * usual.sd) == "drifting"


@given(PAST, VALUES, st.floats(-50, 50), st.floats(0.1, 10))
def test_another_unit_changes_no_deviation(past, value, shift, scale):
    def away(convert):
        found = judged(plain(), weeks(map(convert, past)), weeks([convert(value)]))
        return found.deviations[0], found.sd

    plain_away, sd = away(lambda x: x)
    if sd > 1e-3:
        assert away(lambda x: shift + scale * x)[0] == pytest.approx(plain_away, rel=1e-3, abs=1e-3)


@given(PAST, PAST)
def test_the_week_under_test_is_no_part_of_what_is_usual(past, later):
    assert judged(plain(), weeks(past), weeks(later)).mean == judged(plain(), weeks(past), []).mean


def test_too_few_weeks_or_rows_cannot_tell():
    few = weeks([1.0] * (WEEKS_MIN - 1))
    assert judged(plain(), few, weeks([9.0])).state == "unknown"
    past = weeks([1.0, 2.0] * WEEKS_MIN)
    assert judged(plain(), past, weeks([99.0], rows=9)).state == "unknown"
    assert judged(plain(), past, weeks([None])).state == "unknown"
    assert judged(plain(), past, []).state == "unknown"
    assert judged(plain(), past, weeks([99.0, 1.5], rows=9)).deviations == (None, None)
    thin = weeks([50.0] * WEEKS_MIN, rows=9)
    assert judged(plain(), [*thin, *past], []).mean == pytest.approx(1.5)


def test_a_share_that_never_was_above_nought_allows_what_chance_brings():
    share = Metric("without_buyer", 10, is_share=True)
    found = judged(share, weeks([0.0] * 20), weeks([0.001, 0.0, 0.5, 0.6]))
    assert abs(found.deviations[0]) < OUTSIDE_SDS
    assert found.state == "drifting"


@pytest.mark.parametrize(
    ("values", "rows", "codes"),
    [
        ((0.03, 0.025), SELLER_DAYS_MIN, ["calibration"]),
        ((0.002, 0.004), SELLER_DAYS_MIN, ["calibration"]),
        ((0.03, 0.015), SELLER_DAYS_MIN, []),
        ((0.03, 0.03), SELLER_DAYS_MIN // 2 - 1, []),
        ((0.03,), SELLER_DAYS_MIN, []),
    ],
)
def test_calibration_off_by_twice_for_two_weeks_is_a_reason(values, rows, codes):
    past = weeks([0.01, 0.011] * 10, rows)
    metric = Metric("p_below_01", 10, is_share=True)
    found = reasons_of([judged(metric, past, weeks(values, rows))])
    assert [reason.code for reason in found] == codes


@pytest.mark.parametrize(
    ("name", "values", "codes"),
    [
        ("unseen_categories", (0.03, 0.05), ["unseen_categories"]),
        ("unseen_categories", (0.05, 0.01), []),
        ("delay_days", (20.0, 21.0), ["delay"]),
        ("mix", (20.0, 1.2), []),
        ("mix", (20.0, 21.0), ["mix"]),
        ("score_99", (20.0, 21.0), []),
        ("without_buyer", (0.9, 0.9), []),
    ],
)
def test_drift_alone_is_no_reason(name, values, codes):
    share = name in ("unseen_categories", "without_buyer")
    past = weeks([0.0] * 20 if share else [1.0, 1.4] * 10)
    found = reasons_of([judged(Metric(name, 10, is_share=share), past, weeks(values))])
    assert [reason.code for reason in found] == codes


def test_a_metric_of_known_noise_is_not_outside_for_what_chance_brings():
    past = weeks([0.0] * 20)
    noisy = Metric("mix_scatter", 10, noise=0.4)
    sd = 0.4 / MANY**0.5
    assert judged(noisy, past, weeks([2.9 * sd])).state == "within"
    assert judged(noisy, past, weeks([6.1 * sd])).state == "drifting"
    fewer = judged(noisy, past, weeks([6.1 * sd], rows=MANY // 4))
    assert fewer.state == "once"
