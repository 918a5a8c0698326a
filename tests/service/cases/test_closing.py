"""Cases close by themselves when nothing is left to decide, over HTTP and on both stores."""

import pytest

from service.demo.story import Market, load

SELLER = "s-new"


@pytest.fixture
def market(start, database_url, small_market):
    service = start(database_url, models=small_market / "models")
    load(Market(small_market, 0, 0), service.context, now=service.clock.now)
    service.parts.worker.score_everybody()
    return service


def file(service, first, count):
    batch = [
        service.complaint(f"c{n}", seller_id=SELLER, buyer_id=f"b{n}")
        for n in range(first, first + count)
    ]
    assert service.as_("ingest").post("/v1/complaints", json={"complaints": batch}).is_success
    scored(service)


def scored(service):
    service.clock.pass_time(minutes=1)
    service.parts.worker.score_requested()


def withdraw(service, *numbers):
    for n in numbers:
        path = f"/v1/complaints/c{n}/withdrawal"
        assert service.as_("ingest").post(path, json={}).status_code == 201
    scored(service)


def decide(service, n, outcome="rejected"):
    service.clock.pass_time(seconds=1)
    body = {"outcome": outcome, "violation": "not_as_described", "reason": "seen"}
    path = f"/v1/complaints/c{n}/verdict"
    answer = service.as_("moderator", "mia").post(path, json=body)
    assert answer.status_code == 201, answer.text
    scored(service)


def cases_of(service):
    return service.as_("analyst").get(f"/v1/sellers/{SELLER}/cases").json()["cases"]


def test_a_case_closes_with_the_last_complaint_decided_or_withdrawn_and_stays_closed(market):
    file(market, 0, 25)
    [case] = cases_of(market)
    assert case["status"] == "open"
    withdraw(market, *range(3, 25))
    decide(market, 0)
    decide(market, 1)
    assert [one["status"] for one in cases_of(market)] == ["open"]  # one is left to decide
    decide(market, 2)
    [case] = cases_of(market)
    assert (case["status"], case["closed_by"], case["outcome"]) == (
        "closed",
        "the service",
        "settled",
    )
    assert case["note"] == "Every complaint that it was opened for is decided or withdrawn."
    records = market.as_("admin").get("/v1/audit", params={"seller": SELLER}).json()["records"]
    assert [(r["actor"], r["after"]) for r in records if r["action"] == "case.closed"] == [
        (
            "the service",
            {"outcome": "settled", "label": "unclear", "label_reason": "no_evidence"},
        )
    ]
    market.parts.worker.score_everybody()
    scored(market)
    assert len(cases_of(market)) == 1


def test_what_is_filed_and_withdrawn_before_anybody_looks_opens_no_second_case(market):
    file(market, 0, 25)
    withdraw(market, *range(24))
    decide(market, 24, "upheld")
    assert [one["status"] for one in cases_of(market)] == ["closed"]
    for n in range(25, 60):
        body = market.complaint(f"c{n}", seller_id=SELLER, buyer_id=f"b{n}")
        assert market.as_("ingest").post("/v1/complaints", json=body).is_success
        assert market.as_("ingest").post(f"/v1/complaints/c{n}/withdrawal", json={}).is_success
    scored(market)
    assert [one["status"] for one in cases_of(market)] == ["closed"]
    file(market, 60, 25)
    assert [one["status"] for one in cases_of(market)] == ["open", "closed"]


def test_whoever_held_a_case_that_closed_by_itself_says_how_it_ended(market):
    file(market, 0, 25)
    [case] = cases_of(market)
    mia, noa = market.as_("moderator", "mia"), market.as_("moderator", "noa")
    path = f"/v1/cases/{case['case_id']}"
    assert mia.post(f"{path}/claim").status_code == 200
    withdraw(market, *range(25))
    [case] = cases_of(market)
    assert (case["status"], case["lease"]) == ("closed", None)
    assert noa.post(f"{path}/close").status_code == 409
    assert mia.post(f"{path}/renew").status_code == 409
    said = mia.post(f"{path}/close", json={"outcome": "warned", "note": "by telephone"})
    assert (said.status_code, said.json()["outcome"], said.json()["closed_by"]) == (
        200,
        "warned",
        "mia",
    )
    assert said.json()["closed_at"] == case["closed_at"]
    assert mia.post(f"{path}/close").status_code == 409


def test_a_case_about_complaints_that_another_system_decided_waits_for_a_person(market):
    at = market.clock.text
    decided = {"outcome": "upheld", "decided_at": at}
    batch = [
        market.complaint(f"c{n}", seller_id=SELLER, buyer_id=f"b{n}", **decided) for n in range(25)
    ]
    assert market.as_("ingest").post("/v1/complaints", json={"complaints": batch}).is_success
    scored(market)
    scored(market)
    assert [one["status"] for one in cases_of(market)] == ["open"]


def grant(service, n):
    """Grant the complainant's appeal against a complaint's verdict."""
    service.clock.pass_time(seconds=1)
    words = {"reason": "look at the seams", "by": "complainant"}
    filed = service.as_("ingest").post(f"/v1/complaints/c{n}/appeal", json=words)
    assert filed.status_code == 201, filed.text
    path = f"/v1/appeals/{filed.json()['appeal_id']}/decision"
    decided = service.as_("reviewer", "rae").post(path, json={"outcome": "granted", "reason": "so"})
    assert decided.status_code == 200, decided.text
    scored(service)


@pytest.mark.parametrize("still_flagged", [True, False])
def test_a_complaint_that_waits_again_after_an_appeal_has_a_case_until_it_is_decided(
    market, still_flagged
):
    file(market, 0, 25)
    if still_flagged:
        for n in range(25):
            decide(market, n)
    else:
        withdraw(market, *range(1, 25))
        decide(market, 0)
    assert [one["status"] for one in cases_of(market)] == ["closed"]
    market.clock.pass_time(hours=1)
    grant(market, 0)
    [case, closed] = cases_of(market)
    assert (case["status"], closed["status"]) == ("open", "closed")
    flagged = market.as_("analyst").get(f"/v1/sellers/{SELLER}").json()["assessment"]
    assert bool(flagged and flagged["flagged"]) is still_flagged
    if not still_flagged:
        again = "A complaint waits for another verdict: an appeal was granted."
        assert case["reasons"] == [again, *closed["reasons"]]
    scored(market)
    market.parts.worker.score_everybody()
    assert [one["status"] for one in cases_of(market)] == ["open", "closed"]
    claimed = market.as_("moderator", "noa").post(f"/v1/cases/{case['case_id']}/claim")
    assert claimed.status_code == 200
    market.clock.pass_time(days=1)
    decide(market, 0, "upheld")
    assert [one["status"] for one in cases_of(market)] == ["closed", "closed"]
    market.parts.worker.score_everybody()
    assert len(cases_of(market)) == 2


def test_a_case_that_an_appeal_opened_and_a_person_closed_is_not_opened_again(market):
    file(market, 0, 25)
    withdraw(market, *range(1, 25))
    decide(market, 0)
    grant(market, 0)
    [case, _] = cases_of(market)
    moderator = market.as_("moderator", "noa")
    assert moderator.post(f"/v1/cases/{case['case_id']}/claim").status_code == 200
    assert moderator.post(f"/v1/cases/{case['case_id']}/close", json={}).status_code == 200
    market.parts.worker.score_everybody()
    assert [one["status"] for one in cases_of(market)] == ["closed", "closed"]


def test_a_denied_appeal_opens_no_case(market):
    file(market, 0, 25)
    withdraw(market, *range(1, 25))
    decide(market, 0)
    words = {"reason": "look again", "by": "complainant"}
    filed = market.as_("ingest").post("/v1/complaints/c0/appeal", json=words).json()
    body = {"outcome": "denied", "reason": "nothing new"}
    path = f"/v1/appeals/{filed['appeal_id']}/decision"
    assert market.as_("reviewer", "rae").post(path, json=body).status_code == 200
    scored(market)
    assert [one["status"] for one in cases_of(market)] == ["closed"]


def label(case):
    return case["label"], case["label_reason"]


def test_a_label_follows_what_becomes_of_the_verdicts(market):
    file(market, 0, 25)
    [case] = cases_of(market)
    mia = market.as_("moderator", "mia")
    path = f"/v1/cases/{case['case_id']}"
    mia.post(f"{path}/claim")
    decide(market, 0, "upheld")
    closed = mia.post(f"{path}/close", json={"label_reason": "sale", "note": "a sale"})
    assert label(closed.json()) == ("problem", "upheld")  # a verdict of its time says otherwise
    shop, noa = market.as_("ingest"), market.as_("reviewer", "noa")
    appeal = {"by": "seller", "reason": "It was in order."}
    appealed = shop.post("/v1/complaints/c0/appeal", json=appeal).json()["appeal_id"]
    granted = {"outcome": "granted", "reason": "It was."}
    assert noa.post(f"/v1/appeals/{appealed}/decision", json=granted).is_success
    scored(market)
    [case] = cases_of(market)[-1:]
    assert label(case) == ("false_alarm", "overturned")
    scored(market)
    records = market.as_("admin").get("/v1/audit", params={"seller": SELLER}).json()["records"]
    [record] = [one for one in records if one["action"] == "case.relabelled"]
    assert record["actor"] == "the service"
    assert label(record["before"]) == ("problem", "upheld")
    assert label(record["after"]) == ("false_alarm", "overturned")


def test_a_complaint_that_waits_again_and_is_withdrawn_waits_no_longer(market):
    file(market, 0, 25)
    withdraw(market, *range(1, 25))
    decide(market, 0, "unfounded")
    labels = [label(cases_of(market)[-1])]
    grant(market, 0)
    labels.append(label(cases_of(market)[-1]))
    withdraw(market, 0)
    labels.append(label(cases_of(market)[-1]))
    assert labels == [
        ("false_alarm", "unfounded"),
        ("unclear", "reopened"),
        ("unclear", "no_evidence"),
    ]
