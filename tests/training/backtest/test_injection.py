"""Planted spikes: known, after the start, made of the seller's own complaints."""

import numpy as np
import pytest

from detector.durations import DAY_US
from detector.errors import BadInput
from training.backtest.injection import EXCESS_MIN, inject
from training.simulator import Marketplace, simulate


@pytest.fixture(scope="module")
def planted(market, start):
    return inject(market.history(), 12, start=start, last=start + 40, seed=3)


def test_what_is_added_lies_within_the_episodes(market, planted, start):
    before, (after, episodes) = market.history(), planted
    day = after.complaints.filed_at // DAY_US
    added = np.bincount(after.complaints.seller) - np.bincount(
        before.complaints.seller, minlength=len(before.sellers)
    )
    assert set(np.flatnonzero(added)) == set(episodes.seller.tolist())
    for seller, first, end in zip(episodes.seller, episodes.start, episodes.end, strict=True):
        inside = (after.complaints.seller == seller) & (day >= first) & (day < end)
        assert EXCESS_MIN <= added[seller] <= inside.sum()
        assert start <= first < end <= start + 40


def test_history_before_the_start_stays_as_it_was(market, planted, start):
    before = market.history().as_of(start * DAY_US).complaints
    after = planted[0].as_of(start * DAY_US).complaints
    assert np.array_equal(before.filed_at, after.filed_at)
    assert np.array_equal(before.buyer, after.buyer)


def test_complaints_stay_sorted_by_seller_and_time(planted):
    complaints = planted[0].complaints
    assert np.array_equal(
        np.lexsort((complaints.filed_at, complaints.seller)), np.arange(len(complaints))
    )


def test_the_same_seed_plants_the_same(market, planted, start):
    again, episodes = inject(market.history(), 12, start=start, last=start + 40, seed=3)
    assert np.array_equal(again.complaints.filed_at, planted[0].complaints.filed_at)
    assert episodes.kind == planted[1].kind


def test_a_brigade_is_few_new_people_without_evidence(market, planted):
    history, episodes = planted
    known = market.history().complaints.buyer.max()
    for number in np.flatnonzero(np.array(episodes.kind) == "brigade"):
        rows = history.complaints.seller == episodes.seller[number]
        new = rows & (history.complaints.buyer > known)
        assert len(np.unique(history.complaints.buyer[new])) <= 5
        assert (history.complaints.evidence[new] == 0).all()


def test_what_is_added_is_of_the_groups_that_the_seller_has():
    history = simulate(Marketplace(sellers=60, days=300, groups=4), 2).history()
    last = int(history.complaints.filed_at[-1] // DAY_US)
    after, episodes = inject(history, 5, start=last - 40, last=last, seed=3)
    assert len(after.complaints) > len(history.complaints)
    assert after.groups == history.groups
    for seller in episodes.seller:
        before, now = (
            set(one.complaints.group[one.complaints.seller == seller]) for one in (history, after)
        )
        assert now == before


def test_more_spikes_than_sellers_are_refused(market, start):
    with pytest.raises(BadInput, match="ask for fewer"):
        inject(market.history(), 10_000, start=start, last=start + 40, seed=3)
