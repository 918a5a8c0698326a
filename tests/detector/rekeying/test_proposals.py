"""Re-keyed sellers are found, and sellers that merely come and go are not taken for one."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.durations import DAY_US
from detector.history.aliases import Alias, joined
from detector.history.building import daily_orders, history_of
from detector.rekeying import rekeyings_in, sentence_of
from training.simulator import Marketplace, simulate
from training.simulator.rekeying import LIKE_OLD, with_rekeyed

MARKET = Marketplace(
    sellers=300, days=420, leaving_early_share=0.15, complaints_per_order_mean=0.04
)
DAY = 250


@pytest.fixture(scope="module")
def churning():
    """A market in which sellers come and go, its first day, and sellers that are large."""
    simulation = simulate(MARKET, 9_900)
    history, first = simulation.history(), simulation.truth.first_day
    day = history.complaints.filed_at // DAY_US - first - DAY
    counts = [
        np.bincount(history.complaints.seller[part], minlength=len(history.sellers))
        for part in ((day >= -91) & (day < 0), (day >= 0) & (day < 91))
    ]
    return history, first, np.flatnonzero(np.minimum(*counts) >= 10)


def pairs_of(history, first):
    return {(one.old, one.new): one for one in rekeyings_in(history, (first + 420) * DAY_US)}


def test_sellers_that_come_and_go_are_no_pairs(churning):
    history, first, _ = churning
    assert pairs_of(history, first) == {}


def test_a_rekeyed_seller_is_found_with_its_day(churning):
    history, first, large = churning
    days = {int(seller): first + DAY + 9 * place for place, seller in enumerate(large[::9][:5])}
    planted = with_rekeyed(history, days)
    # The last of them changes within its day: both names have orders of it.
    orders, (seller, day) = planted.orders, max(days.items(), key=lambda one: one[1])
    names = (history.sellers[seller], "new" + history.sellers[seller])
    both = [planted.sellers.index(name) for name in names]
    columns = (orders.seller, both), (orders.day, [day, day]), (orders.count, [1.0, 1.0])
    ordered = (np.append(*column).astype(column[0].dtype) for column in columns)
    planted = replace(planted, orders=daily_orders(*ordered))
    found = pairs_of(planted, first)
    aliases = [Alias(one.old, one.new, one.since) for one in found.values()]
    assert len(joined(planted, aliases).sellers) == len(planted.sellers) - len(found)
    wanted = {(history.sellers[s], "new" + history.sellers[s]): day for s, day in days.items()}
    right = found.keys() & wanted.keys()
    assert len(right) >= 4
    assert len(found) - len(right) <= 1
    for pair in right:
        assert abs(found[pair].since // DAY_US - wanted[pair]) <= 2
        assert 0.5 <= found[pair].chance <= 1.0
        assert f"{pair[0]} ended as {pair[1]} began on " in sentence_of(found[pair])


def test_sellers_of_a_few_weeks_have_an_answer():
    days = {"a": range(10), "b": range(25, 35), "c": [60]}
    filed = [(name, day * DAY_US) for name, those in days.items() for day in those]
    seller, at = zip(*filed, strict=True)
    history = history_of({"seller_id": seller, "filed_at": at, "category": ["p"] * len(at)})
    assert all(one.old == "a" for one in rekeyings_in(history, 61 * DAY_US))


def test_a_fifth_of_all_sellers_in_one_day(churning):
    history, first, large = churning
    chosen = range(0, len(history.sellers), 5)
    planted = with_rekeyed(history, dict.fromkeys(chosen, first + DAY), name=LIKE_OLD)
    found = pairs_of(planted, first)
    wanted = {s: (history.sellers[s], "x-" + history.sellers[s]) for s in chosen}
    of_large = {pair for seller, pair in wanted.items() if seller in large}
    assert len(of_large & found.keys()) >= 0.9 * len(of_large)
    assert len(found.keys() - set(wanted.values())) <= 1
    until = (first + 420) * DAY_US
    assert set(rekeyings_in(planted, until, pairs_max=10**9)) == set(found.values())
    # Beside each ending one beginning alone is weighed, and some of the right ones are not it.
    assert len(rekeyings_in(planted, until, pairs_max=1)) < len(found)


def test_what_comes_later_changes_nothing(churning):
    history, first, large = churning
    planted = with_rekeyed(history, {int(large[0]): first + DAY})
    until = (first + DAY + 100) * DAY_US
    assert rekeyings_in(planted, until) == rekeyings_in(planted.as_of(until), until)


def test_without_buyers_or_orders_all_else_is_looked_at(churning):
    history, first, _ = churning
    complaints = replace(history.complaints, buyer=None)
    bare = replace(history, complaints=complaints, orders=None)
    biggest = int(np.bincount(history.complaints.seller).argmax())
    found = pairs_of(with_rekeyed(bare, {biggest: first + DAY}, name=LIKE_OLD), first)
    assert (history.sellers[biggest], "x-" + history.sellers[biggest]) in found


rows = st.lists(
    st.tuples(
        st.sampled_from(["a 1", "b 1", "c", ""]),
        st.integers(0, 200 * DAY_US),
        st.sampled_from("pq"),
    ),
    max_size=60,
)


@given(rows, st.integers(0, 220 * DAY_US), st.booleans())
def test_small_histories_have_an_answer(filed, until, has_orders):
    seller, at, category = zip(*filed, strict=True) if filed else ((), (), ())
    columns = {"seller_id": seller, "filed_at": at, "category": category}
    orders = {"seller_id": ["a 1"] * 9, "day": range(9), "orders": [1] * 9} if has_orders else None
    for one in rekeyings_in(history_of(columns, orders), until):
        assert one.old != one.new
