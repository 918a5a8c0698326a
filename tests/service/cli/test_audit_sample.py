"""`detector audit-sample` draws a week's sellers once, and says what was missed."""

import json

import pytest

from tests.service.audit_sample.test_routes import ADDRESS, WEEK, complaints, filed, stocked


@pytest.fixture
def command(on_service):
    return lambda *words, **given: on_service("audit-sample", *words, **given).output


def test_it_draws_lists_and_estimates(service, command):
    stocked(service)
    assert command("--week", WEEK).startswith(f"{WEEK}: no sellers were drawn\nNo estimate: ")
    head, big, small, last = command().splitlines()
    assert head == f"{WEEK}: 2 drawn of 2 sellers without a case, with 12 complaints in 28 days"
    assert (big, small) == (
        "big: 9 complaints; not looked at yet",
        "small: 3 complaints; not looked at yet",
    )
    assert last.startswith("No estimate: ")
    mia = service.as_("moderator", "mia")
    mia.post(f"{ADDRESS}/{WEEK}/small", json={"finding": "no_harm"})
    filed(service, complaints(service, "new", 30))
    _, big, small, last = command("--size", "1").splitlines()
    assert small == "small: 3 complaints; no harm, by mia"
    assert last.startswith("Of the complaints of the last 13 weeks about sellers without a case, ")
    assert json.loads(command("--json")) == mia.get(ADDRESS).json()


def test_how_many_are_drawn_is_said_or_set(service, command):
    assert json.loads(command("--json", DETECTOR_AUDITS_A_WEEK="7"))["size"] == 7
    service.clock.pass_time(days=7)
    assert json.loads(command("--json", "--size", "3"))["size"] == 3


def test_what_is_no_week_is_wrong_usage(command):
    assert "expected a week such as 2026-W48" in command("--week", "48", code=2)
