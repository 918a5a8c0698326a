"""Levels: who has always been bad is listed, with an interval that holds the truth."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import detector.levels as leveling
from benchmarks.levels import true_levels
from detector.durations import DAY_US
from detector.errors import BadInput
from detector.estimates import estimate
from detector.history.building import sorted_complaints
from detector.levels import Level, levels_at
from training.simulator import Episodes, Marketplace, simulate

CHRONIC = Marketplace(
    sellers=400,
    days=300,
    orders_per_day_median=6.0,
    chronic_share=0.1,
    chronic_factor=6.0,
    joining_late_share=0.5,
    episodes=Episodes(per_seller_year=0.0),
)


@pytest.fixture(scope="module")
def chronic():
    """A market in which a tenth of the sellers is bad from the first day on, and its levels."""
    simulation = simulate(CHRONIC, seed=11)
    end = (simulation.truth.first_day + CHRONIC.days) * DAY_US
    history = simulation.history()
    levels = levels_at(history, end, estimate(history, until=end).without_forest)
    return levels, true_levels(levels, simulation.truth)


def test_those_listed_lie_truly_above_the_line(chronic):
    levels, true = chronic
    listed = (levels.low >= 3.0).any(axis=1)
    assert listed.sum() > 15
    assert (true[listed] >= 3.0).any(axis=1).mean() >= 0.9


def test_who_is_far_above_the_line_is_listed_even_where_it_opened_lately(chronic):
    levels, true = chronic
    surely = (true[:, 0] >= 5.0) & (levels.due[:, 0] >= 8.0)
    young = surely & (levels.days < 200)
    listed = {row.seller_id for row in levels.above(3.0)}
    assert young.sum() >= 2
    assert {levels.seller_ids[i] for i in np.flatnonzero(surely)} <= listed


def test_nine_in_ten_true_levels_lie_within_their_interval(chronic):
    levels, true = chronic
    inside = (levels.low <= true) & (true <= levels.high)
    assert inside[:, 0].mean() == pytest.approx(0.9, abs=0.06)
    assert inside[:, 1:].mean() == pytest.approx(0.9, abs=0.06)


def test_the_list_has_the_worst_first_by_the_lower_end_of_its_interval(chronic):
    levels, _ = chronic
    rows = levels.above(2.0)
    lows = [row.low for row in rows]
    assert lows == sorted(lows, reverse=True)
    assert min(lows) >= 2.0
    assert len(rows) == (levels.low >= 2.0).any(axis=1).sum()
    first = rows[0]
    assert f"{first.complaints:,} complaints of " in first.sentence()
    assert f"({first.low:.1f} to {first.high:.1f})" in first.sentence()


def test_levels_are_the_same_in_parts_and_without_what_comes_later(
    market, training, training_end, monkeypatch
):
    history, trained = market.history(), training.trained
    whole = levels_at(history, training_end, trained)
    cut = levels_at(history.as_of(training_end), training_end, trained)
    monkeypatch.setattr(leveling, "_PART", 32)
    parts = levels_at(history, training_end, trained)
    for other in (cut, parts):
        assert other.seller_ids == whole.seller_ids
        assert other.low.tolist() == whole.low.tolist()


def test_a_month_of_spikes_is_no_level(market, training, training_end):
    history, trained = market.history(), training.trained
    before = levels_at(history, training_end, trained)
    i = int(np.argsort(-before.due[:, 0])[40])
    row = history.sellers.index(before.seller_ids[i])
    own = np.flatnonzero(history.complaints.seller == row)[:1]
    many = round(4 * before.due[i, 0])
    rows = np.concatenate([np.arange(len(history.complaints)), np.repeat(own, many)])
    added = history.complaints.take(rows)
    filed_at = added.filed_at.copy()
    filed_at[-many:] = training_end - (60 + np.arange(many) % 14) * DAY_US
    spiked = replace(history, complaints=sorted_complaints(replace(added, filed_at=filed_at)))
    after = levels_at(spiked, training_end, trained)
    assert after.complaints[i, 0] >= 4 * before.due[i, 0]
    assert after.low[i, 0] < 3.0


def test_without_orders_a_rate_is_only_how_large_a_seller_is(market, training, training_end):
    with pytest.raises(BadInput, match="levels need orders"):
        levels_at(replace(market.history(), orders=None), training_end, training.trained)


rates = st.tuples(st.sampled_from(["(all)", "damaged"]), st.integers(30, 90), st.integers(0, 40))


@given(st.lists(rates, max_size=8))
def test_what_was_seen_never_tells_more_again_and_what_lies_surely_above_it_does(shown):
    seen = {}
    for column, low, width in shown:
        level = Level("s", 0, column, (low + width) / 10, low / 10, 99.0, 9, 1.0, 406)
        assert level.tells_more_than(seen) == (column not in seen or level.low > seen[column])
        seen[column] = level.rate
        assert not level.tells_more_than(seen)
