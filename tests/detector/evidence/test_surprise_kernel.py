"""The compiled sums give what NumPy gives, to the last bit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.evidence import surprise_kernel
from detector.evidence.surprise import (
    _product,
    _relative_tail_above,
    _relative_tail_below,
    surprise,
)

SUMS = {
    _product: surprise_kernel.product,
    _relative_tail_above: surprise_kernel.tail_above,
    _relative_tail_below: surprise_kernel.tail_below,
}
cells = st.lists(
    st.tuples(st.integers(1, 32), st.floats(0.05, 1e4), st.floats(1e-6, 0.7)), max_size=30
)


@given(cells=cells)
@pytest.mark.parametrize("plain", SUMS)
def test_sums_are_equal_to_the_last_bit(kernels_used, plain, cells):
    y, shape, odds = np.array(cells, dtype=float).reshape(-1, 3).T.copy()
    if plain is _relative_tail_above:  # called only where probabilities fall fast
        odds = odds / np.maximum((y + shape) / (y + 1.0), 1.0)
    with kernels_used(False):
        expected = plain(y, shape, odds)
    assert np.array_equal(SUMS[plain](y, shape, odds), expected)


def test_surprise_is_the_same_with_and_without_kernels(kernels_used):
    random = np.random.default_rng(0)
    shape = np.exp(random.uniform(-3, 9, 3000))
    mean = np.exp(random.uniform(-9, 5, 3000))
    y = random.negative_binomial(shape, shape / (shape + mean * 3)).astype(float)
    with kernels_used(True):
        compiled = surprise(y, mean, shape)
    with kernels_used(False):
        assert np.array_equal(surprise(y, mean, shape), compiled)
