"""Own seasons: a yearly curve is found where there is one, and none is made up elsewhere."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.durations import DAY_US
from detector.expectation.delay import DelayDistribution
from detector.expectation.own_season import (
    NO_SEASONS,
    NO_WEEKS,
    SeasonPrior,
    fit_season_prior,
    long_past_of,
    market_weeks_of,
    own_seasons_of,
    with_seasons,
)
from detector.expectation.panel import Panel
from detector.history.building import history_of, sorted_complaints
from detector.history.history import Complaints, History
from detector.history.timeline import blocks_of
from detector.settings import DEFAULT

YEARS = 3
DAYS = 365 * YEARS
TODAY = 20_000
INSTANT = TODAY * DAY_US
DELAY = DelayDistribution(np.ones(1), 1.0, (TODAY - DAYS) * DAY_US)
BLOCKS = blocks_of(DEFAULT)


def wave(swing, peak_age=0.0):
    """(DAYS,) a yearly wave, oldest day first, largest `peak_age` days before today."""
    age = np.arange(DAYS)[::-1]
    return np.exp(swing * np.cos(2 * np.pi * (age - peak_age) / 365.25))


def history(*rates, seed=1, spread=0.0):
    """Sellers with so many complaints expected each day (DAYS,), oldest first."""
    random = np.random.default_rng(seed)
    seller, filed = [], []
    for number, rate in enumerate(rates):
        if spread:
            weekly = random.gamma(1 / spread, spread, DAYS // 7 + 1)
        else:
            weekly = np.ones(DAYS // 7 + 1)
        mean = rate * np.repeat(weekly, 7)[:DAYS]
        days = np.repeat(np.arange(TODAY - DAYS, TODAY), random.poisson(mean))
        filed.append(days * DAY_US + random.integers(0, DAY_US, len(days)))
        seller.append(np.full(len(days), number, dtype=np.int32))
    filed = np.concatenate(filed)
    table = Complaints(np.concatenate(seller), filed, np.zeros(len(filed), dtype=np.int32))
    names = tuple(f"s{number:03d}" for number in range(len(rates)))
    return History(names, ("any",), sorted_complaints(table))


def past(*rates, **options):
    found = long_past_of(history(*rates, **options), INSTANT, DELAY, DEFAULT)
    assert found is not None
    return found


def seasons(found, prior=None):
    market = market_weeks_of(found)
    prior = fit_season_prior(found, market) if prior is None else prior
    return own_seasons_of(found, market, prior, DEFAULT)


SEASONAL = [2.0 * wave(0.8, peak) for peak in range(0, 360, 30)]
FLAT = [np.full(DAYS, 2.0)] * 12


def test_a_season_of_its_own_is_found_where_sellers_have_them():
    found = seasons(past(*SEASONAL))
    for row, peak in enumerate(range(0, 360, 30)):
        truth = np.exp(0.8 * np.cos(2 * np.pi * (BLOCKS.ages - peak) / 365.25))
        error = np.log(found.factor[row]) - np.log(truth)
        assert np.abs(error - error.mean()).max() < 0.35


def test_no_season_is_made_up_where_sellers_have_none():
    found = seasons(past(*FLAT))
    assert np.abs(np.log(found.factor)).max() < 0.15


def test_a_season_that_all_share_is_the_markets_and_not_their_own():
    found = seasons(past(*[2.0 * wave(0.8)] * 12))
    assert np.abs(np.log(found.factor)).max() < 0.15


def test_the_market_does_not_hold_a_sellers_own_season():
    giant = 50.0 * wave(0.8)
    found = seasons(past(giant, *FLAT), SeasonPrior(np.full(2, 0.3), 1.0))
    spring, autumn = found.factor[0, 0], found.factor[0, len(BLOCKS) - 32]
    assert spring / autumn > 3.0


def test_growth_is_not_taken_for_a_season():
    age = np.arange(DAYS)[::-1] / 365.25
    found = seasons(past(3.0 * np.exp(-0.3 * age), *FLAT))
    assert np.abs(np.log(found.factor[0])).max() < 0.2


def test_an_old_outbreak_does_not_bend_the_curve():
    with_outbreak = FLAT[0].copy()
    with_outbreak[400:414] += 20.0
    usual, bent = seasons(past(*FLAT)), seasons(past(with_outbreak, *FLAT[1:]))
    assert np.abs(np.log(bent.factor[0]) - np.log(usual.factor[0])).max() < 0.15


def test_the_stronger_sellers_seasons_are_the_wider_the_prior():
    flat, seasonal = past(*FLAT), past(*SEASONAL)
    few = fit_season_prior(flat, market_weeks_of(flat)).variance
    many = fit_season_prior(seasonal, market_weeks_of(seasonal)).variance
    assert few[0] < 0.02 < 0.1 < many[0] == pytest.approx(0.8**2 / 2.0, rel=0.5)


@pytest.mark.parametrize("spread", [0.0, 0.3])
def test_residuals_measure_what_scatters_around_the_curve(spread):
    found = seasons(past(*SEASONAL, spread=spread)).residuals
    # The rates of whole weeks vary; weeks before an instant rarely begin with them.
    assert (found.excess / found.squares).mean() == pytest.approx(spread * 0.7, abs=0.08)


def test_uncertainty_is_what_estimates_scatter_by():
    random, prior = np.random.default_rng(4), SeasonPrior(np.full(2, 0.3), 1.0)
    steady = [np.full(DAYS, 5.0)] * 40
    found = seasons(past(*steady, seed=random), prior)
    window = np.log(found.factor[:, :28]).mean(axis=1)
    assert window.var() == pytest.approx(found.relative_variance[:, -1].mean(), rel=0.6)


def test_sellers_with_a_short_or_quiet_past_have_no_curve():
    young = FLAT[0].copy()
    young[: DAYS - 500] = 0.0
    quiet = np.full(DAYS, 0.02)
    known = history(young, FLAT[0], quiet)
    found = long_past_of(known, INSTANT, DELAY, DEFAULT)
    assert found.rows.tolist() == [1]
    panel = Panel(np.zeros((3, len(BLOCKS), 1)), np.ones((3, len(BLOCKS))))
    seasonal = with_seasons(panel, seasons(found, SeasonPrior(np.full(2, 0.3), 1.0)))
    assert (seasonal.exposure[[0, 2]] == 1.0).all()
    assert (seasonal.exposure[1] != 1.0).any()
    assert with_seasons(panel, None) is panel


def test_without_a_long_past_there_is_nothing():
    empty = history_of({"seller_id": [], "filed_at": np.zeros(0, np.int64), "category": []})
    assert long_past_of(empty, INSTANT, DELAY, DEFAULT) is None
    assert market_weeks_of(None) is NO_WEEKS
    assert fit_season_prior(None, NO_WEEKS) is NO_SEASONS
    assert own_seasons_of(None, NO_WEEKS, NO_SEASONS, DEFAULT) is None
    assert own_seasons_of(past(*FLAT), NO_WEEKS, NO_SEASONS, DEFAULT) is None


def test_complaints_after_the_guard_band_change_nothing():
    found, later = past(*SEASONAL), history(*SEASONAL).complaints
    young = later.filed_at >= INSTANT - 35 * DAY_US
    calm = History(history(*SEASONAL).sellers, ("any",), later.take(~young))
    again = long_past_of(calm, INSTANT, DELAY, DEFAULT)
    assert np.array_equal(again.counts, found.counts)


@pytest.mark.parametrize("seen_days", [546, 700, 997])
def test_older_sellers_beside_it_change_no_bit_of_a_sellers_curve(seen_days):
    young = FLAT[0].copy()
    young[: DAYS - seen_days] = 0.0
    together = history(young, *SEASONAL)
    everybody = long_past_of(together, INSTANT, DELAY, DEFAULT)
    market = market_weeks_of(everybody)
    prior, weeks = SeasonPrior(np.array([0.2, 0.05]), 1.3), len(market.seen)
    among = own_seasons_of(everybody, market, prior, DEFAULT)
    mine = long_past_of(together.only(["s000"]), INSTANT, DELAY, DEFAULT, weeks=weeks)
    alone = own_seasons_of(mine, market, prior, DEFAULT)
    assert among.rows[0] == alone.rows[0] == 0
    assert np.array_equal(alone.factor[0], among.factor[0])
    assert np.array_equal(alone.relative_variance[0], among.relative_variance[0])
    assert alone.residuals.excess[0] == among.residuals.excess[0]


def test_no_weeks_of_the_market_leave_no_past():
    assert long_past_of(history(*FLAT), INSTANT, DELAY, DEFAULT, weeks=0) is None


@settings(max_examples=10)
@given(st.integers(0, 11), st.integers(0, 100))
def test_a_seller_alone_gives_the_same_bits(row, seed):
    together = past(*SEASONAL, seed=seed)
    market = market_weeks_of(together)
    prior = SeasonPrior(np.array([0.2, 0.05]), 1.3)
    among = own_seasons_of(together, market, prior, DEFAULT)
    mine = replace(
        together,
        rows=np.zeros(1, dtype=np.int64),
        counts=together.counts[row : row + 1].copy(),
        exposure=together.exposure[row : row + 1].copy(),
    )
    alone = own_seasons_of(mine, market, prior, DEFAULT)
    assert np.array_equal(alone.factor[0], among.factor[row])
    assert np.array_equal(alone.relative_variance[0], among.relative_variance[row])
    assert alone.residuals.excess[0] == among.residuals.excess[row]
