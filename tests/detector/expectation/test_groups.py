"""Each group of complaints has a factor beside the market's, and no seller makes its own."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.durations import DAY_US
from detector.expectation import groups as module
from detector.expectation.groups import (
    NO_GROUPS,
    by_group,
    factor_of_groups,
    group_factor,
    groups_of,
    in_groups,
)
from detector.expectation.panel import ALL
from detector.history.building import history_of
from detector.settings import DEFAULT

COLUMNS = (ALL, "damaged", "late")
AS_OF = 400 * DAY_US
filed = st.lists(
    st.tuples(
        st.sampled_from("abc"),
        st.integers(0, AS_OF - 1),
        st.sampled_from(["damaged", "late"]),
        st.sampled_from(["north", "south", None]),
    ),
    min_size=1,
    max_size=40,
)


def history_from(rows):
    seller, at, category, group = zip(*rows, strict=True)
    return history_of({"seller_id": seller, "filed_at": at, "category": category, "group": group})


def steady(sellers=40, per_day=1, days=400):
    """Sellers with as many complaints a day, half of them in the south."""
    return [
        (f"s{number:02}", day * DAY_US + hour, "damaged", "south" if number % 2 else "north")
        for number in range(sellers)
        for day in range(days)
        for hour in range(per_day)
    ]


def of_each(found):
    """(n, 2) the share that each seller's own past gives to each group."""
    own = np.zeros((len(found.rest), 2))
    own[found.seller, found.group] = found.own
    return own


def due(history, per_day=1.0):
    spans = np.array(DEFAULT.windows_days, dtype=float)[:, np.newaxis]
    of_each = per_day * spans * np.array([1.0, 1.0, 1e-9])
    return np.repeat(of_each[np.newaxis], len(history.sellers), axis=0)


BOTH = replace(NO_GROUPS, names=("north", "south"), shares=np.full(2, 0.5), named=1.0)


def factors(history, mean):
    groups = groups_of(history, AS_OF, mean, COLUMNS, DEFAULT)
    own = by_group(history, AS_OF, groups.names, groups.named, COLUMNS, DEFAULT)
    return factor_of_groups(own, mean, groups)


@given(filed)
def test_complaints_by_group_are_all_of_those_that_name_one(rows):
    history = history_from(rows)
    found = by_group(history, AS_OF, BOTH.names, BOTH.named, COLUMNS, DEFAULT)
    codes = {seller: code for code, seller in enumerate(history.sellers)}
    expected = np.zeros((len(history.sellers), 2, len(DEFAULT.windows_days), len(COLUMNS)))
    for seller, at, category, group in rows:
        for w, days in enumerate(DEFAULT.windows_days):
            if group is not None and at >= AS_OF - days * DAY_US:
                place = codes[seller], ("north", "south").index(group), w
                expected[place][0] += 1
                expected[place][COLUMNS.index(category)] += 1
    counts = np.zeros_like(expected)
    counts[found.seller, found.group] = found.counts
    assert np.array_equal(counts, expected)


@given(filed)
def test_usual_shares_are_shares_and_come_from_before_the_windows(rows):
    history = history_from(rows)
    found = by_group(history, AS_OF, BOTH.names, BOTH.named, COLUMNS, DEFAULT)
    total = found.rest.copy()
    np.add.at(total, found.seller, found.own)
    assert total == pytest.approx(1.0)
    assert ((found.follows > 0.0) & (found.follows <= 1.0)).all()
    longest = AS_OF - DEFAULT.windows_days[-1] * DAY_US
    later = [(s, at, c, "north" if at >= longest else g) for s, at, c, g in rows]
    moved = by_group(history_from(later), AS_OF, BOTH.names, BOTH.named, COLUMNS, DEFAULT)
    assert np.array_equal(of_each(found), of_each(moved))
    assert np.array_equal(found.follows, moved.follows)


@given(st.floats(0.0, 1e5), st.floats(0.0, 1e4), st.floats(0.0, 1e5), st.floats(0.0, 0.1))
def test_a_factor_rises_with_what_was_seen_and_is_shrunk_to_the_markets(seen, more, due, of_one):
    scatter = of_one * due**2  # a tenth where one seller is all of the group
    (low, high), variance = group_factor(np.array([seen, seen + more]), due, scatter)
    assert low <= high * (1.0 + 1e-9)
    assert (variance >= 0.0).all()
    assert np.isfinite(variance).all()
    ratio = (seen + 1.0) / (due + 1.0)
    assert min(ratio, 1.0) - 1e-9 <= low <= max(ratio, 1.0) + 1e-9


def test_a_group_of_which_nothing_is_known_is_as_the_market():
    factor, variance = group_factor(np.zeros(1), np.zeros(1), np.zeros(1))
    assert factor == pytest.approx(1.0)
    assert variance == pytest.approx(0.0)


@pytest.mark.parametrize(("seen", "due", "told"), [(3000, 1000, 3.0), (100, 1000, 0.1)])
def test_much_that_differs_much_is_taken_at_its_word(seen, due, told):
    [factor], [variance] = group_factor(np.array([seen]), np.array([due]), np.array([0.0]))
    assert factor == pytest.approx(told, rel=0.03)
    assert variance < 0.05 * factor**2


def test_little_that_differs_a_little_says_nothing():
    [factor], _ = group_factor(np.array([7.0]), np.array([5.0]), np.array([0.0]))
    assert factor == pytest.approx(1.0, abs=0.1)


def test_a_group_that_is_up_raises_what_is_due_from_its_sellers_alone():
    rows = steady(per_day=1)
    rows += [
        (seller, at + DAY_US // 2, what, group)
        for seller, at, what, group in rows
        if group == "south" and at >= AS_OF - 7 * DAY_US
    ]
    history = history_from(rows)
    factor, variance = factors(history, due(history))
    south = np.array([int(seller[1:]) % 2 == 1 for seller in history.sellers])
    week = DEFAULT.windows_days.index(7)
    # Twice as many in one of two groups: the market has half as many more, and they differ from it.
    assert factor[south, week, 1] == pytest.approx(2.0 / 1.5, rel=0.1)
    assert factor[~south, week, 1] == pytest.approx(1.0 / 1.5, rel=0.2)
    assert (variance[:, week, 1] < 0.05).all()


def test_a_group_with_one_seller_says_nothing_about_it():
    rows = [("alone", day * DAY_US, "damaged", "brand") for day in range(400)]
    rows += [("alone", AS_OF - DAY_US + n, "damaged", "brand") for n in range(60)]
    rows += [(f"o{n}", day * DAY_US, "damaged", "other") for n in range(20) for day in range(400)]
    history = history_from(rows)
    factor, _ = factors(history, due(history))
    assert factor[history.sellers.index("alone")] == pytest.approx(1.0, abs=0.02)


def test_one_sellers_spike_hardly_moves_its_group():
    rows = steady()
    spike = [("s01", AS_OF - DAY_US + n, "damaged", "south") for n in range(500)]
    usual, _ = factors(history_from(rows), due(history_from(rows)))
    history = history_from(rows + spike)
    found, _ = factors(history, due(history))
    assert found == pytest.approx(usual, rel=0.12)
    own = history.sellers.index("s01")
    assert found[own] == pytest.approx(usual[own], rel=0.05)


@pytest.mark.parametrize("since", [3, 20, 30, 45, 200])
def test_a_column_that_begins_or_ends_changes_nothing(since):
    rows = steady(sellers=20)
    start = AS_OF - since * DAY_US
    for begins in (True, False):
        named = [(s, at, c, g if (at >= start) == begins else None) for s, at, c, g in rows]
        history = history_from(named)
        factor, _ = factors(history, due(history))
        assert factor[:, :, :2] == pytest.approx(1.0, abs=0.06)


def test_sellers_of_a_group_by_another_name_are_expected_as_before():
    rows = [
        (s, at, c, "east" if g == "south" and at >= AS_OF - 20 * DAY_US else g)
        for s, at, c, g in steady()
    ]
    history = history_from(rows)
    factor, _ = factors(history, due(history))
    assert (factor[:, :, 1] >= 0.5).all()


def test_sellers_that_name_no_group_are_expected_as_the_market_is():
    rows = steady(sellers=20)
    rows += [(f"n{n}", day * DAY_US, "damaged", None) for n in range(20) for day in range(400)]
    rows += [
        (s, at + DAY_US // 2, c, g)
        for s, at, c, g in rows
        if g == "south" and at >= AS_OF - 7 * DAY_US
    ]
    history = history_from(rows)
    factor, _ = factors(history, due(history))
    week = DEFAULT.windows_days.index(7)
    nameless = np.array([seller.startswith("n") for seller in history.sellers])
    assert factor[nameless, week, 1] == pytest.approx(1.0, abs=0.03)
    south = np.array([s[0] == "s" and int(s[1:]) % 2 == 1 for s in history.sellers])
    assert (factor[south, week, 1] > 1.2).all()


def test_parts_of_a_market_add_up(monkeypatch):
    history = history_from(steady(sellers=10))
    whole = groups_of(history, AS_OF, due(history), COLUMNS, DEFAULT)
    monkeypatch.setattr(module, "_PART", 3)
    parts = groups_of(history, AS_OF, due(history), COLUMNS, DEFAULT)
    for name in ("shares", "seen", "due", "scatter", "scale"):
        assert getattr(parts, name) == pytest.approx(getattr(whole, name))


def test_a_group_that_the_market_does_not_know_counts_as_none():
    history = history_from(steady())
    mean = due(history)
    groups = groups_of(history, AS_OF, mean, COLUMNS, DEFAULT)
    names = {"north": "east", "south": "west"}
    renamed = history_from([(s, at, c, names[g]) for s, at, c, g in steady()])
    own = by_group(renamed, AS_OF, groups.names, groups.named, COLUMNS, DEFAULT)
    assert len(own.group) == 0
    assert factor_of_groups(own, mean, groups)[0] == pytest.approx(1.0, abs=0.05)


def test_the_largest_groups_have_a_factor(monkeypatch):
    monkeypatch.setattr(module, "_GROUPS_MAX", 1)
    rows = [*steady(sellers=2), ("s09", 0, "late", "south")]
    history = history_from(rows)
    assert groups_of(history, AS_OF, due(history), COLUMNS, DEFAULT).names == ("south",)


def test_complaints_that_name_no_group_have_none():
    history = history_from([(s, at, c, None) for s, at, c, _ in steady(sellers=2)])
    assert groups_of(history, AS_OF, due(history), COLUMNS, DEFAULT) is NO_GROUPS
    without = replace(history, complaints=replace(history.complaints, group=None))
    assert groups_of(without, AS_OF, due(history), COLUMNS, DEFAULT) is NO_GROUPS


def test_every_second_seller_stands_for_another():
    history = history_from(steady())
    groups = groups_of(history, AS_OF, due(history), COLUMNS, DEFAULT)
    twice = groups.times(2)
    assert np.array_equal(twice.seen, 2 * groups.seen)
    assert np.array_equal(twice.due, 2 * groups.due)
    # Four times the scatter of the half, and what another half would have had by chance.
    assert np.array_equal(twice.scatter, 4 * groups.scatter + 2 * groups.due)
    assert twice.names == groups.names


def test_pairs_are_those_with_enough_due():
    history = history_from(steady(sellers=4))
    mean = due(history)
    own = by_group(history, AS_OF, BOTH.names, BOTH.named, COLUMNS, DEFAULT)
    pairs = in_groups(own, mean, replace(BOTH, scale=np.ones(mean.shape[1:])), 5.0)
    assert list(zip(pairs.seller, pairs.group, strict=True)) == [(0, 0), (1, 1), (2, 0), (3, 1)]
    assert np.array_equal(pairs.counts, own.counts)
    assert pairs.mean[:, -1, 0] == pytest.approx(28.0, rel=0.05)
