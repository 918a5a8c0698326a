"""Once a sanction is carried out: notices, reports that it was done, exceptions by a reviewer."""

import json

import pytest

from service.tables import audit, events, ledger_events

UPHELD = {"outcome": "upheld", "reason": "fake", "evidence": ["photo_received", "photo_official"]}


@pytest.fixture
def suspended(either):
    """A seller whose suspension rae has approved; mia gave the verdicts."""
    either.shop, either.mia = either.as_("ingest", "shop"), either.as_("moderator", "mia")
    either.rae = either.as_("reviewer", "rae")
    batch = [either.complaint(one) for one in ("c1", "c2")]
    either.shop.post("/v1/complaints", json={"complaints": batch})
    either.prove(*(one["complaint_id"] for one in batch))
    for one in ("c1", "c2"):
        assert either.mia.post(f"/v1/complaints/{one}/verdict", json=UPHELD).is_success
    [waiting] = either.mia.get("/v1/sanctions").json()["sanctions"]
    either.path = f"/v1/sanctions/{waiting['sanction_id']}"
    for word, body in (("lift", {"reason": "x"}), ("done", {})):  # nothing to end or do as yet
        caller = either.as_("admin", "ada")
        assert caller.post(f"{either.path}/{word}", json=body).status_code == 409
    assert either.rae.post(f"{either.path}/approve", json={"reason": "seen"}).is_success
    either.clock.pass_time(minutes=1)
    return either


def kinds(service):
    with service.context.database.reading() as connection:
        return [row.kind for row in connection.execute(events.select().order_by(events.c.at))]


def log_of(service):
    with service.context.database.reading() as connection:
        rows = connection.execute(ledger_events.select().order_by(ledger_events.c.position))
        return [json.loads(row.body) for row in rows]


def status(service):
    return service.mia.get("/v1/sellers/s1").json()["standing"]["status"]


def test_the_platform_says_once_that_it_is_done(suspended):
    first = suspended.shop.post(f"{suspended.path}/done")
    suspended.clock.pass_time(minutes=1)
    again = suspended.shop.post(f"{suspended.path}/done")
    assert first.json() == again.json()
    assert first.json()["done_at"] == "2026-03-02T12:01:00Z"
    assert [one["event"] for one in log_of(suspended)].count("action_done") == 1
    ledger = suspended.mia.get("/v1/sellers/s1/ledger").json()
    assert ledger["sanctions"][-1]["done_at"] == "2026-03-02T12:01:00Z"
    assert suspended.mia.post(f"{suspended.path}/done").status_code == 403


def test_a_suspension_whose_notice_cannot_be_delivered_waits_until_it_is(suspended):
    path = f"{suspended.path}/notice"
    assert suspended.shop.post(path, json={"delivered": False}).is_success
    assert status(suspended) == "warned"
    assert kinds(suspended)[-1] == "sanction.lifted"
    suspended.clock.pass_time(days=1)
    assert suspended.shop.post(path, json={"delivered": True}).is_success
    assert status(suspended) == "suspended"
    assert kinds(suspended)[-1] == "seller.suspended"
    assert suspended.shop.post(
        "/v1/sanctions/none/notice", json={"delivered": True}
    ).status_code == (404)


def test_who_decided_tells_nothing_of_its_notice_and_what_was_delivered_stays_so(suspended):
    path, last = f"{suspended.path}/notice", len(kinds(suspended))
    noa = suspended.as_("moderator", "noa")
    for delivered in (True, False):
        for person in (suspended.mia, suspended.rae, suspended.as_("admin", "MIA")):
            refused = person.post(path, json={"delivered": delivered})
            assert (refused.status_code, refused.json()["type"]) == (
                403,
                "urn:detector:same-moderator",
            )
    # What another moderator may not lift, they do not end by this door either.
    assert noa.post(path, json={"delivered": False}).json()["type"] == "urn:detector:wrong-role"
    assert noa.post(path, json={"delivered": True}).status_code == 200
    for person in (suspended.shop, suspended.as_("reviewer", "ron")):
        refused = person.post(path, json={"delivered": False})
        assert (refused.status_code, refused.json()["type"]) == (
            409,
            "urn:detector:sanction-settled",
        )
    assert status(suspended) == "suspended"
    assert len(kinds(suspended)) == last


def test_a_reviewer_lifts_it_before_its_time_and_the_points_stay_taken(suspended):
    path, body = f"{suspended.path}/lift", {"reason": "hardship"}
    assert suspended.mia.post(path, json=body).status_code == 403
    assert suspended.rae.post(path, json={"reason": ""}).status_code == 422
    lifted = suspended.rae.post(path, json=body).json()
    assert (lifted["state"], lifted["lifted_at"]) == ("lifted", "2026-03-02T12:01:00Z")
    assert suspended.mia.get("/v1/sellers/s1").json()["standing"]["points"] == 0
    assert status(suspended) == "warned"
    assert kinds(suspended)[-1] == "sanction.lifted"
    assert suspended.rae.post(path, json=body).status_code == 409
    with suspended.context.database.reading() as connection:
        last = connection.execute(audit.select().order_by(audit.c.number.desc())).first()
    assert (last.action, last.actor, last.why) == ("sanction.lifted", "rae", "hardship")


def test_what_is_over_is_not_lifted(suspended):
    suspended.clock.pass_time(days=8)
    rae = suspended.as_("reviewer", "rae")
    refused = rae.post(f"{suspended.path}/lift", json={"reason": "late"})
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:detector:event-refused")


def test_it_runs_longer_only_by_somebody_who_gave_none_of_the_verdicts(suspended):
    path, body = f"{suspended.path}/extend", {"until": "2026-03-20T00:00:00Z", "reason": "again"}
    assert suspended.as_("admin", "mia").post(path, json=body).status_code == 403
    sooner = suspended.rae.post(path, json=body | {"until": "2026-03-03T00:00:00Z"})
    assert sooner.status_code == 422
    extended = suspended.rae.post(path, json=body)
    assert (extended.status_code, extended.json()["ends_at"]) == (200, "2026-03-20T00:00:00Z")
    suspended.clock.pass_time(days=12)
    suspended.mia = suspended.as_("moderator", "mia")
    assert status(suspended) == "suspended"
    suspended.clock.pass_time(days=6)
    assert suspended.mia.get("/v1/sellers/s1").json()["standing"]["points"] == 12


def test_what_the_rules_of_today_do_not_issue_is_not_found(start, sqlite_url):
    service = start(sqlite_url)
    shop, mia = service.as_("ingest"), service.as_("moderator", "mia")
    batch = [service.complaint(one) for one in ("c1", "c2")]
    shop.post("/v1/complaints", json={"complaints": batch})
    service.prove(*(one["complaint_id"] for one in batch))
    for one in ("c1", "c2"):
        assert mia.post(f"/v1/complaints/{one}/verdict", json=UPHELD).is_success
    rae = service.as_("reviewer", "rae")
    [waiting] = rae.get("/v1/sanctions").json()["sanctions"]
    path = f"/v1/sanctions/{waiting['sanction_id']}"
    assert rae.post(f"{path}/approve", json={"reason": "seen"}).is_success
    milder = start(sqlite_url, policy="aliexpress-ipr").as_("reviewer", "rae")
    longer = {"until": "2026-03-20T00:00:00Z", "reason": "again"}
    for found in (milder.get(path), milder.post(f"{path}/extend", json=longer)):
        assert (found.status_code, found.json()["type"]) == (404, "urn:detector:no-such-sanction")
