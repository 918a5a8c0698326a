"""The oracle: it sees a spike at its size, and nothing in what was due."""

import numpy as np

from detector.durations import DAY_US
from training.backtest.daily_counts import daily_counts_of
from training.backtest.references.oracle import oracle


def test_it_finds_more_than_one_days_chart(tested):
    found = {m.name: m.queue[2.0].recall.value for m in tested.methods}
    assert found["told the truth"] > 1.2 * found["EARS C2"]


def test_a_seller_with_what_was_due_has_no_evidence(busy, start):
    history = busy.history()
    counts = daily_counts_of(history, busy.truth.categories)
    scorer = oracle(busy.truth, history.sellers).fitted(counts, start, 0)
    rows = np.searchsorted(busy.truth.sellers, history.sellers)
    due = busy.truth.intensity[
        rows, start - 28 - busy.truth.first_day : start - busy.truth.first_day
    ]
    week = counts.window(start, 28)[:, 0]
    usual = week <= due.sum(axis=(1, 2))
    assert np.median(scorer(start)[usual]) < 0
    assert history.complaints.filed_at.min() >= busy.truth.first_day * DAY_US
