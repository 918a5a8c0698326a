from datetime import timedelta

from detector.durations import DAY_US, HOUR_US, MINUTE_US, SECOND_US


def test_durations_are_whole_microseconds():
    named = {"days": DAY_US, "hours": HOUR_US, "minutes": MINUTE_US, "seconds": SECOND_US}
    for unit, microseconds in named.items():
        assert timedelta(microseconds=microseconds) == timedelta(**{unit: 1})
