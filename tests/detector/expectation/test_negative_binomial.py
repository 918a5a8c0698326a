import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from detector.expectation.negative_binomial import log_probability


@given(y=st.integers(0, 300), mean=st.floats(1e-6, 1e3), shape=st.floats(0.05, 1e4))
def test_it_is_scipys_negative_binomial_of_that_mean_and_shape(y, mean, shape):
    found = log_probability(np.array([float(y)]), np.array([mean]), np.array([shape]))[0]
    expected = stats.nbinom.logpmf(y, shape, shape / (shape + mean))
    assert np.isclose(found, expected, rtol=1e-6, atol=1e-6)
