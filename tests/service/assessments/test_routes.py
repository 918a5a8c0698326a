"""Trained models over HTTP."""

import shutil

from service.demo.story import SEED


def test_no_models_is_an_empty_list(service):
    assert service.as_("analyst").get("/v1/models").json() == {"current": None, "models": []}


def test_models_are_listed_with_what_is_known_of_them(stocked):
    told = stocked.as_("analyst").get("/v1/models").json()
    assert told["current"] == "v0001"
    [model] = told["models"]
    assert model["current"]
    assert model["manifest"]["seed"] == SEED
    assert stocked.client.get("/readyz").status_code == 200


def test_promoting_makes_another_version_score(start, stocked, small_market, tmp_path):
    shutil.copytree(small_market / "models", tmp_path / "models")
    service = start(stocked.context.settings.database, models=tmp_path / "models")
    artifact = service.parts.active_model.registry.load("v0001")
    second = service.parts.active_model.registry.save(artifact.arrays, artifact.manifest.facts)
    assert service.parts.active_model.current().version == "v0001"
    promoted = service.as_("admin").post(f"/v1/models/{second}/promote")
    assert (promoted.status_code, promoted.json()["current"]) == (200, True)
    assert service.parts.active_model.current().version == second


def test_an_unknown_version_is_not_found_and_a_damaged_one_is_not_promoted(
    start, stocked, small_market, tmp_path
):
    shutil.copytree(small_market / "models", tmp_path / "models")
    service = start(stocked.context.settings.database, models=tmp_path / "models")
    admin = service.as_("admin")
    assert admin.post("/v1/models/v9999/promote").status_code == 404
    assert admin.post("/v1/models/..%2F..%2Fetc/promote").status_code == 404
    artifact = service.parts.active_model.registry.load("v0001")
    second = service.parts.active_model.registry.save(artifact.arrays, artifact.manifest.facts)
    damaged = tmp_path / "models" / second / "arrays.npz"
    damaged.write_bytes(damaged.read_bytes()[:-10])
    answer = admin.post(f"/v1/models/{second}/promote")
    assert (answer.status_code, "SHA-256" in answer.json()["detail"]) == (503, True)
    assert service.parts.active_model.current().version == "v0001"
