"""Trained models over HTTP."""

import shutil
from dataclasses import replace

import pytest

from detector.instants import text_of
from models.changes import Note
from service.demo.story import SEED
from tests.models.test_budgets import budget, curve_with
from tests.models.test_drifts import report_of


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


def test_budgets_are_shown_as_they_were_kept(start, stocked, small_market, tmp_path):
    shutil.copytree(small_market / "models", tmp_path / "models")
    service = start(stocked.context.settings.database, models=tmp_path / "models")
    analyst, registry = service.as_("analyst"), service.parts.active_model.registry
    answer = analyst.get("/v1/models/v0001/budgets")
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:detector:no-budgets")
    assert "detector capacity --keep" in answer.json()["detail"]
    seal = registry.manifest("v0001").arrays_sha256
    kept = replace(curve_with(budget(1), budget(2)), arrays_sha256=seal)
    registry.keep_budgets(kept)
    told = analyst.get("/v1/models/v0001/budgets").json()
    assert [row["looks"] for row in told["budgets"]] == [1, 2]
    assert told["budgets"][0]["hours_a_day"] == pytest.approx(0.5)
    assert told["budgets"][0]["more"] == {"spikes": 300, "value": 0.5, "low": 0.4, "high": 0.6}
    assert told["span"][0] == "1970-01-01T00:00:00Z"
    (tmp_path / "models" / "v0001" / "budgets.json").write_text("{}")
    assert analyst.get("/v1/models/v0001/budgets").status_code == 503
    assert analyst.get("/v1/models").status_code == 200


def test_budgets_of_no_model_are_not_found_and_not_for_who_only_sends(service, stocked):
    assert service.as_("analyst").get("/v1/models/v0001/budgets").status_code == 404
    assert stocked.as_("ingest").get("/v1/models/v0001/budgets").status_code == 403


def test_drift_is_shown_as_it_was_kept_and_measured_for_prometheus(
    start, stocked, small_market, tmp_path
):
    shutil.copytree(small_market / "models", tmp_path / "models")
    service = start(stocked.context.settings.database, models=tmp_path / "models")
    analyst = service.as_("analyst")
    answer = analyst.get("/v1/models/v0001/drift")
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:detector:no-drift")
    assert "detector_drift_age_seconds NaN" in service.client.get("/metrics").text
    report = report_of(9.0, 9.5, code="mix")
    service.parts.active_model.registry.keep_drift("v0001", report)
    facts = analyst.get("/v1/models/v0001/drift").json()
    assert facts["weeks"] == 2
    [mix, delay] = facts["metrics"]
    assert (mix["state"], delay["state"]) == ("drifting", "unknown")
    assert mix["low"] < 1.5 < mix["high"] < mix["weeks"][0]["value"]
    assert facts["reasons"][0]["code"] == "mix"
    assert "the shares of the categories differ" in facts["reasons"][0]["sentence"]
    measured = service.client.get("/metrics").text
    assert 'detector_drift_state{metric="mix"} 2.0' in measured
    assert 'detector_drift_deviations{metric="delay_days"} NaN' in measured
    assert 'detector_retraining_reasons{code="mix"} 1.0' in measured
    active_model = service.parts.active_model
    kept = active_model.drift()
    assert active_model.drift() is kept  # not read again
    active_model.registry.keep_drift("v0001", report_of(1.5))
    measured = service.client.get("/metrics").text
    assert 'detector_drift_state{metric="mix"} 0.0' in measured
    assert "detector_retraining_reasons{" not in measured
    assert stocked.as_("ingest").get("/v1/models/v0001/drift").status_code == 403


def test_names_tags_and_what_was_in_use_when_are_told(start, stocked, small_market, tmp_path):
    shutil.copytree(small_market / "models", tmp_path / "models")
    service = start(stocked.context.settings.database, models=tmp_path / "models")
    registry, analyst = service.parts.active_model.registry, service.as_("analyst")
    artifact = registry.load("v0001")
    second = registry.save(artifact.arrays, artifact.manifest.facts)
    note = Note(service.clock.now, "somebody")
    registry.labels.alias("challenger", second, note)
    registry.labels.tag(second, "reviewed", "yes", note)
    listed = analyst.get("/v1/models").json()["models"]
    assert [(one["aliases"], one["tags"]) for one in listed] == [
        (["champion"], {}),
        (["challenger"], {"reviewed": "yes"}),
    ]
    begun = text_of(service.clock.now)
    service.as_("admin").post(f"/v1/models/{second}/promote", json={"reason": "it finds more"})
    service.clock.pass_time(days=1)
    told = analyst.get("/v1/models/at", params={"instant": text_of(service.clock.now)}).json()
    assert (told["version"], told["since"], told["until"]) == (second, begun, None)
    assert (told["how"], told["why"]) == ("promoted", "it finds more")
    assert told["sentence"].endswith("it finds more")
    service.clock.pass_time(days=-3)
    assert analyst.get("/v1/models/at", params={"instant": begun}).status_code == 422
    assert service.as_("ingest").get("/v1/models/at?instant=2020-01-01").status_code == 403


def test_a_pinned_model_stays_whatever_is_asked(start, stocked, small_market, tmp_path):
    shutil.copytree(small_market / "models", tmp_path / "models")
    service = start(stocked.context.settings.database, models=tmp_path / "models")
    registry = service.parts.active_model.registry
    artifact = registry.load("v0001")
    second = registry.save(artifact.arrays, artifact.manifest.facts)
    registry.labels.alias("pinned", "v0001", Note(service.clock.now, "somebody"))
    answer = service.as_("admin").post(f"/v1/models/{second}/promote", json={"reason": "now"})
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:detector:model-pinned")
    assert "unpin it first" in answer.json()["detail"]
    assert registry.promoted() == "v0001"
