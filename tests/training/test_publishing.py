from dataclasses import replace

import pytest

from detector.settings import DEFAULT
from detector.trained import FEATURE_CONTRACT
from models.detectors import fingerprint_of, registry_at
from training.publishing import publish, version_that_learnt


@pytest.fixture
def registry(tmp_path):
    return registry_at(tmp_path)


def test_what_is_published_says_what_it_was_made_of(registry, training, market):
    history = market.history()
    version = publish(training, history, registry, seed=3, created_at=5)
    facts = registry.manifest(version).facts
    known = history.as_of(training.span[1])
    assert facts.feature_contract == FEATURE_CONTRACT
    assert facts.span == training.span
    assert (facts.seed, facts.created_at) == (3, 5)
    assert facts.complaints == len(known.complaints)
    assert facts.data_fingerprint == fingerprint_of(known) != fingerprint_of(history)


def test_a_new_version_is_in_use_unless_it_should_wait(registry, training, market):
    for promote in (True, True, False):
        publish(training, market.history(), registry, seed=3, created_at=5, promote=promote)
    assert registry.versions() == ["v0001", "v0002", "v0003"]
    assert registry.promoted() == "v0002"


def test_a_version_learnt_it_where_history_seed_faults_and_libraries_are_the_same(
    registry, training, market, monkeypatch
):
    history, end = market.history(), training.span[1]
    asked = {"until": end, "seed": 3, "on_faults": None}
    assert version_that_learnt(registry, history, **asked) is None
    publish(training, history, registry, seed=3, created_at=5)
    assert version_that_learnt(registry, history, **asked) == "v0001"
    for other in ({"until": end - 86_400_000_000}, {"seed": 4}, {"on_faults": "left out"}):
        assert version_that_learnt(registry, history, **(asked | other)) is None
    fewer = history.as_of(end - 1_000_000_000_000)
    assert version_that_learnt(registry, fewer, **asked) is None
    with monkeypatch.context() as patch:
        patch.setattr("training.publishing.library_versions", lambda: {"numpy": "99"})
        assert version_that_learnt(registry, history, **asked) is None
    with monkeypatch.context() as patch:
        patch.setattr("training.publishing.DEFAULT", replace(DEFAULT, trees=7))
        assert version_that_learnt(registry, history, **asked) is None
