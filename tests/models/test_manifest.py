import json

import pytest

from detector.errors import BadArtifact
from models.manifest import Manifest, library_versions, manifest_of, seal_of, text_of_manifest


@pytest.fixture
def manifest(facts):
    return Manifest(
        version="v0001", facts=facts, arrays_sha256="0" * 64, libraries=library_versions()
    )


def test_a_manifest_survives_being_written(manifest):
    assert manifest_of(text_of_manifest(manifest), "m") == manifest


def test_a_manifest_is_json_without_unknown_metrics(manifest):
    content = json.loads(text_of_manifest(manifest))
    assert content["facts"]["metrics"] == {"recall": 0.5}
    assert set(content["libraries"]) >= {"scikit-learn", "numpy"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text[:-20], "is no manifest"),
        (lambda text: text[:0] + "[]", "is no manifest of this detector"),
        (lambda text: text.replace('"seed": 7', '"seed": 8'), "was changed after training"),
        (lambda text: text.replace('"format": 1', '"format": 2'), "is of format 2"),
        (lambda text: text.replace('"seal"', '"sea"'), "was changed after training"),
    ],
    ids=["cut", "a list", "another seed", "newer", "no seal"],
)
def test_a_manifest_that_was_tampered_with_is_refused(manifest, change, said):
    with pytest.raises(BadArtifact, match=f"m.json: {said}"):
        manifest_of(change(text_of_manifest(manifest)), "m.json")


def test_a_library_that_is_not_installed_is_recorded_as_such(monkeypatch):
    monkeypatch.setattr("models.manifest.LIBRARIES", ("numpy", "no such library"))
    assert library_versions()["no such library"] == "not installed"


def test_a_sealed_manifest_without_its_facts_is_refused(manifest):
    content = json.loads(text_of_manifest(manifest))
    del content["seal"], content["facts"]["seed"]
    content["seal"] = seal_of(content)
    with pytest.raises(BadArtifact, match=r"m.json: is no manifest of this detector .*seed"):
        manifest_of(json.dumps(content), "m.json")
