"""The numbers fit one another."""

import pytest

from detector.settings import DEFAULT


def test_every_window_and_its_guard_band_lie_in_the_days_kept_one_by_one():
    assert max(DEFAULT.windows_days) + DEFAULT.guard_days <= DEFAULT.recent_days


def test_windows_rise_and_weeks_are_whole():
    assert list(DEFAULT.windows_days) == sorted(set(DEFAULT.windows_days))
    assert (DEFAULT.baseline_days - DEFAULT.recent_days) % 7 == 0


def test_settings_cannot_be_changed_in_place():
    with pytest.raises(AttributeError):
        DEFAULT.trees = 7
