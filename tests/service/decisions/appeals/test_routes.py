"""Appeals over HTTP: the losing party asks once, another person decides, points come back."""

import pytest

UPHELD = {
    "outcome": "upheld",
    "reason": "fake",
    "evidence": ["photo_received", "photo_official"],
}


@pytest.fixture
def judged(either):
    """Two upheld complaints: the seller is suspended."""
    batch = [either.complaint("c1"), either.complaint("c2")]
    either.as_("ingest").post("/v1/complaints", json={"complaints": batch})
    either.prove(*(one["complaint_id"] for one in batch))
    either.mia = either.as_("moderator", "mia")
    for one in ("c1", "c2"):
        assert either.mia.post(f"/v1/complaints/{one}/verdict", json=UPHELD).is_success
    return either


def test_a_granted_appeal_gives_the_points_back_and_lifts_the_suspension(judged):
    appeal = judged.as_("ingest").post(
        "/v1/complaints/c2/appeal", json={"by": "seller", "reason": "it was genuine"}
    )
    assert appeal.status_code == 201
    assert appeal.json()["outcome"] == "open"
    decided = judged.as_("reviewer", "rae").post(
        f"/v1/appeals/{appeal.json()['appeal_id']}/decision",
        json={"outcome": "granted", "reason": "receipt shown"},
    )
    assert decided.status_code == 200
    assert decided.json()["standing"]["points"] == 6
    assert decided.json()["standing"]["status"] == "warned"
    ledger = judged.mia.get("/v1/sellers/s1/ledger").json()
    assert [entry["state"] for entry in ledger["entries"]] == ["standing", "reversed"]
    shown = judged.mia.get("/v1/complaints/c2").json()
    assert shown["outcome"] == "rejected"
    assert shown["verdict"]["reversed_at"] is not None
    assert shown["appeal"]["decided_by"] == "rae"


def test_who_gave_the_verdict_does_not_decide_the_appeal(judged):
    said = {"by": "seller", "reason": "genuine"}
    assert judged.mia.post("/v1/complaints/c1/appeal", json=said).status_code == 403
    appeal = judged.as_("ingest").post("/v1/complaints/c1/appeal", json=said).json()
    path = f"/v1/appeals/{appeal['appeal_id']}/decision"
    assert (
        judged.mia.post(path, json={"outcome": "denied", "reason": "looked into"}).status_code
        == 403
    )
    # Another key of the same person is still the same person.
    assert (
        judged.as_("admin", "mia")
        .post(path, json={"outcome": "denied", "reason": "looked into"})
        .status_code
        == 403
    )
    # Nor is a name a person of its own by capitals or by a letter of another alphabet.
    for spelling in ("MIA", "Mia", "mіa"):
        answer = judged.as_("admin", spelling).post(
            path, json={"outcome": "denied", "reason": "looked into"}
        )
        assert answer.status_code == 403, spelling
    denied = judged.as_("moderator", "noa").post(
        path, json={"outcome": "denied", "reason": "looked into"}
    )
    assert denied.json()["standing"]["points"] == 0


def test_an_appeal_is_filed_once_and_decided_once(judged):
    ingest, noa = judged.as_("ingest"), judged.as_("moderator", "noa")
    appeal = ingest.post("/v1/complaints/c1/appeal", json={"reason": "genuine"}).json()
    assert ingest.post("/v1/complaints/c1/appeal", json={"reason": "genuine"}).status_code == 409
    path = f"/v1/appeals/{appeal['appeal_id']}/decision"
    assert noa.post(path, json={"outcome": "denied", "reason": "looked into"}).status_code == 200
    assert noa.post(path, json={"outcome": "granted", "reason": "looked into"}).status_code == 409


def test_only_the_losing_party_may_appeal_and_only_a_verdict(judged):
    ingest = judged.as_("ingest")
    wrong = ingest.post("/v1/complaints/c1/appeal", json={"by": "complainant", "reason": "seen"})
    assert wrong.status_code == 409
    ingest.post("/v1/complaints", json=judged.complaint("c3"))
    assert ingest.post("/v1/complaints/c3/appeal", json={"reason": "genuine"}).status_code == 409
    assert ingest.post("/v1/complaints/none/appeal", json={"reason": "genuine"}).status_code == 404


def test_an_appeal_and_its_decision_need_words(judged):
    shop, noa = judged.as_("ingest"), judged.as_("moderator", "noa")
    for wordless in ({}, {"reason": ""}, {"reason": " ... "}):
        assert shop.post("/v1/complaints/c1/appeal", json=wordless).status_code == 422
    appeal = shop.post("/v1/complaints/c1/appeal", json={"reason": "genuine"})
    assert appeal.status_code == 201  # the only one was not used up
    path = f"/v1/appeals/{appeal.json()['appeal_id']}/decision"
    for wordless in ({}, {"reason": " "}):
        refused = noa.post(path, json={"outcome": "granted"} | wordless)
        assert (refused.status_code, refused.json()["type"]) == (422, "urn:detector:reason-missing")


def test_who_appeals_for_a_party_says_so_and_does_not_decide(judged):
    noa, rae = judged.as_("moderator", "noa"), judged.as_("reviewer", "rae")
    path = "/v1/complaints/c1/appeal"
    unsaid = noa.post(path, json={"reason": "genuine"})
    assert (unsaid.status_code, unsaid.json()["type"]) == (422, "urn:detector:party-missing")
    appeal = noa.post(path, json={"by": "seller", "reason": "genuine"}).json()
    decision = f"/v1/appeals/{appeal['appeal_id']}/decision"
    denied = {"outcome": "denied", "reason": "nothing new"}
    assert noa.post(decision, json=denied).json()["type"] == "urn:detector:same-moderator"
    assert rae.post(decision, json=denied).status_code == 200
    record = rae.get("/v1/audit", params={"subject": "complaint c1"}).json()["records"]
    filed = next(one for one in record if one["action"] == "appeal.filed")
    assert (filed["actor"], filed["after"]) == ("noa", {"by": "seller"})


def test_an_appeal_after_thirty_days_is_too_late(judged):
    judged.clock.pass_time(days=30)
    late = judged.as_("ingest").post(
        "/v1/complaints/c1/appeal", json={"by": "seller", "reason": "genuine"}
    )
    assert late.status_code == 409
    assert "late" in late.json()["detail"]


def test_a_complainant_who_wins_has_the_complaint_judged_again(either):
    either.as_("ingest").post("/v1/complaints", json=either.complaint("c1"))
    either.prove("c1")
    mia, noa = either.as_("moderator", "mia"), either.as_("moderator", "noa")
    mia.post("/v1/complaints/c1/verdict", json={"outcome": "rejected", "reason": "no proof"})
    appeal = either.as_("ingest").post("/v1/complaints/c1/appeal", json={"reason": "seen"}).json()
    path = f"/v1/appeals/{appeal['appeal_id']}/decision"
    granted = noa.post(path, json={"outcome": "granted", "reason": "looked into"})
    assert granted.json()["standing"]["points"] == 12
    assert mia.get("/v1/complaints/c1").json()["outcome"] == "pending"
    given = noa.post("/v1/complaints/c1/verdict", json=UPHELD)
    assert (given.status_code, given.json()["standing"]["points"]) == (201, 6)


def test_an_unknown_appeal_is_not_found(service):
    answer = service.as_("reviewer").post(
        "/v1/appeals/none/decision", json={"outcome": "denied", "reason": "looked into"}
    )
    assert answer.status_code == 404


def test_appeals_are_listed_by_state_oldest_first_with_who_may_not_decide(judged):
    ingest, noa = judged.as_("ingest"), judged.as_("moderator", "noa")
    filed = []
    for one in ("c1", "c2"):
        filed.append(
            ingest.post(f"/v1/complaints/{one}/appeal", json={"reason": "genuine"}).json()[
                "appeal_id"
            ]
        )
        judged.clock.pass_time(seconds=1)
    first = noa.get("/v1/appeals", params={"limit": 1}).json()
    [shown] = first["appeals"]
    assert (shown["appeal_id"], shown["complaint_id"], shown["seller_id"]) == (filed[0], "c1", "s1")
    assert (shown["verdict"], shown["moderator"]) == ("upheld", "mia")
    rest = noa.get("/v1/appeals", params={"limit": 1, "cursor": first["next_cursor"]}).json()
    assert [one["appeal_id"] for one in rest["appeals"]] == [filed[1]]
    assert rest["next_cursor"] is None
    noa.post(
        f"/v1/appeals/{filed[0]}/decision", json={"outcome": "denied", "reason": "looked into"}
    )
    assert [one["appeal_id"] for one in noa.get("/v1/appeals").json()["appeals"]] == [filed[1]]
    denied = noa.get("/v1/appeals", params={"outcome": "denied"}).json()["appeals"]
    assert [one["decided_by"] for one in denied] == ["noa"]
    assert noa.get("/v1/appeals", params={"cursor": "nonsense"}).status_code == 422


def test_an_appeal_a_verdict_and_a_sanction_are_found_by_their_ids(judged):
    appeal = (
        judged.as_("ingest").post("/v1/complaints/c2/appeal", json={"reason": "genuine"}).json()
    )
    shown = judged.mia.get(f"/v1/appeals/{appeal['appeal_id']}").json()
    assert (shown["complaint_id"], shown["moderator"], shown["verdict"]) == ("c2", "mia", "upheld")
    [listed] = judged.mia.get("/v1/appeals").json()["appeals"]
    assert listed == shown
    verdict = judged.mia.get(f"/v1/verdicts/{shown['verdict_id']}").json()
    assert verdict == judged.mia.get("/v1/complaints/c2").json()["verdict"]
    [waiting] = judged.mia.get("/v1/sanctions").json()["sanctions"]
    sanction = judged.mia.get(f"/v1/sanctions/{waiting['sanction_id']}").json()
    assert (sanction["tier"], sanction["state"]) == ("depleted", "waiting")
    assert {one["complaint_id"] for one in sanction["verdicts"]} == {"c1", "c2"}
    assert verdict in sanction["verdicts"]
    for path in ("appeals", "verdicts", "sanctions"):
        assert judged.mia.get(f"/v1/{path}/none").status_code == 404
