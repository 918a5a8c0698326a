from dataclasses import replace

import numpy as np
import pytest

from detector.durations import DAY_US
from detector.errors import BadInput
from training.simulator import Disruption, Episodes, Marketplace, blocks, simulate
from training.simulator.marketplace import COMMON_KINDS

SMALL = Marketplace(sellers=300, days=300)
QUIET = replace(SMALL, episodes=Episodes(per_seller_year=0.0))
BUSY = Episodes(per_seller_year=2.0)


def test_the_same_seed_gives_the_same_market_and_another_seed_another():
    first, again, other = (simulate(SMALL, seed) for seed in (3, 3, 4))
    assert first.complaints.equals(again.complaints)
    assert first.orders.equals(again.orders)
    assert first.episodes.equals(again.episodes)
    assert not first.complaints.equals(other.complaints)


def test_complaints_are_as_many_as_the_truth_expects():
    market = replace(QUIET, sellers=1_000)
    simulation = simulate(market, 5)
    expected = simulation.truth.intensity.sum(axis=(0, 1), dtype=float)
    codes = simulation.history().complaints.category
    filed = np.bincount(codes, minlength=len(expected))
    days = simulation.truth.intensity.sum(axis=2, dtype=float)
    spread = np.sqrt(expected.sum() + market.complaints_dispersion * (days**2).sum())
    assert abs(filed.sum() - expected.sum()) < 4 * spread
    assert np.abs(filed / filed.sum() - expected / expected.sum()).max() < 0.02


LARGE = replace(QUIET, orders_per_day_median=400.0, orders_per_day_log_sd=0.0)


def days_of(market, seed):
    """Daily complaints of every seller, what the truth expects, and the truth."""
    simulation = simulate(market, seed)
    mean = simulation.truth.intensity.sum(axis=2, dtype=float)
    table = simulation.history().complaints
    day = (table.filed_at // DAY_US).astype(int) - simulation.truth.first_day
    counts = np.zeros_like(mean)
    np.add.at(counts, (table.seller, day), 1)
    return counts, mean, simulation.truth


def test_daily_counts_vary_by_the_stated_dispersion():
    counts, mean, _ = days_of(replace(LARGE, complaints_dispersion=0.5), 2)
    dispersion = (((counts - mean) ** 2).sum() - mean.sum()) / (mean**2).sum()
    assert dispersion == pytest.approx(0.5, rel=0.05)


def test_sellers_vary_by_their_own_dispersion_where_they_differ():
    bursty = replace(LARGE, complaints_dispersion=0.5, complaints_dispersion_log_sd=1.0)
    counts, mean, truth = days_of(bursty, 2)
    own = (((counts - mean) ** 2).sum(axis=1) - mean.sum(axis=1)) / (mean**2).sum(axis=1)
    assert np.log(truth.dispersion).std() == pytest.approx(1.0, rel=0.3)
    known = own > 0
    assert known.mean() > 0.95
    assert np.corrcoef(np.log(own[known]), np.log(truth.dispersion[known]))[0, 1] > 0.9


def test_clumps_leave_the_mean_and_add_the_stated_variance():
    clumped = replace(LARGE, complaints_dispersion=0.0, complaints_clump_mean=1.8)
    counts, mean, truth = days_of(clumped, 2)
    assert truth.linear_dispersion == pytest.approx(1.6)
    assert counts.sum() == pytest.approx(mean.sum(), rel=0.01)
    assert ((counts - mean) ** 2).sum() / mean.sum() == pytest.approx(2.6, rel=0.05)


def test_episodes_lie_within_the_span_and_within_the_sellers_life():
    simulation = simulate(replace(SMALL, episodes=BUSY), 1)
    episodes = simulation.episodes.to_pandas()
    start = np.datetime64(SMALL.starts_on)
    days_in = (episodes.starts_at.dt.tz_localize(None) - start).dt.days
    assert set(episodes.kind) == set(COMMON_KINDS)
    assert days_in.min() >= Episodes().seller_age_days_min
    assert ((episodes.ends_at.dt.tz_localize(None) - start).dt.days <= SMALL.days).all()
    assert (episodes.excess >= Episodes().excess_min).all()
    assert episodes.episode_id.is_unique
    assert episodes.seller_id.is_unique


def test_an_episode_adds_the_excess_it_states():
    """A shift also relabels what would have come anyway, so at least the excess is there."""
    simulation = simulate(replace(SMALL, episodes=BUSY), 1)
    complaints = simulation.complaints.to_pandas()
    for episode in simulation.episodes.to_pylist():
        rows = complaints[
            (complaints.seller_id == episode["seller_id"])
            & (complaints.filed_at >= episode["starts_at"])
            & (complaints.filed_at < episode["ends_at"])
        ]
        if episode["category"] is not None:
            rows = rows[rows.category == episode["category"]]
        assert len(rows) >= episode["excess"]


def test_a_brigade_is_few_buyers_without_evidence():
    brigades = replace(BUSY, kinds={"brigade": 1.0})
    simulation = simulate(replace(SMALL, episodes=brigades), 1)
    complaints = simulation.complaints.to_pandas()
    members = complaints[complaints.buyer_id.str.startswith("b-")]
    sizes = members.groupby("seller_id").buyer_id.nunique()
    assert len(members) == sum(simulation.episodes["excess"].to_pylist())
    assert members.evidence_count.max() == 0
    assert sizes.max() <= Episodes().brigade_buyers[1]


def test_a_disruption_triples_its_category_for_everybody_and_nothing_else():
    strike = Disruption(category="not_received", factor=3.0, days=21, starts=0.5)
    calm = simulate(replace(QUIET, disruptions=()), 1).truth.intensity
    struck = simulate(replace(QUIET, disruptions=(strike,)), 1).truth.intensity
    ratio = np.ones_like(calm)
    np.divide(struck, calm, out=ratio, where=calm > 0)
    hit = slice(150, 171)
    place = sorted(SMALL.categories).index("not_received")
    alive = calm[:, hit, place] > 0
    np.testing.assert_allclose(ratio[:, hit, place][alive], 3.0, rtol=1e-5)
    ratio[:, hit, place] = 1.0
    np.testing.assert_allclose(ratio, 1.0, rtol=1e-5)


def test_a_market_without_episodes_or_orders_has_none():
    simulation = simulate(replace(QUIET, orders_recorded=False), 1, truth=False)
    assert simulation.episodes.num_rows == 0
    assert simulation.orders is None
    assert simulation.truth is None
    assert simulation.history().orders is None


def test_blocks_together_are_the_market():
    market = replace(SMALL, sellers=4_100, days=80)
    parts = list(blocks(market, 9))
    whole = simulate(market, 9)
    assert len(parts) == 3
    assert sum(part.complaints.num_rows for part in parts) == whole.complaints.num_rows
    assert len(set(whole.complaints["complaint_id"].to_pylist())) == whole.complaints.num_rows


def test_a_market_that_cannot_be_is_refused():
    with pytest.raises(BadInput, match="at least one seller"):
        Marketplace(sellers=0)
    with pytest.raises(BadInput, match="unknown category 'lost'"):
        Marketplace(disruptions=(Disruption(category="lost"),))
    with pytest.raises(BadInput, match="unknown kind of episode 'flood'"):
        Marketplace(episodes=Episodes(kinds={"flood": 1.0}))


def test_one_seller_for_one_day_is_a_market():
    simulation = simulate(Marketplace(sellers=1, days=1), 0)
    assert simulation.truth.intensity.shape == (1, 1, 4)
