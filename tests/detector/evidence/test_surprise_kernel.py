"""The compiled sums give what NumPy gives, to the last bit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector import kernels
from detector.evidence import surprise_kernel
from detector.evidence.surprise import (
    _product,
    _relative_tail_above,
    _relative_tail_below,
    surprise,
)
from detector.kernels import warm_up

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
def test_sums_are_equal_to_the_last_bit(plain, cells):
    y, shape, odds = np.array(cells, dtype=float).reshape(-1, 3).T.copy()
    if plain is _relative_tail_above:  # called only where probabilities fall fast
        odds = odds / np.maximum((y + shape) / (y + 1.0), 1.0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernels, "_WARM", [])
        expected = plain(y, shape, odds)
    assert np.array_equal(SUMS[plain](y, shape, odds), expected)


def test_surprise_is_the_same_with_and_without_kernels(monkeypatch):
    random = np.random.default_rng(0)
    shape = np.exp(random.uniform(-3, 9, 3000))
    mean = np.exp(random.uniform(-9, 5, 3000))
    y = random.negative_binomial(shape, shape / (shape + mean * 3)).astype(float)
    warm_up()
    compiled = surprise(y, mean, shape)
    monkeypatch.setattr(kernels, "_WARM", [])
    assert np.array_equal(surprise(y, mean, shape), compiled)
