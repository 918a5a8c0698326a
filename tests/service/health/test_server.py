"""What a worker answers of itself."""

import re

from fastapi.testclient import TestClient

from service.health.server import health_app


def measured_by(client):
    told = client.get("/metrics").text
    named = re.findall("^# TYPE ([a-z_]+) (?:gauge|counter)$", told, re.MULTILINE)
    return {name for name in named if not name.endswith("_created")}


def test_a_worker_answers_as_the_service_does_and_nothing_else(stocked):
    settings = stocked.context.settings
    worker = TestClient(health_app(settings, clock=stocked.clock))
    for path in ("/healthz", "/readyz"):
        assert worker.get(path).json() == stocked.client.get(path).json()
    assert measured_by(worker) == measured_by(stocked.client) != set()
    assert worker.get("/v1/queue").status_code == 404
    worker.app.state.context.close()
