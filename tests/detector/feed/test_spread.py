"""Whom missing complaints concern: all alike, some sellers wholly, or a part of the market."""

from dataclasses import replace

import numpy as np
import pytest

from detector.durations import DAY_US
from detector.feed.spread import spread_of
from detector.history.building import sorted_complaints
from tests.detector.feed.conftest import FIRST, SELLERS

DAY, END = FIRST + 100, FIRST + 110


@pytest.fixture(name="lost")
def _lost(usual_feed):
    """The usual feed without what a rule loses of the days, by its rows."""
    complaints = usual_feed.complaints
    day = complaints.filed_at // DAY_US
    inside = (day >= DAY) & (day < END)

    def without(rule):
        return replace(usual_feed, complaints=complaints.take(~(inside & rule(complaints))))

    return without


def test_rows_lost_at_random_are_lost_by_all_alike(lost):
    history = lost(lambda rows: np.random.default_rng(3).random(len(rows)) < 0.5)
    assert spread_of(history, DAY, END) == "alike"


def test_sellers_that_lost_all_are_told(lost):
    silent = np.random.default_rng(3).random(SELLERS) < 0.5
    assert spread_of(lost(lambda rows: silent[rows.seller]), DAY, END) == "sellers"


def test_a_category_or_a_few_large_sellers_alone_are_no_part_of_the_feed(lost, usual_feed):
    assert spread_of(lost(lambda rows: rows.category == 0), DAY, END) is None
    halved = lost(
        lambda rows: (rows.category == 0) & (np.random.default_rng(3).random(len(rows)) < 0.7)
    )
    assert spread_of(halved, DAY, END) is None
    complaints = usual_feed.complaints
    seller = np.where(np.arange(len(complaints)) % 2, complaints.seller, 0).astype(np.int32)
    giant = sorted_complaints(replace(complaints, seller=seller))
    kept = (giant.seller != 0) | (giant.filed_at // DAY_US < DAY)
    kept |= np.random.default_rng(4).random(len(kept)) < 0.2
    assert spread_of(replace(usual_feed, complaints=giant.take(kept)), DAY, END) is None
