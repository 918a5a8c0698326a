"""Surprise rises with every complaint and falls with every expected one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from detector.settings import DEFAULT
from detector.surprise import SURPRISE_MAX, evidence, surprise

counts = st.integers(0, 400)
means = st.floats(1e-4, 300.0)
shapes = st.floats(0.05, 1e4)


@given(counts, means, shapes)
def test_one_more_complaint_is_never_less_surprising(count, mean, shape):
    fewer, more = surprise(np.array([count, count + 1.0]), np.array(mean), np.array(shape))
    assert more >= fewer - 1e-9


@given(counts, means, shapes, st.floats(1.0, 10.0))
def test_expecting_more_never_makes_a_count_more_surprising(count, mean, shape, times):
    less, more = surprise(np.array(float(count)), np.array([mean, mean * times]), np.array(shape))
    assert more <= less + 1e-9


@given(counts, means, shapes)
def test_surprise_is_bounded(count, mean, shape):
    value = surprise(np.array([float(count)]), np.array([mean]), np.array([shape]))[0]
    assert 0.0 <= value <= SURPRISE_MAX


@pytest.mark.parametrize(("count", "mean", "shape"), [(0, 1.0, 2.0), (3, 0.5, 0.4), (40, 9.0, 5.0)])
def test_the_tail_is_the_negative_binomial_mid_p(count, mean, shape):
    reference = stats.nbinom(shape, shape / (shape + mean))
    expected = -np.log10(reference.sf(count) + reference.pmf(count) / 2)
    value = surprise(np.array([float(count)]), np.array([mean]), np.array([shape]))
    assert value[0] == pytest.approx(expected, rel=1e-9)


@given(means, shapes)
def test_a_bayes_factor_is_one_on_average_where_there_is_no_spike(mean, shape):
    y = np.arange(0.0, 4000.0)
    log_probability = stats.nbinom(shape, shape / (shape + mean)).logpmf(y)
    log_factor = evidence(y, np.array(mean), np.array(shape), DEFAULT.excess_sds)
    assert np.exp(log_probability + log_factor).sum() <= 1.0 + 1e-6


@given(counts, means, shapes)
def test_evidence_rises_with_every_complaint(count, mean, shape):
    fewer, more = evidence(
        np.array([count, count + 1.0]), np.array(mean), np.array(shape), DEFAULT.excess_sds
    )
    assert more >= fewer - 1e-9
