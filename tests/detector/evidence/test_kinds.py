"""Kinds of evidence: named, never negative, as strong as what they are made of."""

from dataclasses import replace

import numpy as np

from detector.assess import assess, market_at, windows_and_features
from detector.durations import DAY_US
from detector.evidence.kinds import ONE_CATEGORY, ONE_HOUR, PATTERN, STRANGERS
from detector.expectation.panel import ACROSS, ALL
from detector.makeup.changes import SILENCE


def test_each_seller_worth_a_look_shows_every_kind(market, training, training_end):
    history, instant = market.history(), training_end + 20 * DAY_US
    found = assess(history, instant, training.trained)
    across = [name for name in training.trained.columns if name in ACROSS]
    names = [ALL, ONE_CATEGORY, *across, STRANGERS, ONE_HOUR, PATTERN]
    names += [*training.trained.makeup.attributes, SILENCE]
    shown = [row for row in found.rows if row.reasons]
    assert shown
    assert all([name for name, _ in row.kinds] == names for row in shown)
    assert all(not row.kinds for row in found.rows if not row.reasons)

    known = history.as_of(instant)
    common = market_at(known, instant, training.trained)
    _, features = windows_and_features(known, instant, training.trained, common)
    for row in shown[:20]:
        kinds, place = dict(row.kinds), found.seller_ids.index(row.seller_id)
        assert min(kinds.values()) >= 0.0
        # Averaged over windows, it is no more than in the window that shows most.
        assert kinds[ALL] <= max(features.evidence[place, :, 0].max(), 0.0) + 1e-9
        odd = max(row.score - features.total[place], 0.0)
        assert np.isclose(kinds[PATTERN], odd)


def test_where_nobody_stands_out_there_is_nothing_to_show(market, training, training_end):
    instant = training_end + 20 * DAY_US
    alone = market.history().only(market.history().sellers[:1]).as_of(instant)
    quiet = replace(alone, complaints=alone.complaints.take(np.zeros(0, dtype=np.int64)))
    assert assess(quiet, instant, training.trained).kinds == ((),)
