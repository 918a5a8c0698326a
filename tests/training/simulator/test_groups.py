from dataclasses import replace

import numpy as np
import pytest

from detector.errors import BadInput
from training.simulator import Marketplace, simulate
from training.simulator.groups import group_names, groups_of

SMALL = Marketplace(sellers=2_100, days=70)


@pytest.fixture(scope="module")
def grouped():
    return simulate(replace(SMALL, groups=12), 3, truth=False)


@pytest.fixture
def rng():
    return np.random.default_rng(1)


def test_groups_change_nothing_else(grouped):
    plain = simulate(SMALL, 3, truth=False)
    assert "group" not in plain.complaints.column_names
    assert grouped.complaints.drop_columns("group").equals(plain.complaints)
    assert grouped.orders.equals(plain.orders)
    assert grouped.episodes.equals(plain.episodes)


def test_the_same_seed_gives_the_same_groups_and_another_seed_others(grouped):
    again, other = (simulate(grouped.marketplace, seed, truth=False) for seed in (3, 4))
    assert again.complaints.equals(grouped.complaints)
    groups = other.complaints["group"].to_pylist()
    assert groups[:1_000] != grouped.complaints["group"].to_pylist()[:1_000]


def test_the_history_has_the_tables_groups(grouped):
    history = grouped.history()
    table = grouped.complaints
    named = [history.groups[code] for code in history.complaints.group]
    kept = (table[name].to_pylist() for name in ("seller_id", "filed_at", "group"))
    assert named == [row[2] for row in sorted(zip(*kept, strict=True), key=lambda row: row[:2])]
    assert history.groups == tuple(group_names(12).to_pylist())


def test_a_seller_uses_one_to_three_groups_each_as_likely(rng):
    seller = np.repeat(np.arange(3_000), 200)
    group = groups_of(5, seller, 3_000, rng)
    used = np.zeros((3_000, 5), dtype=bool)
    used[seller, group] = True
    assert set(used.sum(axis=1)) == {1, 2, 3}
    assert used.mean(axis=0) == pytest.approx(np.full(5, 0.4), abs=0.05)


def test_shares_of_two_groups_are_spread_evenly(rng):
    """A Dirichlet draw with concentration 1 is uniform; half of the sellers use one group only."""
    seller = np.repeat(np.arange(4_000), 500)
    first = np.bincount(seller, weights=groups_of(2, seller, 4_000, rng) == 0) / 500
    both = first[(first > 0) & (first < 1)]
    assert len(both) == pytest.approx(2_000, abs=150)
    assert np.quantile(both, [0.25, 0.5, 0.75]) == pytest.approx([0.25, 0.5, 0.75], abs=0.04)


def test_one_group_is_everybodys(rng):
    assert groups_of(1, np.array([0, 0, 1]), 2, rng).tolist() == [0, 0, 0]
    assert group_names(1).to_pylist() == ["g0"]


def test_fewer_groups_than_none_are_refused():
    with pytest.raises(BadInput, match="groups"):
        Marketplace(groups=-1)
