"""Complainants who share what independent people seldom share make the odds of dependence."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.durations import DAY_US
from detector.evidence.independence import dependence_of
from detector.evidence.reasons import signs_of
from detector.history.building import history_of
from detector.history.history import History

NOW = 500 * DAY_US
HOUR_US = DAY_US // 24
DAYS = (3, 14)


def seller(recent, past=(), name="s"):
    """Complaints as (microseconds before NOW, whether an order is linked)."""
    rows = [*recent, *past]
    return history_of(
        {
            "seller_id": [name] * len(rows),
            "filed_at": [NOW - before for before, _ in rows],
            "category": ["late"] * len(rows),
            "delay_days": [3.0 if linked else np.nan for _, linked in rows],
        }
    )


def dependence(history: History, expected=0.2):
    n = len(history.sellers)
    age = NOW - history.complaints.filed_at
    of = [np.bincount(history.complaints.seller[age <= d * DAY_US], minlength=n) for d in DAYS]
    counts = np.stack(of, axis=1).astype(float)
    return dependence_of(history, NOW, DAYS, counts, np.full_like(counts, expected))


def spread(count, *, linked=True, first=1):
    """Complaints one a day, each at another hour."""
    return [((first + n) * DAY_US - (n * 7 % 24) * HOUR_US - 5, linked) for n in range(count)]


def test_strangers_count_where_complainants_usually_name_their_order():
    usual = spread(40, first=20)
    strange, known = spread(8, linked=False), spread(8)
    assert dependence(seller(strange, usual)).strangers[0] > 100
    assert dependence(seller(known, usual)).strangers[0] == 1
    nobody_names = spread(40, first=20, linked=False)
    assert dependence(seller(strange, nobody_names)).strangers[0] < 3


def test_without_linked_orders_nobody_is_a_stranger():
    history = seller(spread(8, linked=False))
    columns = {"seller_id": ["s"], "filed_at": [NOW - 5], "category": ["x"]}
    assert dependence(history_of(columns)).strangers[0] == 1
    assert dependence(history).strangers[0] == 1


def test_an_agreed_hour_counts_unless_it_is_everybodys():
    agreed = [(day * DAY_US + 60_000_000 * n, True) for day in (1, 2) for n in range(1, 5)]
    assert dependence(seller(agreed, spread(40, first=20))).hour[0] > 100
    office = [((20 + n) * DAY_US + 60_000_000 * (1 + n % 9), True) for n in range(40)]
    assert dependence(seller(agreed, office)).hour[0] == 1


def test_days_without_a_time_say_nothing_of_the_hour():
    assert dependence(seller([(DAY_US, True)] * 12)).hour[0] == 1


moments = st.lists(st.tuples(st.integers(1, 400 * DAY_US), st.booleans()), min_size=1, max_size=30)


@given(moments, moments)
def test_a_seller_is_judged_alone_as_among_others(one, other):
    alone, others = seller(one, name="b"), seller(other, name="a")
    both = history_of(
        {
            "seller_id": ["b"] * len(one) + ["a"] * len(other),
            "filed_at": [NOW - before for before, _ in [*one, *other]],
            "category": ["late"] * (len(one) + len(other)),
            "delay_days": [3.0 if linked else np.nan for _, linked in [*one, *other]],
        }
    )
    together, first, second = dependence(both), dependence(others), dependence(alone)
    assert together.odds.tolist() == [first.odds[0], second.odds[0]]


@given(moments)
def test_odds_never_speak_for_the_seller_and_are_finite(rows):
    found = dependence(seller(rows))
    assert (found.odds >= 1).all()
    assert np.isfinite(found.odds).all()


@pytest.mark.parametrize(("linked", "said"), [(True, 1), (False, 2)])
def test_the_signs_are_said_in_words(linked, said):
    agreed = [(day * DAY_US + 60_000_000 * n, linked) for day in (1, 2) for n in range(1, 5)]
    signs = signs_of(0, dependence(seller(agreed, spread(40, first=20))))
    assert len(signs) == said
    assert signs[-1] == "many complaints came in the same hour of the day"
