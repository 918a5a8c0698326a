"""Aliases join a seller's names, and refuse what they would make of two sellers one."""

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.durations import DAY_US
from detector.errors import BadInput
from detector.history.aliases import Alias, final_names, joined
from detector.history.building import history_of

NAMES = "abcdef"
DAYS = 20


def alias(old, new, day, row=1):
    return Alias(old, new, day * DAY_US, f"f.csv: row {row}")


def same(one, other):
    """Whether two histories are equal, bit for bit."""
    tables = [(one.complaints, other.complaints)]
    assert (one.orders is None) == (other.orders is None)
    if one.orders is not None:
        tables.append((one.orders, other.orders))
    assert (one.sellers, one.categories) == (other.sellers, other.categories)
    for ours, theirs in tables:
        for field in fields(ours):
            assert np.array_equal(getattr(ours, field.name), getattr(theirs, field.name))


def history(rows, orders):
    seller, at, category, buyer = zip(*rows, strict=True)
    columns = {"seller_id": seller, "filed_at": at, "category": category, "buyer_id": buyer}
    if not orders:
        return history_of(columns)
    return history_of(
        columns, dict(zip(("seller_id", "day", "orders"), zip(*orders, strict=True), strict=True))
    )


@st.composite
def rekeyed_markets(draw):
    """A market that was never re-keyed, the same re-keyed along chains, and the aliases."""
    instants = st.integers(0, DAYS * DAY_US - 1)
    row = st.tuples(st.sampled_from("xyz"), instants, st.sampled_from("pq"), st.sampled_from("uv"))
    rows = draw(st.lists(row, min_size=1, max_size=30, unique_by=lambda one: one[:2]))
    order = st.tuples(st.sampled_from("xyz"), st.integers(0, DAYS - 1), st.integers(1, 5))
    orders = draw(st.lists(order, max_size=20))
    changes = {
        name: sorted(draw(st.lists(st.integers(1, DAYS - 1), max_size=3, unique=True)))
        for name in "xyz"
    }

    def named(name, day):
        left = sum(day < change for change in changes[name])
        return f"{name}-{left}" if left else name

    then = [(named(who, at // DAY_US), at, *rest) for who, at, *rest in rows]
    ordered = [(named(who, day), day, count) for who, day, count in orders]
    aliases = [
        alias(named(name, day - 1), named(name, day), day)
        for name, days in changes.items()
        for day in days
    ]
    shuffled = draw(st.permutations(aliases))
    return history(rows, orders), history(then, ordered), shuffled


@given(rekeyed_markets())
def test_a_joined_market_is_the_one_that_was_never_rekeyed(made):
    never, rekeyed, aliases = made
    same(joined(rekeyed, aliases), never)


@given(rekeyed_markets())
def test_aliases_once_are_aliases_twice_in_any_order(made):
    _, rekeyed, aliases = made
    once = joined(rekeyed, aliases)
    assert joined(once, aliases) is once
    same(joined(rekeyed, [*aliases[::-1], *aliases]), once)


@given(rekeyed_markets())
def test_no_aliases_change_nothing(made):
    _, rekeyed, _ = made
    assert joined(rekeyed, ()) is rekeyed
    assert joined(rekeyed, [alias("nobody", "somebody", 3)]) is rekeyed


@given(rekeyed_markets(), st.integers(0, DAYS * DAY_US))
def test_a_point_in_time_may_come_before_the_aliases_or_after_them(made, instant):
    _, rekeyed, aliases = made
    same(joined(rekeyed, aliases).as_of(instant), joined(rekeyed.as_of(instant), aliases))


def test_a_chain_ends_in_its_last_name():
    assert final_names([alias("b", "c", 5), alias("a", "b", 2)]) == {"a": "c", "b": "c"}


@pytest.mark.parametrize(
    ("aliases", "told"),
    [
        ([("a", "a", 3)], "row 0: 'a' is its own new name"),
        ([("a", "b", 3), ("b", "a", 5)], "row 0: 'a' ends when or before it begins, in f.csv: row"),
        ([("a", "b", 3), ("b", "c", 3)], "row 1: 'b' ends when or before it begins, in f.csv: row"),
        ([("a", "c", 3), ("b", "c", 5)], "row 1: 'c' is the new name of 'a' as well, in f.csv: ro"),
        ([("a", "b", 3), ("a", "c", 3)], "row 1: 'a' has another new name or day in f.csv: row 0"),
        ([("a", "b", 3), ("a", "b", 4)], "row 1: 'a' has another new name or day in f.csv: row 0"),
    ],
)
def test_aliases_that_contradict_each_other_are_refused(aliases, told):
    with pytest.raises(BadInput) as refused:
        final_names([alias(*one, row=row) for row, one in enumerate(aliases)])
    assert told in str(refused.value)


def test_a_cycle_is_refused_however_its_times_run():
    cycle = [alias("a", "b", 1), alias("b", "c", 2), alias("c", "a", 3)]
    with pytest.raises(BadInput, match="'a' is its own new name in the end"):
        final_names(cycle)


TWO = history(
    [("a", 2 * DAY_US, "p", "u"), ("b", 6 * DAY_US, "p", "u")], [("a", 3, 2), ("b", 5, 1)]
)


@pytest.mark.parametrize(
    ("day", "told"),
    [
        (2, "row 1: 'a' got a complaint at 1970-01-03T00:00:00Z, after 1970-01-03T00:00:00Z"),
        (3, "row 1: 'a' has orders on 1970-01-04, after 1970-01-04T00:00:00Z"),
        (6, "row 1: 'b' was there on 1970-01-06 already, before 1970-01-07T00:00:00Z"),
        (7, "row 1: 'b' was there on 1970-01-06 already, before 1970-01-08T00:00:00Z"),
    ],
)
def test_names_that_were_used_at_once_are_refused(day, told):
    with pytest.raises(BadInput) as refused:
        joined(TWO, [alias("a", "b", day)])
    assert told in str(refused.value)
    assert joined(TWO, [alias("a", "b", day)], is_checked=False).sellers == ("b",)


def test_a_change_at_noon_adds_up_the_orders_of_its_day():
    noon = replace(alias("a", "b", 3), since=3 * DAY_US + DAY_US // 2)
    both = history([("a", 2 * DAY_US, "p", "u")], [("a", 3, 2), ("b", 3, 1)])
    found = joined(both, [noon])
    assert found.orders.count.tolist() == [3.0]


def test_a_refusal_names_five_rows_and_counts_the_others():
    with pytest.raises(BadInput, match=r"row 4.*; and 2 more") as refused:
        final_names([alias(name, name, 1, row) for row, name in enumerate("abcdefg")])
    assert "row 5" not in str(refused.value)
