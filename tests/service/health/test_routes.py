"""Alive, ready, measured."""

import json
import logging
import re
import shutil
import sys
from types import SimpleNamespace

import pytest
import structlog
from sqlalchemy import text

from service.http.request_metrics import log_as_json


def test_alive_needs_nothing(service):
    assert service.client.get("/healthz").json() == {"status": "alive"}


def test_a_probe_may_ask_for_the_head_alone(service):
    for path, status in (("/healthz", 200), ("/readyz", 503)):
        answer = service.client.head(path)
        assert answer.status_code == status
        assert (
            answer.headers["content-length"] == service.client.get(path).headers["content-length"]
        )


def test_not_ready_says_why(service):
    answer = service.client.get("/readyz")
    assert answer.status_code == 503
    assert "detector train" in answer.json()["checks"]["model"]
    assert answer.json()["checks"]["database"] == "ok"


def test_a_promoted_version_that_went_missing_is_not_ready_and_the_command_that_mends_is_named(
    start, sqlite_url, small_market, tmp_path
):
    shutil.copytree(small_market / "models", tmp_path / "models")
    service = start(sqlite_url)
    assert service.client.get("/readyz").status_code == 200
    shutil.copytree(tmp_path / "models" / "v0001", tmp_path / "models" / "v0002")
    shutil.rmtree(tmp_path / "models" / "v0001")
    answer = service.client.get("/readyz")
    assert answer.status_code == 503
    assert "v0001 is promoted and missing" in answer.json()["checks"]["model"]
    assert "run: detector models promote v0002" in answer.json()["checks"]["model"]
    (tmp_path / "models" / "promotions.log").write_bytes(b"")
    answer = service.client.get("/readyz")
    assert answer.status_code == 503
    assert "no version is promoted" in answer.json()["checks"]["model"]


def test_a_store_of_another_revision_is_not_ready(start, fresh_database_url):
    either = start(fresh_database_url)
    with either.context.database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    told = either.client.get("/readyz").json()["checks"]["database"]
    assert "detector db upgrade" in told


def test_metrics_count_what_waits(service):
    service.as_("ingest").post("/v1/complaints", json=service.complaint())
    service.clock.pass_time(seconds=90)
    text_ = service.client.get("/metrics").text
    assert "detector_scoring_lag_seconds 90.0" in text_
    assert "detector_queue_cases 0.0" in text_


def test_everything_that_an_operator_watches_is_measured(stocked):
    stocked.parts.worker.score_everybody()
    stocked.as_("ingest").post("/v1/complaints", json=stocked.complaint())
    stocked.prove("c1")
    verdict = {"outcome": "upheld", "reason": "fake"}
    assert stocked.as_("moderator").post("/v1/complaints/c1/verdict", json=verdict).is_success
    stocked.clock.pass_time(minutes=5)
    told = stocked.client.get("/metrics").text
    measured = dict(line.rsplit(" ", 1) for line in told.splitlines() if line[0] != "#")
    assert float(measured["detector_market_age_seconds"]) == 300
    assert float(measured["detector_scoring_lag_seconds"]) == 300
    waiting = stocked.as_("analyst").get("/v1/queue").json()["cases"]
    assert float(measured["detector_queue_cases"]) == len(waiting)
    assert float(measured["detector_queue_oldest_seconds"]) == (300 if waiting else 0)
    assert float(measured["detector_model_age_seconds"]) > 0
    assert float(measured["detector_complaints_total"]) == 1
    assert float(measured['detector_verdicts_total{outcome="upheld"}']) == 1
    assert float(measured['detector_outbox_deliveries{state="dead"}']) == 0
    route = 'method="POST",route="/v1/complaints",status="201"'
    assert float(measured[f"detector_request_seconds_count{{{route}}}"]) == 1


def test_answers_are_data_that_nothing_should_run_or_keep(service):
    headers = service.client.get("/healthz").headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert "default-src 'none'" in headers["content-security-policy"]


def test_refusals_and_faults_carry_the_same_headers_as_answers(service, monkeypatch):
    def broken():
        raise RuntimeError

    monkeypatch.setattr(service.parts.active_model.registry, "versions", broken)
    analyst, expected = service.as_("analyst"), service.client.get("/healthz").headers
    names = [name for name in expected if name.startswith(("x-", "content-sec", "cache", "refer"))]
    assert len(names) == 6
    statuses = set()
    for answer in (
        service.client.get("/v1/queue"),
        analyst.post("/v1/queue/claim"),
        analyst.get("/v1/cases/none"),
        analyst.get("/v1/queue?limit=0"),
        analyst.get("/nowhere"),
        analyst.delete("/v1/queue"),
        analyst.get("/v1/models"),
    ):
        statuses.add(answer.status_code)
        for name in set(names) - {"x-request-id"}:
            assert answer.headers[name] == expected[name], (answer.status_code, name)
        assert answer.headers["content-type"] == "application/problem+json"
    assert statuses == {401, 403, 404, 405, 422, 500}


def test_requests_are_measured_by_route_and_never_by_id(service):
    service.as_("analyst").get("/v1/sellers/jane-doe")
    told = service.client.get("/metrics").text
    assert 'route="/v1/sellers/{seller_id}",status="404"' in told
    assert "jane-doe" not in told


def test_every_answer_has_a_request_id_and_a_harmless_one_is_kept(service):
    kept = service.client.get("/healthz", headers={"X-Request-Id": "abc-1"})
    assert kept.headers["x-request-id"] == "abc-1"
    changed = service.client.get("/healthz", headers={"X-Request-Id": 'x" injected'})
    assert len(changed.headers["x-request-id"]) == 16


def test_a_fault_of_ours_tells_the_client_only_an_id_to_ask_by(service, monkeypatch):
    def broken():
        raise RuntimeError("postgresql://user:secret@host")

    monkeypatch.setattr(service.parts.active_model.registry, "versions", broken)
    answer = service.as_("analyst").get("/v1/models")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.headers["x-request-id"] in answer.json()["detail"]


def test_what_the_process_itself_uses_is_measured(service):
    told = service.client.get("/metrics").text
    for name in ("cpu_seconds_total", "resident_memory_bytes", "open_fds", "max_fds"):
        assert float(re.search(rf"^process_{name} (.+)$", told, re.MULTILINE)[1]) > 0


def test_lines_of_requests_can_be_left_out_and_faults_are_logged_all_the_same(
    start, sqlite_url, monkeypatch
):
    from structlog.testing import capture_logs

    def broken():
        raise RuntimeError

    service = start(sqlite_url, log_requests=False)
    monkeypatch.setattr(service.parts.active_model.registry, "versions", broken)
    with capture_logs() as lines:
        assert service.client.get("/healthz").is_success
        assert service.as_("analyst").get("/v1/models").status_code == 500
    assert [line["event"] for line in lines] == ["request_failed"]


@pytest.mark.parametrize(
    ("least", "expected"), [("info", ["sun", "rain", "storm"]), ("warning", ["rain", "storm"])]
)
def test_a_line_of_lesser_severity_is_not_written(least, expected, capsys):
    before = structlog.get_config()
    try:
        log_as_json(least)
        log = structlog.get_logger()
        for severity, event in (("info", "sun"), ("warning", "rain"), ("error", "storm")):
            log.log(logging.getLevelName(severity.upper()), event)
    finally:
        structlog.configure(**before)
    assert [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()] == expected


def test_a_line_of_the_log_is_written_whole_as_other_processes_write_beside_it(monkeypatch):
    written, before = [], structlog.get_config()
    monkeypatch.setattr(sys, "stderr", SimpleNamespace(write=written.append, flush=lambda: None))
    try:
        log_as_json("info")
        structlog.get_logger().info("sun")
        structlog.get_logger().info("rain")
    finally:
        structlog.configure(**before)
    assert [json.loads(one)["event"] for one in written] == ["sun", "rain"]
    assert all(one.endswith("\n") for one in written)


def test_no_key_reaches_the_log(service):
    from structlog.testing import capture_logs

    with capture_logs() as lines:
        caller = service.as_("analyst")
        caller.get("/v1/queue")
        service.client.get("/v1/queue", headers={"Authorization": "Bearer sd_x_topsecret"})
    key = caller.headers["Authorization"].split("_", 2)[2]
    assert [line["event"] for line in lines] == ["request", "request"]
    assert key not in str(lines)
    assert "topsecret" not in str(lines)
