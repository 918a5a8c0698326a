"""Verdicts over HTTP: a person decides, once, and the rules take the points."""

import pytest

from service.tables import assessments, cases, rescore_requests

PHOTOS = ["photo_received", "photo_official"]
UPHELD = {"outcome": "upheld", "violation": "counterfeit", "reason": "fake", "evidence": PHOTOS}


def filed(service, *ids, **changed):
    batch = [service.complaint(one, **changed) for one in ids]
    assert service.as_("ingest").post("/v1/complaints", json={"complaints": batch}).is_success


def test_one_upheld_counterfeit_complaint_takes_six_points_and_the_second_suspends(either):
    filed(either, "c1", "c2")
    moderator = either.as_("moderator", "mia")
    first = moderator.post("/v1/complaints/c1/verdict", json=UPHELD)
    assert first.status_code == 201
    assert first.json()["standing"] == {"points": 6, "level": 6, "status": "warned"}
    assert first.json()["moderator"] == "mia"
    second = moderator.post("/v1/complaints/c2/verdict", json=UPHELD).json()
    assert second["standing"] == {"points": 0, "level": 12, "status": "awaiting_approval"}
    ledger = moderator.get("/v1/sellers/s1/ledger").json()
    assert [entry["points"] for entry in ledger["entries"]] == [6, 6]
    assert [sanction["kind"] for sanction in ledger["sanctions"]] == ["warn", "suspend"]
    assert moderator.get("/v1/sellers/s1").json()["standing"] == second["standing"]


def test_a_second_verdict_on_one_complaint_is_a_conflict_that_names_the_first(either):
    filed(either, "c1")
    either.as_("moderator", "mia").post("/v1/complaints/c1/verdict", json=UPHELD)
    again = either.as_("moderator", "noa").post("/v1/complaints/c1/verdict", json=UPHELD)
    assert again.status_code == 409
    assert "mia" in again.json()["detail"]


@pytest.mark.parametrize("outcome", ["rejected", "unfounded"])
def test_only_an_upheld_verdict_takes_points(service, outcome):
    filed(service, "c1")
    body = {"outcome": outcome, "reason": "not proven"}
    given = service.as_("moderator").post("/v1/complaints/c1/verdict", json=body).json()
    assert given["standing"] == {"points": 12, "level": 0, "status": "active"}
    assert service.as_("analyst").get("/v1/complaints/c1").json()["outcome"] == outcome


def test_upholding_without_the_evidence_the_policy_asks_for_is_refused_and_stores_nothing(either):
    filed(either, "c1")
    moderator = either.as_("moderator")
    answer = moderator.post("/v1/complaints/c1/verdict", json=UPHELD | {"evidence": ["hearsay"]})
    assert answer.status_code == 422
    assert "evidence" in answer.json()["detail"]
    assert moderator.get("/v1/complaints/c1").json()["verdict"] is None
    assert moderator.post("/v1/complaints/c1/verdict", json=UPHELD).status_code == 201


def test_evidence_on_file_counts_when_the_verdict_lists_none(service):
    filed(service, "c1")
    moderator = service.as_("moderator")
    for kind in PHOTOS:
        piece = {"kind": kind, "link": f"https://files.example/{kind}.jpg"}
        assert moderator.post("/v1/complaints/c1/evidence", json=piece).status_code == 201
    body = {"outcome": "upheld", "reason": "fake"}
    given = moderator.post("/v1/complaints/c1/verdict", json=body)
    assert given.status_code == 201
    assert sorted(given.json()["evidence"]) == sorted(PHOTOS)
    assert given.json()["violation"] == "counterfeit"


def test_a_complaint_that_came_decided_gets_no_second_verdict(service):
    filed(service, "c1", outcome="rejected", decided_at="2026-03-01T12:00:00Z")
    answer = service.as_("moderator").post("/v1/complaints/c1/verdict", json=UPHELD)
    assert answer.status_code == 409


def test_an_imported_outcome_takes_no_points(service):
    filed(service, "c1", "c2", outcome="upheld", decided_at="2026-03-01T12:00:00Z")
    assert service.as_("analyst").get("/v1/sellers/s1").json()["standing"]["points"] == 12


def test_deleting_every_output_of_the_detector_leaves_the_ledger_as_it_was(either):
    filed(either, "c1", "c2")
    moderator = either.as_("moderator")
    moderator.post("/v1/complaints/c1/verdict", json=UPHELD)
    _plant_detector_output(either)
    before = moderator.get("/v1/sellers/s1/ledger").json()
    with either.context.database.writing() as connection:
        for table in (assessments, cases, rescore_requests):
            assert connection.execute(table.delete()).rowcount
    assert moderator.get("/v1/sellers/s1/ledger").json() == before
    assert before["balance"] == 6


def _plant_detector_output(service):
    numbers = {"score": 9.0, "surprise": 9.0, "p_value": 0.0, "q_value": 0.0}
    with service.context.database.writing() as connection:
        connection.execute(
            assessments.insert().values(
                seller_id="s1",
                as_of=0,
                flagged=True,
                rank=1,
                reasons="[]",
                suspicion="seller",
                model="m1",
                **numbers,
            )
        )
        connection.execute(
            cases.insert().values(
                case_id="x",
                seller_id="s1",
                status="open",
                suspicion="seller",
                opened_at=0,
                due_at=0,
                base="{}",
                order_key=0.0,
                reasons="[]",
            )
        )


def test_a_verdict_about_an_unknown_complaint_is_not_found(service):
    answer = service.as_("moderator").post("/v1/complaints/nothing/verdict", json=UPHELD)
    assert answer.status_code == 404


def test_a_verdict_that_supersedes_another_takes_its_place_and_its_points(either):
    filed(either, "c1", "c2")
    mia = either.as_("moderator", "mia")
    first = mia.post("/v1/complaints/c1/verdict", json=UPHELD).json()
    either.clock.pass_time(hours=1)
    mended = {"outcome": "rejected", "reason": "another's order", "supersedes": first["verdict_id"]}
    second = mia.post("/v1/complaints/c1/verdict", json=mended)
    assert second.status_code == 201, second.text
    assert second.json()["standing"] == {"points": 12, "level": 0, "status": "active"}
    assert second.json()["supersedes"] == first["verdict_id"]
    # The first stands no more, so nothing supersedes it again, and it cannot be appealed.
    again = mia.post("/v1/complaints/c1/verdict", json=mended)
    assert (again.status_code, again.json()["type"]) == (409, "urn:detector:verdict-fallen")
    other = {**mended, "supersedes": "v_none"}
    assert mia.post("/v1/complaints/c2/verdict", json=other).status_code == 409
    assert mia.get("/v1/complaints/c1").json()["verdict"]["reason"] == "another's order"


def test_an_open_appeal_is_decided_before_its_verdict_is_superseded(either):
    filed(either, "c1")
    mia = either.as_("moderator", "mia")
    first = mia.post("/v1/complaints/c1/verdict", json=UPHELD).json()
    either.as_("ingest").post("/v1/complaints/c1/appeal", json={})
    mended = {"outcome": "rejected", "supersedes": first["verdict_id"]}
    refused = mia.post("/v1/complaints/c1/verdict", json=mended)
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:detector:appeal-open")


@pytest.mark.parametrize(
    ("policy", "said", "level"),
    [
        ("tiktok-shop", {"points": 20}, 20),
        ("tiktok-shop", {}, 4),
        ("amazon-like", {"severity": "critical"}, 200),
    ],
)
def test_the_moderator_says_what_the_policy_leaves_open(start, sqlite_url, policy, said, level):
    service = start(sqlite_url, policy=policy)
    filed(service, "c1")
    given = service.as_("moderator").post("/v1/complaints/c1/verdict", json=UPHELD | said)
    assert given.json()["standing"]["level"] == level


def test_a_policy_that_charges_once_a_listing_sees_the_complaints_listing(start, sqlite_url):
    service = start(sqlite_url, policy="shopee")
    filed(service, "c1", "c2", listing_id="shoe")
    filed(service, "c3", listing_id="bag")
    moderator = service.as_("moderator")
    for one, entries in (("c1", 1), ("c2", 1), ("c3", 2)):
        assert moderator.post(f"/v1/complaints/{one}/verdict", json=UPHELD).is_success
        ledger = moderator.get("/v1/sellers/s1/ledger").json()
        assert len(ledger["entries"]) == entries
