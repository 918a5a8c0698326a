import json
import re
from dataclasses import replace

import numpy as np
import pytest

from detector.assess import assess, market_at, windows_and_features
from detector.durations import DAY_US
from detector.errors import BadArtifact
from detector.fitting import train
from detector.settings import DEFAULT
from detector.trained import EVIDENCE_ALONE, FEATURE_CONTRACT
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


@pytest.mark.parametrize("name", ["prior.shape", "calibration.knots", "oddness.knots"])
def test_an_artifact_that_lacks_an_array_of_the_detector_is_refused(
    tmp_path, training, facts, name
):
    arrays = training.trained.arrays()
    del arrays[name]
    registry_at(tmp_path).save(arrays, replace(facts, feature_contract=FEATURE_CONTRACT))
    with pytest.raises(BadArtifact, match=f"incomplete or damaged: '{re.escape(name)}'"):
        load_detector(tmp_path)


def test_the_fingerprint_tells_histories_apart(market, training_end):
    history = market.history()
    assert fingerprint_of(history) == fingerprint_of(market.history())
    assert fingerprint_of(history) != fingerprint_of(history.as_of(training_end))
    assert fingerprint_of(history) != fingerprint_of(replace(history, orders=None))
    complaints = replace(history.complaints, recorded_at=history.complaints.filed_at)
    assert fingerprint_of(history) == fingerprint_of(replace(history, complaints=complaints))
    group = np.zeros(len(history.complaints), dtype=np.int32)
    of_group = replace(history.complaints, group=group)
    north = replace(history, complaints=of_group, groups=("north",))
    assert fingerprint_of(history) != fingerprint_of(north)
    assert fingerprint_of(north) != fingerprint_of(replace(north, groups=("south",)))


def test_a_detector_of_before_changes_scores_as_it_did(tmp_path, market, training_end, facts):
    alone = replace(DEFAULT, makeup=False, forest_weight=5.0)
    trained = train(market.history(), until=training_end, seed=3, settings=alone).trained
    assert trained.contract == EVIDENCE_ALONE
    arrays = trained.arrays()
    settings = json.loads(str(arrays["settings"]))
    del settings["makeup"]  # artifacts of then do not have it
    arrays["settings"] = np.array(json.dumps(settings))
    registry_at(tmp_path).save(arrays, replace(facts, feature_contract=EVIDENCE_ALONE))
    loaded = load_detector(tmp_path).trained
    instant = training_end + 12 * DAY_US
    before, after = (assess(market.history(), instant, one) for one in (trained, loaded))
    assert before.rows == after.rows
    known = market.history().as_of(instant)
    _, features = windows_and_features(known, instant, loaded, market_at(known, instant, loaded))
    assert np.array_equal(before.score, features.total + 5.0 * loaded.forest.score(features.X))


@pytest.mark.parametrize("named", [EVIDENCE_ALONE, FEATURE_CONTRACT])
def test_an_artifact_that_holds_other_features_than_it_names_is_refused(
    tmp_path, training, facts, named
):
    arrays = training.trained.arrays()
    if named == FEATURE_CONTRACT:
        arrays = {n: array for n, array in arrays.items() if not n.startswith("makeup.")}
    registry_at(tmp_path).save(arrays, replace(facts, feature_contract=named))
    with pytest.raises(BadArtifact, match="names the features"):
        load_detector(tmp_path)
