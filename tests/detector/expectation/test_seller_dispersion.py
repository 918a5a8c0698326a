"""SellerDispersion: bursty sellers are told from steady ones, and nobody from too little."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.assess import expected_windows, market_at
from detector.durations import DAY_US
from detector.expectation.market import estimate_market
from detector.expectation.own_season import OwnSeasons, Residuals
from detector.expectation.panel import Panel, market_due_of
from detector.expectation.prior import fit_prior
from detector.expectation.seller_dispersion import (
    DispersionPrior,
    WeeklyPairs,
    fit_dispersion_prior,
    seller_dispersion_of,
    weekly_pairs_of,
)
from detector.history.history import Complaints, History
from detector.history.timeline import blocks_of
from detector.settings import DEFAULT

WEEKS = 320


def pairs(times, rate=1.0, kappa=0.3, phi=0.0, seed=3):
    """Sellers with `rate` complaints a week whose dispersion is `times` the usual one."""
    random = np.random.default_rng(seed)
    times = np.asarray(times, dtype=float)[:, None]
    shape = (len(times), WEEKS)
    mean = rate * random.gamma(np.broadcast_to(1.0 / (kappa * times), shape)) * kappa * times
    if phi:
        mean = random.gamma(np.maximum(mean / (phi * times), 1e-9)) * phi * times
    counts = random.poisson(mean)
    due = counts.mean(axis=1)
    pairs = (counts * (counts - 1.0)).sum(axis=1)
    return WeeklyPairs(pairs, due * WEEKS, due**2 * WEEKS, np.full(len(due), float(WEEKS)))


@pytest.mark.parametrize("phi", [0.0, 0.5])
def test_sellers_that_are_alike_are_found_alike(phi):
    found = fit_dispersion_prior(pairs(np.ones(600), phi=phi), 0.3, phi)
    assert found.prior_df > 50
    assert found.quadratic == pytest.approx(0.3, rel=0.2)
    multiplier = seller_dispersion_of(pairs(np.ones(600), phi=phi, seed=4), found).mean
    assert np.quantile(multiplier, [0.02, 0.98]) == pytest.approx(1.0, abs=0.3)


def test_sellers_that_differ_are_told_apart():
    times = np.exp(np.random.default_rng(5).normal(0, 1, 600))
    found = fit_dispersion_prior(pairs(times), 0.3, 0.0)
    assert found.prior_df < 10
    known = seller_dispersion_of(pairs(times, seed=6), found)
    assert np.corrcoef(np.log(known.scale), np.log(times))[0, 1] > 0.8


def test_a_wrong_first_guess_of_the_usual_scatter_is_put_right():
    assert fit_dispersion_prior(pairs(np.ones(600)), 0.6, 0.0).quadratic == pytest.approx(
        0.3, rel=0.2
    )


@given(st.floats(3.0, 100.0))
def test_a_seller_without_a_past_is_as_uneven_as_sellers_are(alike):
    nothing = WeeklyPairs(*(np.zeros(1) for _ in range(4)))
    known = seller_dispersion_of(nothing, DispersionPrior(0.3, 0.1, alike))
    assert known.mean[0] == pytest.approx(alike / (alike - 2.0))


@given(st.floats(0.0, 1e4), st.floats(0.0, 1e4))
def test_more_pairs_never_make_a_seller_more_even(pairs, more):
    def mean(pairs):
        return seller_dispersion_of(
            WeeklyPairs(np.array([pairs]), np.array([90.0]), np.array([40.0]), np.array([300.0])),
            DispersionPrior(0.3, 0.1, 5.0),
        ).mean[0]

    assert mean(pairs + more) >= mean(pairs) > 0


def test_what_is_drawn_is_what_is_known():
    known = seller_dispersion_of(pairs(np.ones(20)), DispersionPrior(0.3, 0.0, 30.0))
    random = np.random.default_rng(8)
    drawn = np.mean([known.sample(random) for _ in range(4_000)], axis=0)
    assert drawn == pytest.approx(known.mean, rel=0.03)


def test_pairs_are_those_of_one_week_long_enough_ago(training, training_end):
    trained = training.trained
    instant = training_end
    first = trained.settings.recent_days
    # Two in one week and one in the week before; then three that are too young to be counted.
    ages = np.array([first + 7, first + 6, first, first - 1, first - 1, first - 1])
    filed_at = instant - ages * DAY_US - 1
    complaints = Complaints(
        np.zeros(6, dtype=np.int32), filed_at, np.zeros(6, dtype=np.int32), evidence=None
    )
    history = History(("one",), (trained.columns[1],), complaints)
    _, found = expected_windows(history, instant, trained, market_at(history, instant, trained))
    assert found.pairs.tolist() == [2.0]


@pytest.mark.parametrize("share", [0.4, 0.8])
@pytest.mark.parametrize("kappa", [0.0, 0.1])
def test_a_giants_scatter_is_found_however_much_of_the_market_it_is(share, kappa):
    found = [giants_scatter(share, kappa, seed) for seed in range(25)]
    assert np.mean(found) == pytest.approx(kappa, abs=0.015)


def giants_scatter(share, kappa, seed):
    """Beyond chance, of a seller that is a share of a market with 30 complaints a day."""
    random, blocks = np.random.default_rng(seed), blocks_of(DEFAULT)
    days = blocks.days
    others = random.poisson(days * 30 * (1.0 - share) / 50, (50, len(days)))
    swing = random.gamma(1.0 / kappa, kappa, len(days)) if kappa else 1.0
    giant = random.poisson(30 * share * days * swing)
    counts = np.concatenate([giant[None], others])[:, :, None].astype(float)
    panel = Panel(counts, np.tile(days, (len(counts), 1)))
    rate = counts.sum(axis=(0, 1)) / panel.exposure.sum()
    base = np.tile(rate, (len(days), 1))
    prior = fit_prior(counts.sum(axis=1), panel.exposure @ base, rate, market_due_of(panel, base))
    market = estimate_market(panel, prior, blocks, DEFAULT)
    pairs = weekly_pairs_of(panel, prior, market, DEFAULT)
    return (pairs.pairs[0] - pairs.squares[0]) / pairs.squares[0]


def test_a_long_past_replaces_the_weeks_of_its_sellers_alone():
    few = WeeklyPairs(*(np.arange(3.0) + k for k in range(4)))
    residuals = Residuals(*(np.array([value]) for value in (50.0, 100.0, 90.0, 200.0)))
    seasons = OwnSeasons(np.array([1]), np.ones((1, 5)), np.zeros((1, 4)), residuals)
    found = few.with_residuals(seasons)
    assert found.pairs.tolist() == [0.0, 50.0 + 90.0, 2.0]
    assert found.due.tolist() == [1.0, 100.0, 3.0]
    assert found.squares.tolist() == [2.0, 90.0, 4.0]
    assert found.weeks.tolist() == [3.0, 200.0, 5.0]
    assert few.with_residuals(None) is few
