"""Kinds of evidence: named, never negative, as strong as what they are made of."""

import numpy as np

from detector.assess import assess, market_at, windows_and_features
from detector.durations import DAY_US
from detector.evidence.kinds import ONE_CATEGORY, ONE_HOUR, PATTERN, STRANGERS, within
from detector.expectation.panel import ACROSS, ALL


def test_each_seller_worth_a_look_shows_every_kind(market, training, training_end):
    history, instant = market.history(), training_end + 20 * DAY_US
    found = assess(history, instant, training.trained)
    days = training.trained.settings.windows_days
    across = [name for name in training.trained.columns if name in ACROSS]
    names = [ALL, ONE_CATEGORY, *across, *map(within, days), STRANGERS, ONE_HOUR, PATTERN]
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
        # What stands out in all complaints does so in one of the windows at least as much.
        assert kinds[ALL] <= max(kinds[within(length)] for length in days) + 1e-9
        odd = max(row.score - features.total[place], 0.0)
        assert np.isclose(kinds[PATTERN], odd)
