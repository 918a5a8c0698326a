"""Surprise rises with every complaint and falls with every expected one."""

from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import special, stats

from detector.evidence.surprise import SURPRISE_MAX, evidence, log_mean_exp, surprise
from detector.settings import DEFAULT

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


def exact_surprise(count: int, mean: float, shape: float) -> float:
    """The definition in fifty digits: every probability from the one before, summed."""
    with localcontext(prec=50):
        r, odds = Decimal(shape), Decimal(mean) / (Decimal(shape) + Decimal(mean))
        exactly = ((1 - odds).ln() * r).exp()
        for j in range(count):
            exactly *= (r + j) / (j + 1) * odds
        tail, term, j = exactly / 2, exactly, count
        while term > tail * Decimal("1e-25") or j < mean:
            term *= (r + j) / (j + 1) * odds
            tail, j = tail + term, j + 1
        return float(-tail.log10())


@given(st.integers(0, 80), st.floats(1e-4, 60.0), st.floats(0.1, 1e4))
def test_surprise_is_exact_to_ten_digits_however_it_is_summed(count, mean, shape):
    value = surprise(np.array([float(count)]), np.array([mean]), np.array([shape]))[0]
    expected = min(exact_surprise(count, mean, shape), SURPRISE_MAX)
    assert value == pytest.approx(expected, rel=1e-10, abs=1e-11)


def test_what_stands_beside_a_count_changes_no_bit_of_it():
    random = np.random.default_rng(0)
    shape = np.exp(random.uniform(-3, 9, 500))
    mean = np.exp(random.uniform(-9, 5, 500))
    y = random.negative_binomial(shape, shape / (shape + mean * 3)).astype(float)
    alone = [surprise(*(a[i : i + 1] for a in (y, mean, shape)))[0] for i in range(len(y))]
    assert np.array_equal(surprise(y, mean, shape), alone)
    together = evidence(y, mean, shape, DEFAULT.excess_sds)
    alone = [
        evidence(*(a[i : i + 1] for a in (y, mean, shape)), DEFAULT.excess_sds)[0]
        for i in range(len(y))
    ]
    assert np.array_equal(together, alone)


@given(
    arrays(
        np.float64, st.tuples(st.integers(1, 5), st.integers(1, 12)), elements=st.floats(-700, 700)
    )
)
def test_the_mean_of_factors_is_that_of_their_logarithms(logs):
    expected = special.logsumexp(logs, axis=1) - np.log(logs.shape[1])
    assert log_mean_exp(logs, 1) == pytest.approx(expected, rel=1e-12, abs=1e-12)
    weights = tuple(np.arange(1.0, logs.shape[1] + 1.0))
    expected = special.logsumexp(logs, axis=1, b=np.array(weights))
    assert log_mean_exp(logs, 1, weights) == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_the_mean_of_no_factors_is_nothing():
    assert log_mean_exp(np.empty((3, 0)), 1).tolist() == [-np.inf] * 3
