"""The forest's matrix: evidence, monotone in complaints, one seller by one."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from detector.evidence.features import feature_names, features_of
from detector.expectation.baseline import Windows
from detector.expectation.panel import ALL, WITHOUT_EVIDENCE
from detector.settings import DEFAULT

COLUMNS = (ALL, "a", "b", WITHOUT_EVIDENCE)
SHAPE = (4, len(DEFAULT.windows_days), len(COLUMNS))


def windows(steps, seed=1):
    """Nested windows: what is drawn for each step adds up."""
    mean = np.random.default_rng(seed).gamma(1.0, size=SHAPE).cumsum(axis=1) + 0.01
    return Windows(steps.cumsum(axis=1).astype(float), mean, np.full(SHAPE, 5.0))


steps = hnp.arrays(np.int64, SHAPE, elements=st.integers(0, 50))


@given(steps)
def test_the_matrix_is_finite_and_never_negative_with_a_name_for_each_column(drawn):
    features = features_of(windows(drawn), COLUMNS, DEFAULT)
    assert features.X.shape == (4, len(feature_names(COLUMNS, DEFAULT)))
    assert np.isfinite(features.X).all()
    assert (features.X >= 0).all()
    assert np.isfinite(features.total).all()


@given(steps)
def test_sellers_are_judged_one_by_one(drawn):
    whole = features_of(windows(drawn), COLUMNS, DEFAULT)
    full = windows(drawn)
    for i in range(SHAPE[0]):
        row = Windows(full.counts[i : i + 1], full.mean[i : i + 1], full.shape[i : i + 1])
        assert (features_of(row, COLUMNS, DEFAULT).X[0] == whole.X[i]).all()


def test_a_quiet_seller_has_no_features():
    features = features_of(windows(np.zeros(SHAPE, dtype=int)), COLUMNS, DEFAULT)
    assert (features.X == 0).all()
    assert (features.total < 0).all()


def test_a_spike_that_ebbs_keeps_its_evidence_until_the_last_week_is_back_to_what_is_due():
    days = np.array(DEFAULT.windows_days, dtype=float)
    mean = np.tile((days / 7.0)[None, :, None], (2, 1, 2))
    # Forty complaints between the second and the fourth week, and then twice what is due, or less.
    counts = np.array([[1, 2, 6, 44], [0, 1, 3, 44]], dtype=float)[:, :, None].repeat(2, axis=2)
    windows = Windows(counts, mean, np.full(mean.shape, 5.0))
    ebbing, over = features_of(windows, (ALL, "a"), DEFAULT).total
    never = features_of(windows, (ALL, "a"), replace(DEFAULT, over_allowance=1e6)).total
    assert ebbing == never[0]
    assert over < never[1] - 5.0
