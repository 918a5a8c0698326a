"""Trained models as people read them."""

import pytest

from models.card import INTENDED_USE
from tests.service.console.conftest import person


@pytest.fixture
def trained(start, sqlite_url, small_market):
    return start(sqlite_url, console=True, models=small_market / "models")


def test_the_list_leads_to_each_version_and_says_which_is_in_use(trained):
    someone = person(trained, "reviewer")
    text = someone.get("/models").text
    assert 'href="/models/v0001"' in text
    assert "in use" in text
    assert someone.get("/models/v0001").status_code == 200


def test_a_model_is_told_from_its_fields(trained):
    manifest = trained.parts.active_model.registry.manifest("v0001")
    text = person(trained, "analyst").get("/models/v0001").text
    assert INTENDED_USE.split("\n")[0].replace("'", "&#39;") in text
    assert manifest.arrays_sha256 in text
    assert f"{manifest.facts.complaints:,}" in text
    assert "Not enough data: fewer than 100 sellers" in text
    assert "detector backtest --complaints FILE" in text


def test_without_a_model_the_page_says_how_to_make_one(sign_in):
    someone = sign_in("analyst")
    assert "detector train --complaints FILE" in someone.get("/models").text
    assert someone.get("/models/v0001").status_code == 404


def test_calibration_is_drawn_of_the_sellers_that_a_model_scored(trained, monkeypatch):
    from service.assessments import store
    from service.console.models import routes

    rows = [
        {
            "seller_id": f"s{n}",
            "as_of": trained.clock.now,
            "score": 1.0,
            "surprise": 1.0,
            "p_value": (n + 1) / 200,
            "q_value": 1.0,
            "flagged": False,
            "rank": n + 1,
            "reasons": "[]",
            "suspicion": "seller",
            "model": "v0001",
        }
        for n in range(200)
    ]
    with trained.context.database.writing() as connection:
        store.replace_assessments(connection, rows, now=trained.clock.now)
        assert store.counts_below(connection, "v0001", (0.1, 1.0)) == (200, [20, 200])
        assert store.counts_below(connection, "other", (0.1,)) == (0, [0])
    text = person(trained, "analyst").get("/models/v0001").text
    assert "Of 200 sellers." in text
    assert '<svg class="detector-chart page"' in text or "detector-chart" in text
    assert '<th scope="row" class="number">0.1</th><td class="number">0.1000</td>' in text
    assert routes.SELLERS_MIN <= 200


def test_a_damaged_version_is_told_and_the_others_stay(trained, tmp_path, small_market):
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(small_market / "models", copy)
    shutil.copytree(copy / "v0001", copy / "v0002")
    (copy / "v0002" / "manifest.json").write_text("{}")
    trained.parts.active_model.registry.directory = copy
    someone = person(trained, "analyst")
    text = someone.get("/models").text
    assert "damaged" in text
    assert 'href="/models/v0001"' in text
    assert "This version cannot be read" in someone.get("/models/v0002").text
