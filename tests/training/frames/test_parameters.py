import numpy as np
import pytest

from detector.errors import BadInput
from detector.settings import Settings
from training.frames.parameters import checked_count, checked_rate, checked_seed, checked_settings


def test_numbers_of_numpy_become_plain_ones():
    assert type(checked_seed(np.uint32(7))) is int
    assert type(checked_rate(np.float32(0.5))) is float
    assert type(checked_count(np.int64(7), "inject")) is int


@pytest.mark.parametrize("seed", [-1, 2**32, 1.0, "1", None, True])
def test_what_is_no_seed_is_refused(seed):
    with pytest.raises(BadInput, match="seed is "):
        checked_seed(seed)


@pytest.mark.parametrize("fdr", [0, 1, -0.1, "0.1", None, float("nan"), True])
def test_what_is_no_rate_is_refused(fdr):
    with pytest.raises(BadInput, match="fdr is "):
        checked_rate(fdr)


@pytest.mark.parametrize("settings", [None, {}, "usual", Settings])
def test_what_are_no_settings_is_refused(settings):
    with pytest.raises(BadInput, match="settings is "):
        checked_settings(settings)


@pytest.mark.parametrize("number", [-1, 1.0, "1", None, True])
def test_what_is_no_count_is_refused(number):
    with pytest.raises(BadInput, match="inject is "):
        checked_count(number, "inject")
