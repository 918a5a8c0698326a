from dataclasses import replace

import numpy as np
import pytest

from detector.errors import BadArtifact
from detector.trained import FEATURE_CONTRACT
from models.detectors import fingerprint_of, load_detector, registry_at
from models.registry import Registry


def test_a_saved_detector_is_the_same_detector(tmp_path, training, facts):
    facts = replace(facts, feature_contract=FEATURE_CONTRACT)
    version = registry_at(tmp_path).save(training.trained.arrays(), facts)
    loaded = load_detector(tmp_path)
    assert loaded.version == version
    saved = training.trained.arrays()
    for name, array in loaded.trained.arrays().items():
        np.testing.assert_array_equal(array, saved[name])


def test_a_detector_on_other_features_is_refused(tmp_path, training, facts):
    Registry(tmp_path).save(training.trained.arrays(), facts)
    with pytest.raises(BadArtifact, match="train again"):
        load_detector(tmp_path)


def test_an_artifact_that_lacks_an_array_of_the_detector_is_refused(tmp_path, training, facts):
    arrays = training.trained.arrays()
    del arrays["prior.shape"]
    registry_at(tmp_path).save(arrays, replace(facts, feature_contract=FEATURE_CONTRACT))
    with pytest.raises(BadArtifact, match=r"incomplete or damaged: 'prior\.shape'"):
        load_detector(tmp_path)


def test_the_fingerprint_tells_histories_apart(market, training_end):
    history = market.history()
    assert fingerprint_of(history) == fingerprint_of(market.history())
    assert fingerprint_of(history) != fingerprint_of(history.as_of(training_end))
    assert fingerprint_of(history) != fingerprint_of(replace(history, orders=None))
