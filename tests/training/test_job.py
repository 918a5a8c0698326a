"""The training job: deterministic, storable, and honest about too little history."""

import numpy as np
import pytest

from detector.assess import assess
from detector.errors import BadArtifact, NotEnoughHistory
from detector.history import DAY_US, history_of
from detector.trained import TrainedDetector
from training.job import train


def test_training_is_deterministic_by_seed(market, training, training_end):
    again = train(market.history(), until=training_end, seed=3)
    for name, array in training.trained.arrays().items():
        assert np.array_equal(array, again.trained.arrays()[name]), name


def test_what_comes_after_training_does_not_matter(market, training, training_end):
    cut = train(market.history().as_of(training_end), until=training_end, seed=3)
    for name, array in training.trained.arrays().items():
        assert np.array_equal(array, cut.trained.arrays()[name]), name


def test_a_stored_detector_scores_alike(market, training, training_end):
    loaded = TrainedDetector.from_arrays(training.trained.arrays())
    history, instant = market.history(), training_end + 9 * DAY_US
    assert assess(history, instant, loaded).rows == assess(history, instant, training.trained).rows


def test_incomplete_arrays_are_refused(training):
    arrays = training.trained.arrays()
    del arrays["prior.rate"]
    with pytest.raises(BadArtifact, match=r"prior\.rate"):
        TrainedDetector.from_arrays(arrays)


def test_no_complaint_before_the_end_is_not_enough(market):
    with pytest.raises(NotEnoughHistory, match="no complaint"):
        train(market.history(), until=0)


@pytest.mark.parametrize("complaints", [1, 2, 40])
def test_one_seller_is_a_right_answer(complaints):
    filed_at = np.arange(complaints, dtype=np.int64) * DAY_US
    history = history_of(
        {"seller_id": ["only"] * complaints, "filed_at": filed_at, "category": ["x"] * complaints}
    )
    trained = train(history, until=complaints * DAY_US).trained
    row = assess(history, complaints * DAY_US, trained).rows[0]
    assert (row.seller_id, row.rank, row.flagged) == ("only", 1, False)
    assert np.isfinite(row.score)
