"""Withdrawals over HTTP: they end a review, and never undo a verdict without another person."""

import json
import threading

import pytest

from service.scoring.history.histories import stored_history
from service.tables import audit, events, ledger_events, rescore_requests

UPHELD = {"outcome": "upheld", "reason": "fake", "evidence": ["photo_received", "photo_official"]}
AT_ZERO = {"points": 0, "level": 12, "status": "awaiting_approval"}


def rows(service, table):
    with service.context.database.reading() as connection:
        return connection.execute(table.select()).all()


@pytest.fixture
def filed(either):
    either.shop, either.mia = either.as_("ingest", "shop"), either.as_("moderator", "mia")
    either.rae = either.as_("reviewer", "rae")
    batch = [either.complaint(one, buyer_id="jane") for one in ("c1", "c2", "c/3")]
    assert either.shop.post("/v1/complaints", json={"complaints": batch}).is_success
    either.prove(*(one["complaint_id"] for one in batch))
    return either


@pytest.fixture
def depleted(filed):
    for one in ("c1", "c2"):
        given = filed.mia.post(f"/v1/complaints/{one}/verdict", json=UPHELD)
    assert given.json()["standing"] == AT_ZERO
    return filed


def withdraw(service, complaint_id, reason="we have settled", **headers):
    path = f"/v1/complaints/{complaint_id}/withdrawal"
    return service.shop.post(path, json={"reason": reason}, headers=headers)


def decide(person, complaint_id, outcome, reason="looked into"):
    path = f"/v1/complaints/{complaint_id}/withdrawal/decision"
    return person.post(path, json={"outcome": outcome, "reason": reason})


def test_before_a_verdict_it_ends_the_review(filed):
    answer = withdraw(filed, "c/3")
    assert (answer.status_code, answer.json()["outcome"]) == (201, "ended")
    shown = filed.mia.get("/v1/complaints/c/3").json()
    assert (shown["stage"], shown["outcome"]) == ("withdrawn", "pending")
    assert shown["withdrawal"]["reason"] == "we have settled"
    refused = filed.mia.post("/v1/complaints/c/3/verdict", json=UPHELD)
    assert (refused.status_code, "withdrawn" in refused.json()["detail"]) == (409, True)
    path = "/v1/sellers/s1/complaints"
    pending = filed.mia.get(path, params={"outcome": "pending"}).json()["complaints"]
    assert {one["complaint_id"] for one in pending} == {"c1", "c2"}
    assert len(filed.mia.get(path).json()["complaints"]) == 3


def test_it_is_recorded_in_log_and_audit_and_the_seller_keeps_a_clean_sheet(filed):
    withdraw(filed, "c1")
    [event] = [json.loads(row.body) for row in rows(filed, ledger_events)]
    assert (event["event"], event["complaint_id"]) == ("withdrawn", "c1")
    others = ("evidence.added", "key.created")
    [noted] = [one for one in rows(filed, audit) if one.action not in others]
    assert (noted.action, noted.subject) == ("complaint.withdrawn", "complaint c1")
    assert (noted.actor, noted.why) == ("shop", "we have settled")
    clean = {"points": 12, "level": 0, "status": "active"}
    assert filed.mia.get("/v1/sellers/s1").json()["standing"] == clean
    assert filed.mia.get("/v1/sellers/s1/statement").json()["statements"] == []
    given = filed.mia.post("/v1/complaints/c2/verdict", json=UPHELD).json()
    assert given["standing"]["points"] == 6


def test_it_is_filed_once_and_sent_again_under_its_key_answered_again(filed):
    key = {"Idempotency-Key": "take back"}
    first, again = (withdraw(filed, "c1", **key) for _ in range(2))
    assert first.json() == again.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(rows(filed, ledger_events)) == 1
    assert withdraw(filed, "c1").status_code == 409
    assert withdraw(filed, "none").status_code == 404


def test_after_an_upheld_verdict_nothing_changes_until_another_person_has_looked(depleted):
    answer = withdraw(depleted, "c2").json()
    assert answer["outcome"] == "open"
    assert depleted.mia.get("/v1/sellers/s1").json()["standing"] == AT_ZERO
    [listed] = depleted.mia.get("/v1/withdrawals").json()["withdrawals"]
    assert (listed["complaint_id"], listed["moderator"]) == ("c2", "mia")
    assert decide(depleted.mia, "c2", "granted").status_code == 403
    assert decide(depleted.as_("admin", "mia"), "c2", "granted").status_code == 403
    assert decide(depleted.rae, "c1", "granted").status_code == 404
    denied = decide(depleted.rae, "c2", "denied").json()
    assert (denied["outcome"], denied["standing"]) == ("denied", AT_ZERO)
    assert decide(depleted.rae, "c2", "granted").status_code == 409
    assert depleted.mia.get("/v1/withdrawals").json()["withdrawals"] == []


def test_granted_the_verdict_falls_points_come_back_and_the_sanction_is_lifted(depleted):
    [sanction] = depleted.mia.get("/v1/sanctions").json()["sanctions"]
    depleted.rae.post(f"/v1/sanctions/{sanction['sanction_id']}/approve", json={"reason": "seen"})
    withdraw(depleted, "c2")
    depleted.clock.pass_time(hours=1)
    granted = decide(depleted.rae, "c2", "granted")
    assert granted.status_code == 200, granted.text
    assert granted.json()["standing"] == {"points": 6, "level": 6, "status": "warned"}
    told = {row.kind for row in rows(depleted, events)}
    points = {"points.deducted", "seller.suspended", "points.restored", "sanction.lifted"}
    assert told == points | {"complaint.decided"}
    shown = depleted.mia.get("/v1/complaints/c2").json()
    assert (shown["outcome"], shown["verdict"]["moderator"]) == ("rejected", "rae")
    ledger = depleted.mia.get("/v1/sellers/s1/ledger").json()
    assert [one["state"] for one in ledger["entries"]] == ["standing", "reversed"]
    record = depleted.mia.get("/v1/audit", params={"subject": "complaint c2"}).json()["records"]
    actions = ["withdrawal.granted", "verdict.rejected", "complaint.withdrawn", "verdict.upheld"]
    assert [one["action"] for one in record if one["action"] != "evidence.added"] == actions


def test_what_was_rejected_is_only_noted_and_not_appealed_any_more(filed):
    filed.mia.post("/v1/complaints/c1/verdict", json={"outcome": "rejected", "reason": "no proof"})
    assert withdraw(filed, "c1").json()["outcome"] == "noted"
    assert decide(filed.rae, "c1", "granted").status_code == 409
    refused = filed.shop.post("/v1/complaints/c1/appeal", json={"reason": "genuine"})
    assert (refused.status_code, "withdrawn" in refused.json()["detail"]) == (409, True)


def test_an_open_appeal_is_decided_first_and_may_leave_nothing_to_decide(depleted):
    appeal = depleted.shop.post("/v1/complaints/c2/appeal", json={"reason": "genuine"}).json()
    withdraw(depleted, "c2")
    refused = decide(depleted.rae, "c2", "granted")
    assert (refused.status_code, "appeal" in refused.json()["detail"]) == (409, True)
    path = f"/v1/appeals/{appeal['appeal_id']}/decision"
    assert (
        depleted.rae.post(path, json={"outcome": "granted", "reason": "looked into"}).status_code
        == 200
    )
    assert depleted.mia.get("/v1/withdrawals").json()["withdrawals"] == []
    assert depleted.mia.get("/v1/complaints/c2").json()["withdrawal"]["outcome"] == "moot"


def test_what_was_taken_back_ceases_to_count_and_its_seller_is_scored_anew(depleted):
    """Not while an upheld verdict stands: somebody could be paid to take a complaint back."""

    def counted(at):
        with depleted.context.database.reading() as connection:
            return len(stored_history(connection, before=at).as_of(at).complaints)

    times, counts = [depleted.clock.now], []
    marked = len(rows(depleted, rescore_requests))
    for act in (
        lambda: withdraw(depleted, "c/3"),
        lambda: withdraw(depleted, "c2"),
        lambda: decide(depleted.rae, "c2", "granted"),
    ):
        depleted.clock.pass_time(minutes=1)
        assert act().is_success
        counts.append(counted(depleted.clock.now + 1))
        times.append(depleted.clock.now)
    assert counts == [2, 2, 1]
    assert [counted(at) for at in times] == [3, 3, 2, 2]
    marks = rows(depleted, rescore_requests)[marked:]
    assert [mark.seller_id for mark in marks] == ["s1", "s1", "s1"]


def test_the_list_goes_on_where_a_page_ended(depleted):
    depleted.mia.post("/v1/complaints/c/3/verdict", json=UPHELD)
    for one in ("c2", "c/3", "c1"):
        withdraw(depleted, one)
    seen, cursor = [], {}
    while cursor is not None:
        page = depleted.mia.get("/v1/withdrawals", params={"limit": 1} | cursor).json()
        seen += [one["complaint_id"] for one in page["withdrawals"]]
        cursor = {"cursor": page["next_cursor"]} if page["next_cursor"] else None
    assert seen == ["c/3", "c1", "c2"]


def test_what_the_complainant_wrote_is_erased_with_them(depleted):
    withdraw(depleted, "c/3", "I, jane, was paid")
    withdraw(depleted, "c2", "jane again")
    admin = depleted.as_("admin", "ada")
    told = admin.post("/v1/erasures", json={"buyer_id": "jane"}).json()
    # What was withdrawn undecided is over; what a person still looks at is held.
    assert (told["held"], told["words"]) == (["c1", "c2"], 3)  # and of two photos
    assert depleted.mia.get("/v1/complaints/c/3").json()["withdrawal"]["reason"] == ""
    assert depleted.mia.get("/v1/complaints/c2").json()["withdrawal"]["reason"] == "jane again"
    depleted.clock.pass_time(days=31)
    admin = depleted.as_("admin", "ada")
    assert (
        admin.post("/v1/retention", json={}).json()["words"] == 3
    )  # of the verdict on c1, and of its photos
    assert decide(depleted.as_("reviewer", "rae"), "c2", "denied").status_code == 200
    assert admin.post("/v1/retention", json={}).json()["words"] == 5
    assert "jane" not in repr([*rows(depleted, audit)])
    withdrawal = depleted.as_("analyst").get("/v1/complaints/c2").json()["withdrawal"]
    assert (withdrawal["reason"], withdrawal["decision_reason"]) == ("", "")


@pytest.mark.postgres
def test_withdrawn_and_judged_at_the_same_moment_it_is_as_one_after_the_other(start, postgres_url):
    service = start(postgres_url)
    shop, mia = service.as_("ingest"), service.as_("moderator", "mia")
    for number in range(6):
        name = f"c{number}"
        shop.post("/v1/complaints", json=service.complaint(name, seller_id=f"seller of {name}"))
        service.prove(name)
        answers = {}

        def withdraw_it(name=name, answers=answers):
            done = shop.post(f"/v1/complaints/{name}/withdrawal", json={})
            answers["withdrawal"] = done.json()["outcome"]

        def judge_it(name=name, answers=answers):
            answers["verdict"] = mia.post(f"/v1/complaints/{name}/verdict", json=UPHELD).status_code

        threads = [threading.Thread(target=one) for one in (withdraw_it, judge_it)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert tuple(answers[one] for one in ("withdrawal", "verdict")) in (
            ("ended", 409),
            ("open", 201),
        )
        points = mia.get(f"/v1/sellers/seller of {name}").json()["standing"]["points"]
        assert points == (12 if answers["verdict"] == 409 else 6)
