import pytest

from service.http.fields import day_of, instant_of


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
