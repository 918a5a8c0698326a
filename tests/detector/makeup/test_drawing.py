"""Drawing without a change: as many complaints as there were, and a fair factor."""

import numpy as np

from detector.expectation.shares import Shares
from detector.makeup.drawing import factors_drawn, factors_seen, gathered
from detector.makeup.prior import MakeUpPrior
from detector.makeup.tallies import Tally

MARKET = np.array([0.5, 0.3, 0.2])
SHARES = Shares(np.tile(MARKET, (1, 2, 1)), MARKET[None])
PRIOR = MakeUpPrior(("x",), np.array([20.0]), np.array([1_000.0]), np.full((1, 5), 0.2))


def tally(n, seed, changed=0):
    rng = np.random.default_rng(seed)
    counts = rng.multinomial(8, MARKET, (n, 15)).astype(float)
    counts[:changed, :2] = [0.0, 0.0, 8.0]
    past = counts[:, 2:]
    return Tally(np.arange(n) * 2, counts[:, :2].cumsum(axis=1), past.sum(axis=1), past)


def seen(*tallies):
    return gathered([({"x": one}, SHARES) for one in tallies], [400] * len(tallies), PRIOR)


def test_factors_are_those_of_the_rows_of_each_instant():
    one, other = tally(50, 1, changed=5), tally(60, 2)
    together = factors_seen(seen(one, other), PRIOR, 800)
    assert np.array_equal(together[:400], factors_seen(seen(one), PRIOR, 400))
    assert np.array_equal(together[400:], factors_seen(seen(other), PRIOR, 400))
    assert (together[:10:2] > 3.0).all()
    assert (together[1::2] == 0.0).all()


def test_drawn_without_a_change_the_factor_is_one_on_average_though_the_rows_had_changed():
    found = seen(tally(200, 3, changed=200))
    rows = np.tile(np.arange(0, 400), 40)
    factors = factors_drawn(found, PRIOR, rows, np.random.default_rng(4))
    assert (factors[rows % 2 == 1] == 0.0).all()
    drawn = np.exp(factors[rows % 2 == 0, 0])
    # Where a factor is large, the seller's own steadiness can only make it smaller.
    assert drawn.mean() < 1.0 + 5.0 * drawn.std() / np.sqrt(len(drawn))
    assert drawn.mean() > 0.5


def test_the_same_seed_draws_the_same_and_nothing_is_drawn_of_absent_attributes():
    found, rows = seen(tally(20, 5)), np.arange(40)
    first, again = (factors_drawn(found, PRIOR, rows, np.random.default_rng(1)) for _ in range(2))
    assert np.array_equal(first, again)
    assert not factors_drawn({}, PRIOR, rows, np.random.default_rng(1)).any()
    assert not factors_seen({}, PRIOR, 40).any()
