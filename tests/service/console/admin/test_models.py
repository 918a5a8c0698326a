"""Which model scores is changed on a page, knowingly and on record."""

import shutil
from dataclasses import replace

import pytest

from models.changes import Note
from models.gates import Check, GateVerdict
from service.console.languages.writing import percent
from tests.service.console.conftest import person


@pytest.fixture
def service(start, sqlite_url, small_market, tmp_path):
    """A service with three versions, the first in use; the last says that it learnt from little."""
    shutil.copytree(small_market / "models", tmp_path / "models")
    service = start(sqlite_url)
    registry = service.parts.active_model.registry
    artifact = registry.load("v0001")
    few = replace(artifact.manifest.facts, complaints=99)
    for facts in (artifact.manifest.facts, few):
        registry.save(artifact.arrays, facts)
    return service


@pytest.fixture
def ada(service):
    return person(service, "admin", "Ada")


def in_use(service):
    return service.parts.active_model.current_version()


def records(service):
    listed = service.as_("admin").get("/v1/audit").json()["records"]
    return [
        (one["action"], one["actor"], one["before"], one["after"])
        for one in listed
        if one["action"].startswith("model.")
    ]


def test_looking_at_a_promotion_changes_nothing_and_sending_it_does(service, ada):
    asked = ada.get("/admin/models/v0002/promote").text
    assert "It takes the place of v0001." in asked
    assert asked.count("not measured yet") == 2
    for measure in ("budget", "drift"):
        assert f'<a href="/models/v0002/{measure}">How to measure' in asked
    assert "detector backtest --complaints FILE" in asked
    assert in_use(service) == "v0001"
    assert "In use is v0002" in ada.form("/admin/models/v0002/promote", idempotency_key="1").text
    assert in_use(service) == "v0002"
    assert records(service) == [("model.promoted", "Ada", "v0001", "v0002")]


def test_one_goes_back_to_the_version_before(service, ada):
    assert "roll-back" not in ada.get("/admin/models").text
    ada.form("/admin/models/v0003/promote", idempotency_key="1")
    assert "Roll back to v0001?" in ada.get("/admin/models/roll-back").text
    back = ada.form("/admin/models/roll-back", seen="v0003", idempotency_key="2")
    assert "In use is v0001" in back.text
    assert service.parts.active_model.current().version == "v0001"
    assert records(service)[0] == ("model.rolled_back", "Ada", "v0003", "v0001")


def test_one_does_not_go_back_from_what_somebody_promoted_meanwhile(service, ada):
    ada.form("/admin/models/v0002/promote", idempotency_key="1")
    service.as_("admin").post("/v1/models/v0003/promote")
    refused = ada.form("/admin/models/roll-back", seen="v0002", idempotency_key="2")
    assert refused.status_code == 409
    assert in_use(service) == "v0003"


def test_a_damaged_version_is_shown_and_not_offered(service, ada):
    (service.parts.active_model.registry.directory / "v0002" / "manifest.json").write_text("{")
    page = ada.get("/admin/models").text
    assert "cannot be used" in page
    assert "/admin/models/v0002/promote" not in page
    shown = ada.get("/admin/models/v0002/promote").text.split("<main")[1].split("<dialog")[0]
    assert "<button" not in shown
    assert ada.form("/admin/models/v0002/promote", idempotency_key="1").status_code == 503
    assert in_use(service) == "v0001"


def test_warnings_are_told_before(service, ada):
    assert "What to know before" not in ada.get("/admin/models/v0002/promote").text
    told = ada.get("/admin/models/v0003/promote").text
    assert "learnt from 99 complaints" in told.split("What to know before")[1]


def test_without_a_model_the_page_says_how_one_is_made(start, sqlite_url, tmp_path):
    known = person(start(sqlite_url, models=tmp_path / "none"), "admin")
    assert "detector train" in known.get("/admin/models").text
    assert known.get("/admin/models/v0001/promote").status_code == 404
    assert "Nothing to roll back to" in known.get("/admin/models/roll-back").text


def judged(registry, *checks):
    """Keep what the gate said of v0002 beside v0001."""
    registry.keep_verdict(
        GateVerdict(
            version="v0002",
            arrays_sha256=registry.manifest("v0002").arrays_sha256,
            champion="v0001",
            created_at=0,
            span=(0, 1),
            spikes=300,
            seed=0,
            checks=checks,
        )
    )


def test_a_version_that_the_gate_refused_is_promoted_with_a_reason_alone(service, ada):
    assert "The gate has not judged this version." in ada.get("/models/v0002").text
    registry = service.parts.active_model.registry
    found = Check("found", "refused", 0.25, 0.75, -0.6, -0.4, "it finds as many")
    judged(registry, found, replace(found, name="of another release", result="passed"))
    for page in ("/models/v0002", "/admin/models/v0002/promote"):
        shown = ada.get(page).text
        assert "Judged beside v0001 on the same days, with 300 planted spikes." in shown
        for said in (
            "Planted spikes found",
            percent(0.25, 1),
            percent(0.75, 1),
            "of another release",
        ):
            assert said in shown
    assert 'name="reason"' in ada.get("/admin/models/v0002/promote").text
    refused = ada.form("/admin/models/v0002/promote", reason=" ", idempotency_key="1")
    assert (refused.status_code, in_use(service)) == (409, "v0001")
    assert "did not pass the gate (found)" in refused.text
    ada.form("/admin/models/v0002/promote", reason="v0001 is worse", idempotency_key="2")
    assert in_use(service) == "v0002"
    listed = service.as_("admin").get("/v1/audit").json()["records"]
    (record,) = [one for one in listed if one["action"] == "model.promoted"]
    assert (record["actor"], record["why"]) == ("Ada", "v0001 is worse")
    told = service.as_("analyst").get("/v1/models/v0002/gate").json()
    assert (told["passed"], told["champion"]) == (False, "v0001")
    assert told["checks"][0]["candidate"] == 0.25
    assert service.as_("analyst").get("/v1/models/v0001/gate").status_code == 404


def test_a_stale_verdict_asks_to_judge_again_or_for_a_reason(service, ada):
    registry = service.parts.active_model.registry
    judged(registry, Check("found", "passed", 0.5, 0.5, 0.0, 0.0, "it finds as many"))
    stale = "Another version is in use by now"
    asked = ada.get("/admin/models/v0002/promote").text
    assert stale not in asked
    assert 'name="reason"' not in asked
    ada.form("/admin/models/v0003/promote", idempotency_key="1")
    for page in ("/models/v0002", "/admin/models/v0002/promote"):
        assert stale in ada.get(page).text
    assert service.as_("analyst").get("/v1/models/v0002/gate").json()["stale"]
    assert 'name="reason"' in ada.get("/admin/models/v0002/promote").text
    refused = ada.form("/admin/models/v0002/promote", idempotency_key="2")
    assert (refused.status_code, in_use(service)) == (409, "v0003")
    ada.form("/admin/models/v0002/promote", reason="it is known", idempotency_key="3")
    assert in_use(service) == "v0002"


def test_pages_show_names_and_say_that_a_pin_holds(service, ada):
    labels = service.parts.active_model.registry.labels
    note = Note(service.clock.now, "somebody")
    labels.alias("challenger", "v0002", note)
    labels.tag("v0002", "team", "<b>trust", note)
    for page in ("/models", "/models/v0002"):
        shown = ada.get(page).text
        assert "challenger" in shown
        assert "team=&lt;b&gt;trust" in shown
    assert "challenger" in ada.get("/admin/models").text
    ada.form("/admin/models/v0003/promote", idempotency_key="1")
    labels.alias("pinned", "v0003", note)
    for page in ("/admin/models", "/admin/models/v0002/promote", "/admin/models/roll-back"):
        assert "v0003 is in use and pinned" in ada.get(page).text
    for path in ("/admin/models/v0002/promote", "/admin/models/roll-back"):
        assert ada.form(path, seen="v0003", idempotency_key=path).status_code == 409
    assert in_use(service) == "v0003"
