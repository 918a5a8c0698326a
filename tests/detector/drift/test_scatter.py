"""One week's scatter: what chance brings is none, and nothing of another week is in it."""

from dataclasses import replace

import numpy as np
import pytest

from detector.drift.scatter import _of_mixes, scatter_at
from detector.durations import DAY_US
from detector.history.building import sorted_complaints
from detector.history.history import Complaints, History
from detector.history.point_in_time import PointInTimeView

WEEK_US = 7 * DAY_US


@pytest.fixture(scope="module")
def instant(training_end):
    return training_end + WEEK_US


def scatter(history, instant, trained):
    return scatter_at(PointInTimeView(history), instant, trained)


def repeated(history, since, times):
    complaints = history.complaints
    rows = np.repeat(np.arange(len(complaints)), np.where(complaints.filed_at >= since, times, 1))
    return replace(history, complaints=sorted_complaints(complaints.take(rows)))


def test_counts_that_vary_more_than_expected_scatter_more(market, training, training_end, instant):
    history = market.history()
    random = np.random.default_rng(3)
    of_each = random.choice([0, 0, 3], len(history.sellers))[history.complaints.seller]
    usual, least = scatter(history, instant, training.trained)["scatter"]
    more, rows = scatter(repeated(history, training_end, of_each), instant, training.trained)[
        "scatter"
    ]
    assert (least, rows) > (30, 30)
    assert more > usual + 0.5


def test_what_is_filed_from_the_instant_on_changes_nothing(market, training, instant):
    history = market.history()
    later = repeated(history, instant, 4)
    assert scatter(later, instant, training.trained) == scatter(history, instant, training.trained)


def mixes(market, kept_together):
    """1,000 sellers that file four complaints a week, each from its own mix of the categories."""
    random = np.random.default_rng(4)
    categories = market.history().categories
    weeks, sellers, n = 30, 1_000, 4
    own = random.dirichlet(np.full(len(categories), 3.0), sellers)
    drawn = np.array([random.choice(len(categories), (weeks, n), p=p) for p in own])
    if kept_together:
        drawn[:, -1] = drawn[:, -1, :1]
    at = np.broadcast_to(np.arange(weeks)[None, :, None] * WEEK_US + DAY_US, drawn.shape)
    seller = np.broadcast_to(np.arange(sellers)[:, None, None], drawn.shape)
    table = Complaints(
        seller.reshape(-1).astype(np.int32),
        at.reshape(-1).astype(np.int64),
        drawn.reshape(-1).astype(np.int32),
    )
    return History(tuple(f"s{i:04}" for i in range(sellers)), categories, table), weeks * WEEK_US


def test_sellers_that_keep_to_their_own_mix_do_not_scatter(market, training):
    tied, pairs = _of_mixes(*mixes(market, kept_together=False), training.trained)
    assert pairs == 1_000 * 6
    assert 0.0 <= tied < 0.02


def test_complaints_of_a_week_that_are_all_alike_scatter(market, training):
    tied, _ = _of_mixes(*mixes(market, kept_together=True), training.trained)
    assert tied > 0.5


def test_where_nobody_filed_or_nothing_was_learnt_nothing_can_be_told(market, training, instant):
    history, without = market.history(), replace(training.trained, makeup=None)
    assert scatter(history, instant, without)["mix_scatter"] == (None, 0)
    before = int(history.complaints.filed_at.min()) - DAY_US * 40
    nothing = {"scatter": (None, 0), "mix_scatter": (None, 0)}
    assert scatter(history, before, training.trained) == nothing
