"""A seller is heard before a verdict: a notice, an answer, evidence that does not count against."""

import pytest

from service.tables import audit
from tests.service.pictures import picture

PHOTOS = ["photo_received", "photo_official"]
UPHELD = {"outcome": "upheld", "reason": "fake", "evidence": PHOTOS}
PNG = picture("PNG")


@pytest.fixture
def filed(either):
    either.shop, either.mia = either.as_("ingest", "shop"), either.as_("moderator", "mia")
    batch = [either.complaint(one, buyer_id="jane") for one in ("c1", "c/2")]
    assert either.shop.post("/v1/complaints", json={"complaints": batch}).is_success
    return either


def answer(service, complaint_id="c1", text="the receipt is attached", **headers):
    path = f"/v1/complaints/{complaint_id}/answer"
    return service.shop.post(path, json={"text": text}, headers=headers)


def test_the_notice_says_what_it_may_cost_and_names_no_buyer(filed):
    told = filed.shop.get("/v1/complaints/c/2/notice")
    assert told.status_code == 200, told.text
    assert "jane" not in told.text
    body = told.json()
    assert (body["points"], body["points_least"], body["points_most"]) == (12, 6, 6)
    assert (body["seller_id"], body["answer_until"]) == ("s1", None)
    assert "about order order of c/2: counterfeit." in body["text"]
    assert filed.shop.get("/v1/complaints/none/notice").status_code == 404


def notice(service, complaint_id="c1"):
    answered = service.shop.get(f"/v1/complaints/{complaint_id}/notice")
    assert answered.status_code == 200, answered.text
    assert "jane" not in answered.text
    return answered.json()


def test_what_was_decided_or_withdrawn_takes_no_answer_any_more(filed):
    filed.prove("c1")
    filed.mia.post("/v1/complaints/c1/verdict", json=UPHELD)
    filed.shop.post("/v1/complaints/c/2/withdrawal", json={})
    for one in ("c1", "c/2"):
        assert answer(filed, one).status_code == 409


def test_decided_the_notice_says_what_and_why_and_until_when_to_appeal(filed):
    filed.prove("c1")
    filed.mia.post("/v1/complaints/c1/verdict", json=UPHELD)
    told = notice(filed)
    assert (told["outcome"], told["points"], told["points_most"]) == ("upheld", 6, 6)
    assert told["appeal_until"] == "2026-04-01T12:00:00Z"
    assert "on photo received, photo official. The reason given: fake" in told["text"]
    assert "It takes 6 points; you hold 6." in told["text"]
    assert "You can appeal before 1 April 2026, 12:00 UTC;" in told["text"]
    appeal = filed.shop.post("/v1/complaints/c1/appeal", json={"reason": "genuine"}).json()
    assert notice(filed)["appeal_until"] is None
    path = f"/v1/appeals/{appeal['appeal_id']}/decision"
    filed.as_("reviewer").post(path, json={"outcome": "granted", "reason": "looked into"})
    told = notice(filed)
    assert (told["outcome"], told["points"], told["points_most"]) == ("reversed", 12, 0)
    assert "that decision was set aside" in told["text"]
    assert "You can appeal" not in told["text"]


@pytest.mark.parametrize("outcome", ["rejected", "unfounded"])
def test_what_was_not_upheld_is_told_as_such(filed, outcome):
    filed.mia.post("/v1/complaints/c1/verdict", json={"outcome": outcome, "reason": "no proof"})
    told = notice(filed)
    assert (told["outcome"], told["points_most"]) == (outcome, 0)
    assert "no proof" in told["text"]
    assert "It takes no points; you hold 12." in told["text"]


def test_what_was_withdrawn_or_decided_elsewhere_is_told_as_such(filed):
    filed.shop.post("/v1/complaints/c/2/withdrawal", json={"reason": "secret"})
    told = notice(filed, "c/2")
    assert told["outcome"] == "withdrawn"
    assert "secret" not in told["text"]
    assert "took it back" in told["text"]
    came = filed.complaint("c3", outcome="upheld", decided_at="2026-03-01T12:00:00Z")
    filed.shop.post("/v1/complaints", json=came)
    told = notice(filed, "c3")
    assert (told["outcome"], told["points_most"], told["appeal_until"]) == ("upheld", 0, None)


def test_points_that_were_taken_once_for_one_order_are_told_so(filed):
    same = [filed.complaint(one, order_id="o") for one in ("d1", "d2")]
    filed.shop.post("/v1/complaints", json={"complaints": same})
    filed.prove(*(one["complaint_id"] for one in same))
    for one in ("d1", "d2"):
        assert filed.mia.post(f"/v1/complaints/{one}/verdict", json=UPHELD).is_success
    told = notice(filed, "d2")
    assert "It takes 6 points, once for all complaints of its kind" in told["text"]
    filed.clock.pass_time(days=400)
    filed.shop = filed.as_("ingest")
    assert "It takes no points; you hold 12." in notice(filed, "d2")["text"]


def test_the_moderator_sees_the_answer_with_the_complaint_and_in_the_list(filed):
    given = answer(filed, "c/2")
    assert given.status_code == 201
    shown = filed.mia.get("/v1/complaints/c/2").json()
    assert shown["answer"] == given.json()
    assert (shown["answer"]["text"], shown["answer"]["filed_by"]) == (
        "the receipt is attached",
        "shop",
    )
    listed = filed.mia.get("/v1/sellers/s1/complaints").json()["complaints"]
    assert {one["complaint_id"]: one["answered_at"] for one in listed} == {
        "c1": None,
        "c/2": filed.clock.text,
    }
    with filed.context.database.reading() as connection:
        last = connection.execute(audit.select().order_by(audit.c.number.desc())).first()
    assert (last.action, last.subject) == ("answer.filed", "complaint c/2")


def test_it_is_filed_once_and_sent_again_under_its_key_answered_again(filed):
    first, again = (answer(filed, **{"Idempotency-Key": "k"}) for _ in range(2))
    assert first.json() == again.json()
    assert answer(filed).status_code == 409
    assert answer(filed, "none").status_code == 404
    assert answer(filed, "c/2", text="").status_code == 422
    assert (
        filed.as_("analyst").post("/v1/complaints/c/2/answer", json={"text": "x"}).status_code
        == 403
    )


def test_the_sellers_own_evidence_does_not_count_against_them(filed):
    path = "/v1/complaints/c1/evidence"
    theirs = {"kind": "photo_official", "link": "https://e.example/invoice", "party": "seller"}
    assert filed.shop.post(path, json=theirs).json()["party"] == "seller"
    form = {"kind": "photo_received", "party": "seller"}
    posted = filed.shop.post(path, data=form, files={"file": ("x.png", PNG, "image/png")})
    assert (posted.status_code, posted.json()["party"]) == (201, "seller")
    shown = filed.mia.get("/v1/complaints/c1").json()
    assert [one["party"] for one in shown["evidence"]] == ["seller", "seller"]
    assert shown["evidence_wanted"]["enough"] is False
    for said in ({}, {"evidence": PHOTOS}):
        body = {"outcome": "upheld", "reason": "fake"} | said
        refused = filed.mia.post("/v1/complaints/c1/verdict", json=body)
        assert refused.status_code == 422
        assert refused.json()["type"] == "urn:detector:verdict-refused"
    for kind in PHOTOS:
        filed.shop.post(path, json={"kind": kind, "link": "https://e.example/x"})
    listed = filed.mia.get("/v1/sellers/s1/complaints").json()["complaints"]
    assert {one["complaint_id"]: one["evidence"] for one in listed} == {
        "c1": sorted(PHOTOS),
        "c/2": [],
    }
    upheld = {"outcome": "upheld", "reason": "fake"}
    assert filed.mia.post("/v1/complaints/c1/verdict", json=upheld).is_success
    wrong = filed.shop.post(path, json=theirs | {"party": "moderator"})
    assert wrong.status_code == 422


def test_an_answer_that_names_a_buyer_is_erased_with_them(filed):
    answer(filed, text="jane of 1 High Street lies")
    filed.shop.post("/v1/complaints/c1/withdrawal", json={})
    told = filed.as_("admin").post("/v1/erasures", json={"buyer_id": "jane"}).json()
    assert told["words"] == 2
    assert filed.mia.get("/v1/complaints/c1").json()["answer"]["text"] == ""
    with filed.context.database.reading() as connection:
        assert "jane" not in repr(connection.execute(audit.select()).all())


@pytest.mark.parametrize(
    ("policy", "until"), [("aliexpress-ipr", "2026-03-04T10:00:00Z"), ("standard", None)]
)
def test_the_time_to_answer_is_the_policys(start, sqlite_url, policy, until):
    service = start(sqlite_url, policy=policy)
    service.as_("ingest").post("/v1/complaints", json=service.complaint())
    assert service.as_("analyst").get("/v1/complaints/c1").json()["answer_until"] == until
    assert service.as_("ingest").get("/v1/complaints/c1/notice").json()["answer_until"] == until
