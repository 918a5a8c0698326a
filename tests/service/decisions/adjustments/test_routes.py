"""Credits, volumes, forgiven entries over HTTP; every bundled policy from filing to statement."""

import json

import pytest

from detector.rules import bundled, bundled_names, event_of, fold
from service.tables import audit, events, ledger_events

EVIDENCE = ["rights_holder_statement", "photo_received", "photo_official"]
UPHELD = {"outcome": "upheld", "violation": "counterfeit", "reason": "fake", "evidence": EVIDENCE}
WORST = {"tiktok-shop": {"points": 48}, "amazon-like": {"severity": "critical"}}


def rows(service, table):
    with service.context.database.reading() as connection:
        return connection.execute(table.select()).all()


def judge(service, *ids, **said):
    filed_at = service.clock.text
    batch = [service.complaint(one, buyer_id=one, filed_at=filed_at) for one in ids]
    assert service.as_("ingest").post("/v1/complaints", json={"complaints": batch}).is_success
    service.prove(*ids, kinds=EVIDENCE)
    for one in ids:
        given = service.mia.post(f"/v1/complaints/{one}/verdict", json=UPHELD | said)
        assert given.status_code == 201, given.text
    return given.json()


@pytest.fixture
def judged(either):
    either.mia, either.rae = either.as_("moderator", "mia"), either.as_("reviewer", "rae")
    judge(either, "c1")
    return either


def test_a_credit_gives_points_back_and_is_on_record(judged):
    path, body = "/v1/sellers/s1/credits", {"points": 4, "kind": "training", "reason": "passed"}
    given = judged.rae.post(path, json=body, headers={"Idempotency-Key": "one course"})
    again = judged.rae.post(path, json=body, headers={"Idempotency-Key": "one course"})
    assert (given.status_code, again.json()) == (201, given.json())
    assert given.json()["standing"] == {"points": 10, "level": 2, "status": "active"}
    [credit] = judged.mia.get("/v1/sellers/s1/ledger").json()["credits"]
    assert (credit["why"], credit["points"]) == ("training", 4)
    last = rows(judged, audit)[-1]
    assert (last.action, last.actor, last.why) == ("credit.granted", "rae", "passed")
    assert rows(judged, events)[-1].kind == "points.restored"
    assert judged.rae.post("/v1/sellers/none/credits", json=body).status_code == 404
    assert judged.rae.post(path, json=body | {"points": 0}).status_code == 422


def test_a_credit_that_the_policy_does_not_know_is_refused_in_its_words(start, sqlite_url):
    service = start(sqlite_url, policy="amazon-like")
    service.mia = service.as_("moderator", "mia")
    judge(service, "c1")
    body = {"points": 4, "kind": "a smile"}
    refused = service.as_("reviewer").post("/v1/sellers/s1/credits", json=body)
    assert (refused.status_code, "grants credits for orders" in refused.json()["detail"]) == (
        422,
        True,
    )
    assert [json.loads(row.body)["event"] for row in rows(service, ledger_events)] == ["verdict"]


def test_a_forgiven_entry_counts_no_more_and_its_verdict_stands(judged):
    assert judge(judged, "c2")["standing"]["status"] == "awaiting_approval"
    ledger = judged.mia.get("/v1/sellers/s1/ledger").json()
    entry = ledger["entries"][1]["id"]
    path = f"/v1/entries/{entry}/forgive"
    assert judged.mia.post(path, json={"reason": "goodwill"}).status_code == 403
    assert judged.rae.post(path, json={"reason": ""}).status_code == 422
    told = judged.rae.post(path, json={"reason": "goodwill"}).json()
    assert told["standing"] == {"points": 6, "level": 6, "status": "warned"}
    assert judged.mia.get("/v1/sanctions").json()["sanctions"] == []
    assert judged.mia.get("/v1/complaints/c2").json()["verdict"]["reversed_at"] is None
    again = judged.rae.post(path, json={"reason": "goodwill"})
    assert (again.status_code, again.json()["type"]) == (422, "urn:detector:event-refused")
    assert judged.rae.post("/v1/entries/v_none/forgive", json={"reason": "x"}).status_code == 404


def test_a_policy_by_rate_acts_on_a_sellers_volume_and_tells_the_platform(start, sqlite_url, clock):
    clock.pass_time(days=17)  # rates are evaluated on the 20th
    service = start(sqlite_url, policy="ebay-like")
    service.mia, shop = service.as_("moderator", "mia"), service.as_("ingest", "shop")
    judge(service, *(f"c{n}" for n in range(6)))
    clock.pass_time(days=1)
    path = "/v1/sellers/s1/volume"
    shop = service.as_("ingest", "shop")
    assert shop.post(path, json={"transactions": {"90d": 4_000}}).status_code == 201
    assert [row.kind for row in rows(service, events)].count("seller.restricted") == 0
    assert shop.post(path, json={"transactions": {"90d": 250, "365d": 250}}).status_code == 201
    [told] = [row for row in rows(service, events) if row.kind == "seller.restricted"]
    facts = json.loads(told.body)
    assert facts["effects"] == ["lower_in_search", "higher_fees"]
    assert facts["ends_at"] == "2026-04-19T12:00:00Z"
    assert rows(service, audit)[-1].action == "volume.acted_on"
    done = shop.post(f"/v1/sanctions/{facts['sanction_id']}/done")
    assert (done.status_code, done.json()["done_at"]) == (200, service.clock.text)
    for bad in ({}, {"90d": -1}, {"90d": "many"}, {"90d": 1.5}):
        assert shop.post(path, json={"transactions": bad}).status_code == 422


@pytest.mark.parametrize("name", sorted(bundled_names()))
def test_every_bundled_policy_runs_over_http_as_its_log_is_folded(start, sqlite_url, name):
    """The API's answer is the pure fold of the log that it wrote."""
    service = start(sqlite_url, policy=name)
    service.mia, rae = service.as_("moderator", "mia"), service.as_("reviewer", "rae")
    shop = service.as_("ingest", "shop")
    assert service.mia.get("/v1/rules").json()["violations"]["counterfeit"]
    for number in range(4):
        judge(service, f"c{number}", **WORST.get(name, {}))
        service.clock.pass_time(minutes=1)
    shop.post("/v1/sellers/s1/volume", json={"transactions": {"90d": 500, "365d": 2_000}})
    rae.post("/v1/sellers/s1/credits", json={"points": 1, "kind": "orders"})
    for waiting in service.mia.get("/v1/sanctions").json()["sanctions"]:
        path = f"/v1/sanctions/{waiting['sanction_id']}"
        assert rae.post(f"{path}/approve", json={"reason": "seen"}).is_success, waiting
        assert shop.post(f"{path}/done").is_success
    appeal = shop.post(
        "/v1/complaints/c3/appeal", json={"by": "seller", "reason": "genuine"}
    ).json()
    decision = f"/v1/appeals/{appeal['appeal_id']}/decision"
    assert rae.post(decision, json={"outcome": "granted", "reason": "looked into"}).is_success
    assert service.mia.get("/v1/sellers/s1/statement").is_success
    told = service.mia.get("/v1/sellers/s1/ledger").json()
    log = [event_of(json.loads(row.body)) for row in rows(service, ledger_events)]
    folded = fold(log, bundled(name), as_of=service.clock.now, approvals="recorded")
    assert folded.refused == []
    expected = folded.sellers["s1"]
    for told_of in ("balance", "level", "status"):
        assert told[told_of] == getattr(expected, told_of)
    assert [one["id"] for one in told["sanctions"]] == [one.id for one in expected.sanctions]
    assert [one["state"] for one in told["entries"]] == [one.state for one in expected.entries]
    assert set(told["tracks"]) == set(expected.tracks)
