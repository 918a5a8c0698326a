from dataclasses import replace

import numpy as np
import pytest

from detector.durations import DAY_US
from detector.history.history import UNDECIDED, Outcome
from training.simulator import Episodes, Marketplace
from training.simulator.episodes import episodes_in
from training.simulator.filing import filed_by
from training.simulator.market import draw_market
from training.simulator.population import population_of

MARKET = Marketplace(sellers=300, days=200, orders_per_day_median=20.0)


def filed(marketplace, seed=2):
    rng = np.random.default_rng(seed)
    market = draw_market(marketplace, rng)
    population = population_of(marketplace, market, marketplace.sellers, rng)
    episodes = episodes_in(marketplace, population, rng)
    return filed_by(marketplace, market, population, episodes, 0, rng), episodes, market


@pytest.fixture(scope="module")
def rows():
    return filed(MARKET)


def test_rows_come_by_seller_and_then_time_within_the_span(rows):
    found, _, market = rows
    order = np.lexsort((found.filed_at, found.seller))
    assert (order == np.arange(len(order))).all()
    days = found.filed_at // DAY_US - market.first_day
    assert days.min() >= 0
    assert days.max() < MARKET.days


def test_what_is_decided_after_the_end_is_pending(rows):
    found, _, market = rows
    pending = found.outcome == Outcome.PENDING
    assert (found.decided_at[pending] == UNDECIDED).all()
    assert (found.decided_at[~pending] > found.filed_at[~pending]).all()
    assert found.decided_at[~pending].max() < (market.first_day + MARKET.days) * DAY_US
    assert 0 < pending.mean() < 0.2


def test_some_buyers_complain_again_and_most_do_not(rows):
    found, _, _ = rows
    _, times = np.unique(found.buyer, return_counts=True)
    assert 0.8 < len(times) / len(found.buyer) < 0.99


def test_a_brigade_brings_no_evidence_and_is_mostly_unfounded():
    brigades = Episodes(per_seller_year=5.0, kinds={"brigade": 1.0})
    found, episodes, _ = filed(replace(MARKET, episodes=brigades))
    members = found.buyer < 0
    assert members.sum() == sum(len(e.days) for e in episodes)
    assert found.evidence[members].max() == 0
    decided = members & (found.outcome != Outcome.PENDING)
    assert (found.outcome[decided] == Outcome.UNFOUNDED).mean() > 0.5
    assert found.evidence[~members].mean() == pytest.approx(MARKET.evidence_mean, rel=0.05)


def test_how_often_episodes_are_upheld_changes_no_other_draw(rows):
    found, episodes, _ = rows
    proved = replace(MARKET, episodes=replace(MARKET.episodes, upheld_share=1.0))
    again, _, _ = filed(proved)
    for field in ("seller", "filed_at", "category", "buyer", "evidence", "decided_at"):
        assert np.array_equal(getattr(found, field), getattr(again, field)), field
    changed = found.outcome != again.outcome
    assert changed.any()
    assert set(found.seller[changed]) <= {e.seller for e in episodes if e.kind != "brigade"}
    assert (again.outcome[found.outcome == Outcome.UPHELD] == Outcome.UPHELD).all()


def test_a_shift_moves_what_would_have_come_anyway():
    shifts = Episodes(per_seller_year=5.0, kinds={"category_shift": 1.0})
    found, episodes, market = filed(replace(MARKET, episodes=shifts))
    day = found.filed_at // DAY_US - market.first_day
    for episode in episodes:
        window = (found.seller == episode.seller) & (day >= episode.start) & (day < episode.end)
        assert (found.category[window] == episode.category).all()


def test_a_prepared_brigade_brings_new_buyers_and_evidence_at_an_agreed_hour():
    prepared = Episodes(per_seller_year=5.0, kinds={"prepared_brigade": 1.0})
    found, episodes, market = filed(replace(MARKET, episodes=prepared))
    members = found.buyer < 0
    assert members.sum() == sum(len(e.days) for e in episodes) > 50
    assert len(np.unique(found.buyer[members])) == members.sum()
    assert found.evidence[members].min() == 1
    for episode in episodes:
        days = found.filed_at // DAY_US - market.first_day
        theirs = members & (found.seller == episode.seller)
        theirs &= (days >= episode.start) & (days < episode.end)
        assert np.ptp(found.filed_at[theirs] % DAY_US) < 60 * 60_000_000
