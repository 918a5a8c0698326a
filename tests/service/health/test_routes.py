"""Alive, ready, measured."""

from sqlalchemy import text


def test_alive_needs_nothing(service):
    assert service.client.get("/healthz").json() == {"status": "alive"}


def test_not_ready_says_why(service):
    answer = service.client.get("/readyz")
    assert answer.status_code == 503
    assert "detector train" in answer.json()["checks"]["model"]
    assert answer.json()["checks"]["database"] == "ok"


def test_a_store_of_another_revision_is_not_ready(start, fresh_database_url):
    either = start(fresh_database_url)
    with either.house.database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    told = either.client.get("/readyz").json()["checks"]["database"]
    assert "detector db upgrade" in told


def test_metrics_count_what_waits(service):
    service.as_("ingest").post("/v1/complaints", json=service.complaint())
    service.clock.pass_time(seconds=90)
    text_ = service.client.get("/metrics").text
    assert "detector_scoring_lag_seconds 90.0" in text_
    assert "detector_queue_cases 0.0" in text_


def test_answers_are_data_that_nothing_should_run_or_keep(service):
    headers = service.client.get("/healthz").headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert "default-src 'none'" in headers["content-security-policy"]
