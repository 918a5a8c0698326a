from dataclasses import replace

import numpy as np
import pytest

from detector.durations import DAY_US
from training.simulator import KINDS, Episodes, Marketplace
from training.simulator.episodes import NO_CATEGORY, episodes_in
from training.simulator.filing import filed_by
from training.simulator.market import draw_market
from training.simulator.marketplace import MIX_SWITCH, SLOW_CREEP
from training.simulator.population import population_of


def planted(kind, **changes):
    plan = Episodes(per_seller_year=3.0, kinds={kind: 1.0}, **changes)
    market = Marketplace(sellers=300, days=300, orders_per_day_median=30.0, episodes=plan)
    rng = np.random.default_rng(5)
    population = population_of(market, draw_market(market, rng), 300, rng)
    return episodes_in(market, population, rng), population, market


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != MIX_SWITCH])
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


def test_a_slow_creep_rises_over_months_to_a_multiple_of_what_is_usual():
    episodes, population, _ = planted(SLOW_CREEP, creep_growth=(2.0, 2.0))
    last, usual = 0, 0.0
    for e in episodes:
        assert e.end - e.start >= 120
        third = e.end - (e.end - e.start) // 3
        last += (e.days >= third).sum()
        usual += population.intensity[e.seller, third : e.end].sum()
    assert last / usual == pytest.approx(2.0 * 5 / 6, rel=0.05)


def test_a_switched_mix_brings_no_more_complaints_but_others():
    plan = Episodes(per_seller_year=3.0, kinds={MIX_SWITCH: 1.0})
    market = Marketplace(sellers=300, days=300, orders_per_day_median=30.0, episodes=plan)
    rng = np.random.default_rng(5)
    drawn = draw_market(market, rng)
    population = population_of(market, drawn, 300, rng)
    episodes = episodes_in(market, population, rng)
    assert len(episodes) > 100
    filed = filed_by(market, drawn, population, episodes, 0, rng)
    day = filed.filed_at // DAY_US - drawn.first_day
    counted, expected = 0, 0.0
    for e in episodes:
        assert len(e.days) == 0
        rows = (filed.seller == e.seller) & (day >= e.start) & (day < e.end)
        assert (filed.category[rows] == e.category).all()
        window = population.intensity[e.seller, e.start : e.end].sum(axis=0)
        assert window.argmax() != e.category
        counted += rows.sum()
        expected += window.sum()
    assert counted / expected == pytest.approx(1.0, abs=0.05)


def test_no_episodes_are_planted_where_none_are_asked_for():
    market = replace(Marketplace(sellers=50, days=200), episodes=Episodes(per_seller_year=0.0))
    rng = np.random.default_rng(0)
    population = population_of(market, draw_market(market, rng), 50, rng)
    assert episodes_in(market, population, rng) == []
