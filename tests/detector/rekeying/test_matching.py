"""Marginals over matchings, as they are by counting all matchings."""

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from detector.rekeying.matching import _marginals, chances_of


def counted(weight, ending, beginning):
    """The marginals by summing over every matching."""
    total, of = 0.0, np.zeros(len(weight))
    for size in range(len(weight) + 1):
        for some in combinations(range(len(weight)), size):
            ends, begins = [ending[i] for i in some], [beginning[i] for i in some]
            if len(set(ends)) == len(set(begins)) == size:
                product = float(np.prod([weight[i] for i in some]))
                total += product
                of[list(some)] += product
    return of / total


@given(st.lists(st.floats(0.01, 100.0), min_size=1, max_size=6), st.booleans())
def test_on_a_path_marginals_are_exact(weight, is_flipped):
    # Pair n shares its ending with the one before or its beginning, in turn: a path is a tree.
    place = np.arange(len(weight))
    sides = (place // 2, (place + 1) // 2)
    ending, beginning = sides[::-1] if is_flipped else sides
    found = _marginals(np.array(weight), ending, beginning)
    assert np.allclose(found, counted(weight, ending, beginning), atol=1e-9)


def test_each_name_has_at_most_one_partner_in_the_mean():
    rng = np.random.default_rng(1)
    ending, beginning = np.repeat(np.arange(8), 8), np.tile(np.arange(8), 8)
    day = np.zeros(8, dtype=np.int64)
    chance = chances_of(rng.normal(4.0, 3.0, 64), ending, beginning, day, day, 0.1, 0.5)
    for side in (ending, beginning):
        assert (np.bincount(side, chance) <= 1.05).all()


def test_many_beginnings_make_each_less_likely():
    gain, one = np.full(1, 5.0), np.zeros(1, dtype=np.int64)
    alone = chances_of(gain, one, one, one, one, 0.1, 0.5)
    many = np.zeros(300, dtype=np.int64)
    assert chances_of(gain, one, one, one, many, 0.1, 0.5) < 0.2 < 0.8 < alone
