"""Spans say what was done and never about whom; without the extra there are none."""

import json
import os
import subprocess
import sys

import pytest
import structlog

from service import traces
from service.http import request_metrics
from service.http.request_metrics import log_as_json
from tests.parts import need_module
from tests.service.local_server import RawServer
from tests.service.outbox.test_attempt import attempted

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
SEND = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}


@pytest.fixture
def spans():
    """What was done while a test runs."""
    need_module("opentelemetry.sdk")
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    traces.trace_with(provider)
    yield exporter.get_finished_spans
    traces.stop()


def test_nothing_that_makes_spans_is_imported_unless_it_is_asked_for():
    code = (
        "import sys, service.app; from service.cli.serve import trace_as_asked;"
        "trace_as_asked('api');"
        "print([name for name in sys.modules if name.startswith("
        "('opentelemetry.sdk', 'opentelemetry.exporter'))])"
    )
    environment = {name: value for name, value in os.environ.items() if name[:5] != "OTEL_"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout.strip() == "[]"
    assert done.stderr == ""


def test_without_a_provider_a_span_is_nothing():
    with traces.span("work", {"detector.sellers": 1}) as span:
        span.note({"more": 2}, name="other")
        span.fail("RuntimeError")
    assert span is traces.NOTHING
    assert span.ids == traces.headers_of_span() == {}


def test_a_request_is_a_span_below_its_clients_and_tells_no_id(spans, service):
    answer = service.as_("analyst").get(
        "/v1/sellers/jane-doe?days=7", headers={"traceparent": PARENT}
    )
    assert answer.status_code == 404
    (span,) = spans()
    assert span.name == "GET /v1/sellers/{seller_id}"
    assert span.kind.name == "SERVER"
    assert f"{span.parent.span_id:016x}" == PARENT.split("-")[2]
    assert span.attributes["http.response.status_code"] == 404
    assert "jane-doe" not in span.to_json()
    assert "days=7" not in span.to_json()


def test_a_line_of_the_log_names_its_trace(spans, service, capsys):
    before = structlog.get_config()
    try:
        log_as_json("info")
        service.client.get("/v1/queue", headers={"traceparent": PARENT})
    finally:
        structlog.configure(**before)
        request_metrics.log.__dict__.pop("bind", None)  # it keeps what it was first used with
    (line,) = map(json.loads, capsys.readouterr().err.splitlines())
    assert line["trace_id"] == PARENT.split("-")[1]


def test_a_fault_fails_its_span_without_its_words_and_probes_have_none(spans, service, monkeypatch):
    def broken():
        raise RuntimeError("about jane-doe")

    monkeypatch.setattr(service.parts.active_model.registry, "versions", broken)
    for path in ("/healthz", "/readyz", "/metrics"):
        service.client.get(path)
    assert service.as_("analyst").get("/v1/models").status_code == 500
    (span,) = spans()
    assert span.status.status_code.name == "ERROR"
    assert span.attributes["error.type"] == "RuntimeError"
    assert "jane-doe" not in span.to_json()


def test_a_scoring_round_is_a_span_where_there_was_something_to_score(spans, stocked):
    worker = stocked.parts.worker
    worker.ensure_snapshot(0)
    worker.score_requested()
    stocked.as_("ingest").post("/v1/complaints", json=stocked.complaint())
    assert worker.score_requested() == 1
    assert worker.score_requested() == 0
    rounds = [
        (span.name, span.attributes["detector.sellers"])
        for span in spans()
        if span.name.startswith("score")
    ]
    assert [name for name, _ in rounds] == ["score market", "score sellers"]
    assert rounds[0][1] > 50
    assert rounds[1][1] == 1


def test_a_delivery_is_a_span_that_its_receiver_can_go_on_from(spans):
    asked = []

    def answer(connection):
        asked.append(connection.recv(65_536).decode("latin-1"))
        connection.sendall(b"HTTP/1.1 503 Away\r\nContent-Length: 0\r\n\r\n")

    receiver = RawServer(answer)
    assert attempted(f"{receiver.url}/secret-path") == "the receiver answered 503"
    receiver.close()
    (span,) = spans()
    assert (span.name, span.kind.name) == ("deliver webhook", "CLIENT")
    assert span.attributes["detector.event"] == "points.deducted"
    assert span.attributes["error.type"] == "503"
    assert "secret-path" not in span.to_json()
    assert f"{span.context.trace_id:032x}" in asked[0].lower().partition("traceparent:")[2]


@pytest.mark.parametrize(
    "environment",
    [
        {},
        SEND | {"OTEL_SDK_DISABLED": "true"},
        SEND | {"OTEL_TRACES_EXPORTER": "none"},
        {"OTEL_SERVICE_NAME": "desk"},
    ],
)
def test_who_does_not_ask_for_traces_gets_none_and_hears_nothing(environment):
    assert traces.start("api", environment) is None
    with traces.span("work") as span:
        assert span is traces.NOTHING


def test_who_asks_without_the_extra_hears_how_to_get_it(monkeypatch):
    monkeypatch.setattr(traces, "find_spec", lambda _: None)
    assert traces.EXTRA in traces.start("api", SEND)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "not by grpc"),
        ({"OTEL_TRACES_EXPORTER": "zipkin"}, "zipkin is none of"),
    ],
)
def test_what_cannot_be_done_is_said_and_keeps_nothing_from_starting(more, why):
    need_module("opentelemetry.sdk")
    assert why in traces.start("api", SEND | more)
    assert traces.headers_of_span() == {}


def test_spans_go_where_the_environment_says_under_its_name(monkeypatch):
    need_module("opentelemetry.sdk")
    asked = []

    def answer(connection):
        got = b""
        while b"detector.sellers" not in got:
            got += connection.recv(65_536)
        asked.append(got)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    receiver = RawServer(answer)
    for name, value in {
        "OTEL_EXPORTER_OTLP_ENDPOINT": receiver.url,
        "OTEL_EXPORTER_OTLP_COMPRESSION": "none",
        "OTEL_SERVICE_NAME": "desk",
    }.items():
        monkeypatch.setenv(name, value)
    assert traces.start("worker", os.environ) is None
    with traces.span("score sellers", {"detector.sellers": 3}):
        pass
    traces.stop()
    receiver.close()
    assert b"POST /hook/v1/traces" in asked[0]
    assert b"desk" in asked[0]
    assert b"detector-worker" not in asked[0]
