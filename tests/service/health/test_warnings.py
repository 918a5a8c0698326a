"""A service that scores says what it could not use, and stays ready."""

import shutil
from dataclasses import replace

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs
from typer.testing import CliRunner

from models.detectors import registry_at
from service.cli import app
from service.demo.story import Market, load
from service.health.warnings import CODES
from service.refusals import NoModel
from service.scoring import failures_store


def warned(service):
    """The sentences of `/readyz` by code; the gauge agrees."""
    answer = service.client.get("/readyz")
    assert (answer.status_code, answer.json()["ready"]) == (200, True)
    found = {one["code"]: one["sentence"] for one in answer.json()["warnings"]}
    lines = service.client.get("/metrics").text.splitlines()
    for code in CODES:
        assert f'detector_scoring_warnings{{code="{code}"}} {float(code in found)}' in lines
    return found


@pytest.fixture
def scored(start, database_url, small_market):
    """A service on each store in turn, with the small market scored."""
    service = start(database_url, models=small_market / "models")
    load(Market(small_market, 0, 0), service.context, now=service.clock.now)
    service.parts.worker.score_everybody()
    return service


def file(service, count, **changed):
    batch = [service.complaint(f"new {n}", **changed) for n in range(count)]
    assert service.as_("ingest").post("/v1/complaints", json={"complaints": batch}).is_success


def test_a_market_that_is_known_warns_of_nothing(scored):
    assert warned(scored) == {}


def test_categories_that_the_model_does_not_know_are_told_without_their_names(scored):
    seller = scored.parts.worker.database
    with seller.reading() as connection:
        known = connection.execute(text("SELECT min(seller_id) FROM orders")).scalar_one()
    file(scored, 5, seller_id=known, category="said by Ana")
    scored.clock.pass_time(minutes=1)
    scored.parts.worker.score_everybody()
    found = warned(scored)
    assert set(found) == {"categories_unknown"}
    assert found["categories_unknown"].startswith("5 of ")
    assert "in 1 category that model v0001 does not know" in found["categories_unknown"]
    assert "train again" in found["categories_unknown"]
    assert "Ana" not in scored.client.get("/readyz").text


def test_complaints_about_sellers_without_orders_are_told(scored):
    file(scored, 3, seller_id="nobody's")
    scored.clock.pass_time(minutes=1)
    scored.parts.worker.score_everybody()
    found = warned(scored)
    assert set(found) == {"sellers_without_orders"}
    assert found["sellers_without_orders"].startswith("3 of ")
    assert "about 1 seller without orders" in found["sellers_without_orders"]
    assert "nobody" not in found["sellers_without_orders"]


def test_a_model_with_orders_that_is_given_none_is_told(start, sqlite_url, small_market):
    service = start(sqlite_url, models=small_market / "models")
    load(Market(small_market, 0, 0), service.context, now=service.clock.now, orders=False)
    service.parts.worker.score_everybody()
    assert "send orders, or train again without" in warned(service)["orders_missing"]


def test_a_model_without_orders_that_is_given_some_is_told(
    start, sqlite_url, small_market, tmp_path
):
    shutil.copytree(small_market / "models", tmp_path / "models")
    registry = registry_at(tmp_path / "models")
    loaded = registry.load()
    registry.promote(
        registry.save(loaded.arrays, replace(loaded.manifest.facts, orders_known=False))
    )
    service = start(sqlite_url)
    load(Market(small_market, 0, 0), service.context, now=service.clock.now)
    service.parts.worker.score_everybody()
    assert set(warned(service)) == {"orders_unexpected"}


def test_data_behind_the_clock_and_a_worker_that_does_not_run_are_told(stocked):
    stocked.parts.worker.score_everybody()
    stocked.clock.pass_time(minutes=31)
    assert set(warned(stocked)) == {"market_behind"}
    stocked.clock.pass_time(days=20)
    stocked.parts.worker.score_everybody()
    assert "about" in warned(stocked)["complaints_behind"]
    stocked.clock.pass_time(days=400)
    stocked.parts.worker.score_everybody()
    assert set(warned(stocked)) == {"complaints_behind", "model_old"}


def test_sellers_that_wait_to_be_scored_are_told(stocked):
    stocked.parts.worker.score_everybody()
    file(stocked, 1, seller_id="s00")
    assert "scoring_behind" not in warned(stocked)
    stocked.clock.pass_time(seconds=61)
    assert "detector work" in warned(stocked)["scoring_behind"]
    stocked.parts.worker.score_requested()
    assert "scoring_behind" not in warned(stocked)


def test_data_ahead_of_the_clock_are_told(stocked):
    file(stocked, 2, seller_id="s00")
    with stocked.context.database.writing() as connection:
        connection.execute(text("UPDATE complaints SET filed_at = filed_at + 864000000000 "
                                "WHERE complaint_id LIKE 'new %'"))  # fmt: skip
    stocked.parts.worker.score_everybody()
    found = warned(stocked)["data_ahead"]
    assert found.startswith("2 complaints and 0 days of sellers' orders are dated ahead")


def test_orders_that_end_before_the_complaints_are_told(stocked):
    with stocked.context.database.writing() as connection:
        connection.execute(text("DELETE FROM orders WHERE day > (SELECT max(day) FROM orders) - 5"))
    stocked.parts.worker.score_everybody()
    assert "send the orders of the days since" in warned(stocked)["orders_behind"]


def test_a_loop_that_fails_is_told_until_it_works_again(scored):
    worker = scored.parts.worker

    def broken():
        raise NoModel("postgresql://user:secret@host")

    assert worker._survives("market", broken) == 0
    scored.clock.pass_time(seconds=30)
    worker._survives("market", broken)  # ten seconds have not passed: noted once
    found = warned(scored)["scoring_failing"]
    assert "the scoring of the whole market failed at 2026-03-02T12:00Z (NoModel)" in found
    assert "noted 1 time" in found
    assert "secret" not in found
    worker._survives("live", lambda: 0)
    assert "scoring_failing" in warned(scored)
    worker._survives("market", lambda: 0)
    assert "scoring_failing" not in warned(scored)


def test_the_log_has_a_failure_that_stays_the_same_once(scored):
    worker = scored.parts.worker

    def raising(error):
        def step():
            raise error

        return step

    with capture_logs() as lines:
        for _ in range(3):
            worker._survives("market", raising(NoModel("none yet")))
            worker._survives("live", raising(NoModel("none yet")))
        for _ in range(3):
            worker._survives("market", raising(ValueError("a fault of ours")))
        worker._survives("market", lambda: 0)
        worker._survives("market", raising(ValueError("the same again")))
    told = [line["event"] for line in lines if line["event"].startswith("scoring_")]
    assert told == ["scoring_postponed"] * 2 + ["scoring_failed"] * 2


def test_what_fails_with_each_snapshot_is_told_until_the_next(start, sqlite_url, small_market):
    service = start(sqlite_url, models=small_market / "models", snapshot_minutes=60)
    with service.context.database.writing() as connection:
        failures_store.add_failure(connection, "learning", "TypeError", now=service.clock.now)
    service.clock.pass_time(minutes=70)
    assert "learning from closed cases" in warned(service)["scoring_failing"]
    service.clock.pass_time(minutes=30)
    assert "scoring_failing" not in warned(service)


def test_failures_of_one_loop_add_up_and_grow_old(scored):
    now = scored.clock.now
    with scored.context.database.writing() as connection:
        for seconds in (0, 20, 40):
            at = now + seconds * 1_000_000
            failures_store.add_failure(connection, "live", "OperationalError", now=at)
    scored.clock.pass_time(minutes=10)
    assert "noted 3 times since 2026-03-02T12:00Z" in warned(scored)["scoring_failing"]
    scored.clock.pass_time(minutes=10)
    assert "scoring_failing" not in warned(scored)


def test_the_doctor_says_the_same_sentences(stocked, monkeypatch):
    file(stocked, 3, seller_id="nobody's")
    stocked.clock.pass_time(minutes=1)
    stocked.parts.worker.score_everybody()
    sentence = warned(stocked)["sellers_without_orders"]
    monkeypatch.setattr("service.clock.system_clock", stocked.clock)
    settings = stocked.context.settings
    given = ["--database", settings.database, "--models", str(settings.models)]
    done = CliRunner().invoke(app, ["doctor", *given])
    assert f"notice  scoring: {sentence}." in done.stdout.splitlines()
