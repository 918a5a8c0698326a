"""An instant that is stored says the same in SQL and in Python."""

from hypothesis import given
from hypothesis.strategies import integers
from sqlalchemy import create_engine, literal, select

from service import clock
from service.database.instants import is_ahead, is_wrong

INSTANTS = integers(-(10**16), 10**16)
TERMS = integers(0, 10**16)
ENGINE = create_engine("sqlite://")


def asked(condition):
    with ENGINE.connect() as connection:
        return bool(connection.execute(select(condition)).scalar_one())


@given(instant=INSTANTS, now=INSTANTS, at_most=TERMS)
def test_an_instant_is_ahead_past_or_wrong_in_sql_as_in_python(instant, now, at_most):
    ahead = clock.is_ahead(instant, now, at_most)
    assert asked(is_ahead(literal(instant), now, at_most)) == ahead
    assert asked(is_wrong(literal(instant), now, at_most)) == (instant > now and not ahead)


@given(now=INSTANTS, at_most=TERMS)
def test_an_instant_is_ahead_from_the_next_microsecond_to_the_end_of_its_term(now, at_most):
    assert not clock.is_ahead(now, now, at_most)
    assert clock.is_ahead(now + at_most, now, at_most) == (at_most > 0)
    assert not clock.is_ahead(now + at_most + 1, now, at_most)
    assert clock.is_ahead(now + 1, now, at_most) == (at_most > 0)
