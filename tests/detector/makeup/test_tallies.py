"""Tallies: what was filed when, by part; nothing of later, and nothing lost."""

from dataclasses import replace

import numpy as np
import pytest

from detector.durations import DAY_US
from detector.history.building import history_of
from detector.makeup.attributes import (
    ATTRIBUTES,
    CATEGORY,
    DELAY,
    HOUR,
    OUTCOME,
    parts_of,
)
from detector.makeup.tallies import BLOCKS, RECENT_DAYS, shares_at, tallies_of

COLUMNS = ("(all)", "late", "broken", "(other categories)", "(without evidence)")
AS_OF = 500 * DAY_US


@pytest.fixture(scope="module")
def market():
    rng = np.random.default_rng(3)
    n = 3_000
    filed_at = rng.integers(0, AS_OF, n)
    decided = filed_at + rng.integers(1, 20 * DAY_US, n)
    pending = decided >= AS_OF
    return history_of(
        {
            "seller_id": [f"s{i}" for i in rng.integers(0, 12, n)],
            "filed_at": filed_at,
            "category": rng.choice(["late", "broken", "rare"], n, p=[0.6, 0.3, 0.1]),
            "buyer_id": [None if i == 0 else f"b{i}" for i in rng.integers(0, 800, n)],
            "evidence_count": rng.integers(-1, 6, n),
            "outcome": np.where(pending, 0, rng.integers(1, 4, n)),
            "decided_at": np.where(pending, np.iinfo(np.int64).max, decided),
            "delay_days": np.where(rng.random(n) < 0.2, np.nan, rng.uniform(0, 60, n)),
        }
    )


def test_each_complaint_lately_counts_once_in_every_attribute_that_it_says_something_of(market):
    known = market.as_of(AS_OF)
    tallies = tallies_of(known, AS_OF, ATTRIBUTES, COLUMNS)
    age = (AS_OF - 1 - known.complaints.filed_at) // DAY_US
    for name, tally in tallies.items():
        assert tally.parts == len(parts_of(name, COLUMNS))
        assert tally.blocks.shape[1] == BLOCKS
        assert np.array_equal(tally.past, tally.blocks.sum(axis=1))
        for w, days in enumerate(RECENT_DAYS):
            says = known.complaints.outcome > 0 if name == OUTCOME else np.ones(len(age), bool)
            filed = np.bincount(known.complaints.seller[(age < days) & says], minlength=12)
            assert np.array_equal(tally.recent[:, w].sum(axis=1), filed[tally.rows])


def test_the_future_changes_no_tally_and_no_share(market):
    earlier = AS_OF - 40 * DAY_US
    cut = market.rows(market.complaints.filed_at < earlier)
    for history in (market, cut):
        assert len(history.as_of(earlier).complaints)
    ours, theirs = (
        tallies_of(h.as_of(earlier), earlier, ATTRIBUTES, COLUMNS) for h in (market, cut)
    )
    assert ours.keys() == theirs.keys()
    for name in ours.keys() - {OUTCOME}:
        assert np.array_equal(ours[name].recent, theirs[name].recent)
        assert np.array_equal(ours[name].blocks, theirs[name].blocks)
    a, b = (shares_at(h.as_of(earlier), earlier, ATTRIBUTES, COLUMNS) for h in (market, cut))
    assert np.array_equal(a.lately, b.lately)


def test_verdicts_of_later_say_nothing(market):
    earlier = AS_OF - 40 * DAY_US
    tally = tallies_of(market.as_of(earlier), earlier, (OUTCOME,), COLUMNS)[OUTCOME]
    complaints = market.complaints
    age = (earlier - 1 - complaints.filed_at) // DAY_US
    there = (complaints.filed_at < earlier) & (complaints.decided_at < earlier) & (age < 28)
    filed = np.bincount(complaints.seller[there], minlength=12)
    assert np.array_equal(tally.recent[:, -1].sum(axis=1), filed[tally.rows])


def test_part_of_the_sellers_gives_the_same_tallies(market):
    known = market.as_of(AS_OF)
    whole = tallies_of(known, AS_OF, ATTRIBUTES, COLUMNS)
    part = tallies_of(known.part(4, 9), AS_OF, ATTRIBUTES, COLUMNS)
    for name, tally in part.items():
        place = np.searchsorted(whole[name].rows, tally.rows + 4)
        assert np.array_equal(whole[name].recent[place], tally.recent)
        assert np.array_equal(whole[name].blocks[place], tally.blocks)


def test_shares_add_up_to_one_and_absent_attributes_have_even_ones(market):
    complaints = replace(market.complaints, delay_days=None)
    known = replace(market, complaints=complaints).as_of(AS_OF)
    shares = shares_at(known, AS_OF, ATTRIBUTES, COLUMNS)
    for number, name in enumerate(ATTRIBUTES):
        lately, before = shares.of(number, len(parts_of(name, COLUMNS)))
        assert np.allclose(lately.sum(axis=1), 1.0)
        assert np.isclose(before.sum(), 1.0)
    parts = len(parts_of(DELAY, COLUMNS))
    absent, _ = shares.of(ATTRIBUTES.index(DELAY), parts)
    assert np.allclose(absent, 1.0 / parts)


def test_a_seller_with_few_complaints_has_no_tally(market):
    few = market.as_of(AS_OF)
    mask = np.zeros(len(few.complaints), dtype=bool)
    mask[np.flatnonzero(few.complaints.seller == 3)[-3:]] = True
    for known in (few.rows(mask), few.rows(np.zeros_like(mask))):
        tallies = tallies_of(known, AS_OF, (HOUR, CATEGORY), COLUMNS)
        assert set(tallies) == {HOUR, CATEGORY}
        for name, tally in tallies.items():
            assert len(tally.rows) == 0
            assert tally.blocks.shape == (0, BLOCKS, len(parts_of(name, COLUMNS)))
