from dataclasses import replace

import numpy as np
import pytest

from training.simulator import KINDS, Episodes, Marketplace
from training.simulator.episodes import NO_CATEGORY, episodes_in
from training.simulator.market import draw_market
from training.simulator.population import population_of


def planted(kind, **changes):
    plan = Episodes(per_seller_year=3.0, kinds={kind: 1.0}, **changes)
    market = Marketplace(sellers=300, days=300, orders_per_day_median=30.0, episodes=plan)
    rng = np.random.default_rng(5)
    population = population_of(market, draw_market(market, rng), 300, rng)
    return episodes_in(market, population, rng), population, market


@pytest.mark.parametrize("kind", KINDS)
def test_extra_complaints_lie_within_their_episode(kind):
    episodes, _, _ = planted(kind)
    assert len(episodes) > 100
    for episode in episodes:
        assert episode.kind == kind
        assert episode.start <= episode.days.min() <= episode.days.max() < episode.end
        if episode.category != NO_CATEGORY:
            assert (episode.categories == episode.category).all()


def test_the_excess_is_sized_in_standard_deviations_of_the_window():
    episodes, population, market = planted("general_surge", excess_sd=(8.0, 8.0), excess_min=0)
    sizes = []
    for episode in episodes:
        window = population.intensity[episode.seller, episode.start : episode.end].sum(axis=1)
        variance = window.sum() + market.complaints_dispersion * (window**2).sum()
        sizes.append(len(episode.days) / variance**0.5)
    assert np.mean(sizes) == pytest.approx(8.0, rel=0.05)


def test_a_ramp_rises():
    episodes, _, _ = planted("slow_ramp")
    late = [(e.days - e.start) / (e.end - e.start) for e in episodes]
    assert np.concatenate(late).mean() == pytest.approx(2 / 3, abs=0.05)


def test_no_episodes_are_planted_where_none_are_asked_for():
    market = replace(Marketplace(sellers=50, days=200), episodes=Episodes(per_seller_year=0.0))
    rng = np.random.default_rng(0)
    population = population_of(market, draw_market(market, rng), 50, rng)
    assert episodes_in(market, population, rng) == []
