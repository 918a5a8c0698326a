"""A detector survives being stored as arrays, and nothing else passes for one."""

import numpy as np
import pytest

from detector.assess import assess
from detector.errors import BadArtifact
from detector.trained import TrainedDetector


def test_stored_and_restored_it_says_the_same_bit_for_bit(training, market, training_end):
    restored = TrainedDetector.from_arrays(training.trained.arrays())
    before = assess(market.history(), training_end, training.trained)
    after = assess(market.history(), training_end, restored)
    assert before.rows == after.rows


def test_its_arrays_hold_no_objects(training):
    assert all(array.dtype != object for array in training.trained.arrays().values())


def test_every_array_is_needed(training):
    arrays = training.trained.arrays()
    for name in arrays.keys() - {"lag.doubt"}:
        with pytest.raises(BadArtifact):
            TrainedDetector.from_arrays({n: a for n, a in arrays.items() if n != name})


def test_an_artifact_from_before_the_delays_doubt_was_known_takes_its_delay_for_sure(training):
    arrays = training.trained.arrays()
    assert arrays.pop("lag.doubt") > 0
    assert TrainedDetector.from_arrays(arrays).delay.doubt == 0


@pytest.mark.parametrize(
    "name",
    [
        "scatter.lasting",
        "scatter.clumping",
        "prior.rate",
        "prior.sizes",
        "prior.mix_shape",
        "makeup.steady",
    ],
)
def test_arrays_of_another_shape_or_without_numbers_are_refused(training, name):
    arrays = training.trained.arrays()
    for wrong in (arrays[name][:1], np.full_like(arrays[name], np.nan)):
        with pytest.raises(BadArtifact, match=name):
            TrainedDetector.from_arrays(arrays | {name: wrong})


def test_attributes_that_nobody_knows_are_refused(training):
    arrays = training.trained.arrays()
    names = arrays["makeup.attributes"].copy()
    names[0] = "(mood)"
    with pytest.raises(BadArtifact, match="unknown attributes of complaints"):
        TrainedDetector.from_arrays(arrays | {"makeup.attributes": names})
