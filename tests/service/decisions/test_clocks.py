"""Clocks that step back, jump ahead or differ between hosts bury no verdict and break no seller."""

import pytest

from service.audit.verification import verify
from service.decisions.verification import log_faults
from service.tables import ledger_events

UPHELD = {"outcome": "upheld", "reason": "fake", "evidence": ["photo_received", "photo_official"]}
REJECTED = {"outcome": "rejected", "reason": "no proof"}


@pytest.fixture
def filed(either):
    """A seller with complaints that have evidence, and people who work."""
    either.ingest, either.mia = either.as_("ingest"), either.as_("moderator", "mia")
    either.noa, either.rae = either.as_("moderator", "noa"), either.as_("reviewer", "rae")
    batch = [either.complaint(f"c{number}") for number in range(5)]
    either.ingest.post("/v1/complaints", json={"complaints": batch})
    for number in range(5):
        for kind in UPHELD["evidence"]:
            link = {"kind": kind, "link": "https://e.example/1"}
            either.ingest.post(f"/v1/complaints/c{number}/evidence", json=link)
    return either


def judge(service, number, verdict=UPHELD):
    return service.mia.post(f"/v1/complaints/c{number}/verdict", json=verdict)


def points(service):
    return service.mia.get("/v1/sellers/s1").json()["standing"]["points"]


def recorded(service):
    with service.context.database.reading() as connection:
        query = ledger_events.select().order_by(ledger_events.c.position)
        return [row.recorded_at for row in connection.execute(query)]


def faults(service):
    with service.context.database.reading() as connection:
        policies, now = service.context.policies, service.clock.now
        return [*verify(connection).sentences, *log_faults(connection, policies, now=now)]


def test_within_the_skew_what_is_recorded_keeps_its_order_and_counts_at_once(filed):
    assert judge(filed, 0).status_code == 201
    filed.clock.pass_time(minutes=-4)
    second = judge(filed, 1)
    assert second.status_code == 201
    assert second.json()["standing"]["points"] == points(filed) == 0
    first = recorded(filed)[0]
    assert recorded(filed) == [first, first]
    [waiting] = filed.noa.get("/v1/sanctions").json()["sanctions"]
    approved = filed.noa.post(
        f"/v1/sanctions/{waiting['sanction_id']}/approve", json={"reason": "yes"}
    )
    assert approved.status_code == 200, approved.text
    assert recorded(filed) == sorted(recorded(filed))
    assert faults(filed) == []


def check_refused(answer):
    assert answer.status_code == 503, answer.text
    assert answer.headers["retry-after"]
    detail = answer.json()["detail"]
    assert "2026-03-02T12:00:00Z" in detail
    assert "2026-03-02T11:00:00Z" in detail


def test_a_clock_that_stepped_back_an_hour_records_nothing_and_says_both_times(filed):
    judge(filed, 0)
    rejected = judge(filed, 4, REJECTED).json()
    judge(filed, 1)
    [waiting] = filed.noa.get("/v1/sanctions").json()["sanctions"]
    appeal = filed.ingest.post("/v1/complaints/c4/appeal", json={"reason": "look"}).json()
    assert rejected["outcome"] == "rejected"
    before, sanction = recorded(filed), waiting["sanction_id"]
    filed.clock.pass_time(hours=-1)
    check_refused(judge(filed, 2))
    check_refused(filed.ingest.post("/v1/complaints/c1/appeal", json={"reason": "we sell none"}))
    decision = {"outcome": "granted", "reason": "shown"}
    check_refused(filed.rae.post(f"/v1/appeals/{appeal['appeal_id']}/decision", json=decision))
    check_refused(filed.noa.post(f"/v1/sanctions/{sanction}/approve", json={"reason": "yes"}))
    check_refused(filed.ingest.post("/v1/complaints/c3/withdrawal", json={"reason": "found it"}))
    assert recorded(filed) == before
    assert points(filed) == 0  # nothing that was decided is buried meanwhile
    others = filed.complaint("other", seller_id="s2")
    filed.ingest.post("/v1/complaints", json=others)
    assert filed.mia.post("/v1/complaints/other/verdict", json=REJECTED).status_code == 201
    filed.clock.pass_time(hours=1)
    assert judge(filed, 2).status_code == 201
    assert faults(filed) == []


def test_after_a_jump_ahead_and_back_a_verdict_counts_and_the_next_is_not_hidden(filed):
    filed.clock.pass_time(days=1)
    filed.mia = filed.as_("moderator", "mia")
    assert judge(filed, 0).status_code == 201
    filed.clock.pass_time(days=-1)
    assert points(filed) == 6
    told = judge(filed, 1)
    assert told.status_code == 503
    assert "2026-03-03T12:00:00Z" in told.json()["detail"]
    assert "s1" in told.json()["detail"]
    assert points(filed) == 6
    filed.clock.pass_time(days=1)
    assert judge(filed, 1).json()["standing"]["points"] == 0
    assert faults(filed) == []


@pytest.mark.parametrize("steps", [{"hours": -1}, {"days": 1}], ids=["back", "ahead"])
def test_an_order_of_sessions_survives_a_clock_that_moved(filed, open_cases, steps):
    """A lease that a wrong clock took holds a case no longer than a right one's would."""
    open_cases(filed, 1.0)
    filed.clock.pass_time(**steps)
    assert filed.mia.post("/v1/queue/claim").status_code == 200
    filed.clock.pass_time(**{unit: -count for unit, count in steps.items()})
    if steps == {"days": 1}:
        assert filed.noa.post("/v1/cases/c_0/claim").status_code == 200
    filed.clock.pass_time(days=1)
    assert filed.rae.post("/v1/queue/claim").status_code == 200
    filed.clock.pass_time(days=-1)
    assert filed.noa.post("/v1/queue/claim").status_code == 200
    assert filed.noa.post("/v1/cases/c_0/renew").status_code == 200
    assert filed.mia.post("/v1/cases/c_0/claim").status_code == 409


def test_two_hosts_whose_clocks_differ_decide_about_one_seller(filed, start):
    from starlette.testclient import TestClient

    from service.app import create_app
    from tests.service.conftest import FakeClock

    ahead = FakeClock(filed.clock.now)
    ahead.pass_time(minutes=3)
    with TestClient(create_app(filed.context.settings, clock=ahead)) as other:
        other.headers["Authorization"] = filed.mia.headers["Authorization"]
        assert other.post("/v1/complaints/c0/verdict", json=UPHELD).status_code == 201
        assert judge(filed, 1).status_code == 201
        assert other.post("/v1/complaints/c4/verdict", json=REJECTED).status_code == 201
    assert recorded(filed) == sorted(recorded(filed))
    assert points(filed) == 0
    assert faults(filed) == []
