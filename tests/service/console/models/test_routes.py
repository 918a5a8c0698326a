"""Trained models as people read them."""

import json
import re
import shutil
from dataclasses import replace

import pytest

from models.card import INTENDED_USE
from service.assessments import exploration_store
from service.assessments.shadows import ShadowRun, keep
from service.cases.store import insert_cases
from tests.models.test_budgets import budget, curve_with
from tests.models.test_drifts import report_of
from tests.service.cases.test_learning import taught
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
    assert INTENDED_USE.split("\n")[0] in text
    assert manifest.arrays_sha256 in text
    assert f"{manifest.facts.complaints:,}" in text
    assert "Not enough data: fewer than 100 sellers" in text
    assert "detector capacity --keep --complaints FILE --orders FILE --model v0001" in text


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


@pytest.fixture
def measured(start, sqlite_url, small_market, tmp_path):
    """A service with budgets of one, two and five looks kept; further settings may be given."""

    def served(**settings):
        models = shutil.copytree(small_market / "models", tmp_path / "models")
        service = start(sqlite_url, console=True, models=models, **settings)
        registry = service.parts.active_model.registry
        seal = registry.manifest("v0001").arrays_sha256
        curve = replace(curve_with(*map(budget, (1, 2, 5))), arrays_sha256=seal)
        registry.keep_budgets(curve)
        return service

    return served


def test_a_slider_chooses_a_number_of_looks_without_a_script(measured):
    service = measured()
    someone = person(service, "moderator")
    text = someone.get("/models/v0001/budget").text
    assert '<form method="get"' in text
    slider = '<input type="range" id="looks" name="looks" min="1" max="5" value="5"'
    assert slider in text
    assert "5 looks a day</h2>" in text
    assert "From 1 look a day on nothing more is found." in text
    assert "5 looks a day</h2>" in someone.get("/models/v0001/budget?looks=").text
    text = someone.get("/models/v0001/budget?looks=2").text
    assert slider.replace('value="5"', 'value="2"') in text
    assert "2 looks a day</h2>" in text
    assert "50, between 40 and 60" in text
    assert 'href="/models/v0001/budget"' in someone.get("/models/v0001").text


def test_a_curve_has_a_table_with_the_same_numbers(measured):
    text = person(measured(), "analyst").get("/models/v0001/budget").text
    drawn = re.findall(r"looks a day (\d+), found of 100 ([\d.]+)</title>", text)
    assert {(looks, float(share)) for looks, share in drawn} == {
        (looks, 0.5) for looks in ("1", "2", "5")
    }
    rows = re.findall(
        r'<th scope="row" class="number"[^>]*>(\d+)</th><td class="number"[^>]*>(\d+)</td>', text
    )
    assert rows == [("1", "50"), ("2", "50"), ("5", "50")]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "may now open 5 cases a day"),
        ({"queue_cases_a_day": 2.0}, "may now open 2 cases a day"),
        ({"queue_hours_a_day": 1.0}, "as many as fit into 1 hours"),
    ],
)
def test_the_page_says_which_setting_takes_the_number_and_what_it_is(measured, settings, words):
    text = person(measured(**settings), "analyst").get("/models/v0001/budget").text
    assert words in text
    name = "HOURS" if "queue_hours_a_day" in settings else "CASES"
    assert f"<code>DETECTOR_QUEUE_{name}_A_DAY</code>" in text


def test_without_a_curve_the_page_says_which_command_makes_one(trained):
    someone = person(trained, "analyst")
    text = someone.get("/models/v0001/budget").text
    assert "detector capacity --keep --complaints FILE --orders FILE --model v0001" in text
    assert 'type="range"' not in text
    assert someone.get("/models/v9999/budget").status_code == 404


def test_a_damaged_curve_is_told_and_the_rest_of_the_model_stays(measured):
    service = measured()
    path = service.parts.active_model.registry.directory / "v0001" / "budgets.json"
    path.write_text("{}")
    someone = person(service, "analyst")
    assert "is no budget curve" in someone.get("/models/v0001/budget").text
    text = someone.get("/models/v0001").text
    assert "is no budget curve" in text
    assert "Feature contract" in text


def test_looks_that_are_no_number_of_them_are_not_found(measured):
    someone = person(measured(), "analyst")
    for looks in ("0", "-1", "1001", "many", "1e9"):
        assert someone.get(f"/models/v0001/budget?looks={looks}").status_code == 404


def test_drift_has_a_chart_and_a_table_and_its_reason(start, sqlite_url, small_market, tmp_path):
    models = shutil.copytree(small_market / "models", tmp_path / "models")
    service = start(sqlite_url, console=True, models=models)
    someone = person(service, "analyst")
    text = someone.get("/models/v0001/drift").text
    assert "detector models drift --keep --complaints FILE --orders FILE --model v0001" in text
    registry = service.parts.active_model.registry
    registry.keep_drift("v0001", report_of(9.0, 9.5, code="mix"))
    text = someone.get("/models/v0001/drift").text
    assert "Drift alone is no reason; this is:" in text
    assert "The shares of the categories differ" in text
    assert '<span class="chip strong">drifting</span>' in text
    assert "training 2, Difference of the categories&#x27; shares 9.5</title>" in text
    assert re.search(r'data-name="Value">950.0 %</td><td [^>]*data-name="Rows">500</td>', text)
    assert "then 950.0 %, beyond 300.0 %." in text
    assert "1 metric drifts" in someone.get("/models/v0001").text
    other = someone.get("/models/v0001/drift?metric=delay_days").text
    assert "It cannot tell: the last week has 500 rows, and 1,000 are needed." in other
    assert someone.get("/models/v0001/drift?metric=strange").status_code == 200
    registry.keep_drift("v0001", report_of())
    assert "no whole week has passed" in someone.get("/models/v0001/drift").text
    (models / "v0001" / "drift.json").write_text("{}")
    assert "is no report of drift" in someone.get("/models/v0001/drift").text
    assert "Feature contract" in someone.get("/models/v0001").text


def test_what_closed_cases_taught_stands_beside_the_models(service, sign_in):
    someone = sign_in("analyst")
    assert "Nothing yet: cases that are closed" in someone.get("/models").text
    taught(service)
    text = someone.get("/models").text
    assert "from 20 closed cases, of which 10 were a problem." in text
    assert "It moves no case" in text
    told = dict(re.findall(r'rowheader">([^<]+)</th><td[^>]*>([0-9.]+)</td>', text))
    assert list(told) == [
        "complaints of any kind",
        "one category",
        "complaints in one hour of the day",
    ]
    assert (
        float(told["one category"]) > 1.2 > 0.9 > float(told["complaints in one hour of the day"])
    )


def test_a_label_is_kept_from_who_may_decide_an_appeal_against_its_verdict(
    start, sqlite_url, small_market, tmp_path
):
    shutil.copytree(small_market / "models", tmp_path / "models")
    trained = start(sqlite_url, console=True, models=tmp_path / "models")
    artifact = trained.parts.active_model.registry.load("v0001")
    trained.parts.active_model.registry.save(artifact.arrays, artifact.manifest.facts)
    trained.as_("ingest").post("/v1/complaints", json=trained.complaint())
    given = {"outcome": "rejected", "reason": "the label is right"}
    verdict = trained.as_("moderator", "mia").post("/v1/complaints/c1/verdict", json=given)
    body = {"by": "complainant", "reason": "look again"}
    assert trained.as_("ingest").post("/v1/complaints/c1/appeal", json=body).is_success
    seller, now = verdict.json()["seller_id"], trained.clock.now
    case = {
        "case_id": "c_1", "seller_id": seller, "status": "closed", "suspicion": "seller",
        "opened_at": now, "due_at": now, "base": "{}", "order_key": 0.0, "reasons": "[]",
        "closed_at": now, "closed_by": "mia", "label": "false_alarm",
        "opening": "{}",
    }  # fmt: skip
    lot = {
        "day": 1, "drawn_at": now, "challenger": "v0002", "champion": "v0001", "seed": 1,
        "room": 1, "sellers": "[]", "chance": 0.5, "cases": json.dumps({seller: "c_1"}),
    }  # fmt: skip
    run = ShadowRun(
        as_of=now, champion="v0001", challenger="v0002", due=1, scored=1,
        would_look=frozenset({seller}),
    )  # fmt: skip
    with trained.context.database.writing() as connection:
        insert_cases(connection, [case])
        keep(connection, run)
        exploration_store.keep(connection, lot, before=0)
    told = person(trained, "analyst").get("/models/v0002").text
    kept_from_rita = person(trained, "reviewer", "rita").get("/models/v0002").text
    assert seller in kept_from_rita
    assert [text.count("A false alarm") for text in (told, kept_from_rita)] == [1, 0]
    assert "ten judged cases of each are needed" in told
    for text, name in ((told, "Not upheld"), (kept_from_rita, "Pending")):
        assert f'data-name="{name}">1<' in text
