import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st
from scipy import stats

from detector.expectation.negative_binomial import log_probability, quantile


@given(y=st.integers(0, 300), mean=st.floats(1e-6, 1e3), shape=st.floats(0.05, 1e4))
def test_it_is_scipys_negative_binomial_of_that_mean_and_shape(y, mean, shape):
    found = log_probability(np.array([float(y)]), np.array([mean]), np.array([shape]))[0]
    expected = stats.nbinom.logpmf(y, shape, shape / (shape + mean))
    assert np.isclose(found, expected, rtol=1e-6, atol=1e-6)


@given(st.floats(0.5, 5000.0), st.floats(1e-3, 1.0), st.sampled_from([0.025, 0.975]))
@example(1.0, 1.0, 0.975)  # a day without orders after millions of them
def test_quantiles_are_scipys(shape, success, chance):
    found = quantile(chance, np.array([shape]), np.array([success]))[0]
    assert found == stats.nbinom.ppf(chance, shape, success)
