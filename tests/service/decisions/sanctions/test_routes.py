"""Suspensions and removals wait for a second person, never for who gave the verdicts."""

import json
import re
import threading

import pytest

from detector.rules.policy.bundled import bundled_text
from service.tables import audit, events

UPHELD = {"outcome": "upheld", "reason": "fake", "evidence": ["photo_received", "photo_official"]}
DAY = 86_400_000_000


def judge(service, moderator, *ids):
    filed_at = service.clock.text
    batch = [service.complaint(one, filed_at=filed_at) for one in ids]
    service.as_("ingest").post("/v1/complaints", json={"complaints": batch})
    service.prove(*(one["complaint_id"] for one in batch))
    for one in ids:
        given = moderator.post(f"/v1/complaints/{one}/verdict", json=UPHELD)
        assert given.status_code == 201, given.text
    return given.json()["standing"]


def announced(service):
    """What was announced, oldest first: kind and facts."""
    with service.context.database.reading() as connection:
        rows = connection.execute(events.select().order_by(events.c.at)).all()
    return [(row.kind, json.loads(row.body)) for row in rows]


def kinds(service):
    others = ("points.", "complaint.", "appeal.")
    return [kind for kind, _ in announced(service) if not kind.startswith(others)]


def listed(service, state="waiting"):
    page = service.as_("analyst").get("/v1/sanctions", params={"state": state})
    return page.json()["sanctions"]


def settle(service, word="approve", by="noa", reason="seen"):
    """Decide about the one sanction that waits."""
    [waiting] = listed(service)
    path = f"/v1/sanctions/{waiting['sanction_id']}/{word}"
    return service.as_("reviewer", by).post(path, json={"reason": reason})


@pytest.fixture
def depleted(either):
    either.mia = either.as_("moderator", "mia")
    assert judge(either, either.mia, "c1", "c2") == {
        "points": 0,
        "level": 12,
        "status": "awaiting_approval",
    }
    return either


@pytest.fixture
def depleted_twice(depleted):
    assert settle(depleted).status_code == 200
    depleted.clock.pass_time(days=20)
    assert judge(depleted, depleted.mia, "c3", "c4")["status"] == "awaiting_approval"
    return depleted


def test_a_suspension_waits_for_a_second_person_and_shows_that_it_does(depleted):
    [waiting] = listed(depleted)
    assert (waiting["kind"], waiting["state"]) == ("suspend", "waiting")
    assert kinds(depleted) == []
    seller = depleted.mia.get("/v1/sellers/s1").json()
    assert seller["awaiting_approval"] == [waiting["sanction_id"]]
    ledger = depleted.mia.get("/v1/sellers/s1/ledger").json()
    assert [one["approval"] for one in ledger["sanctions"]] == [None, "waiting"]
    assert [one["two_person"] for one in ledger["sanctions"]] == [False, True]


def test_who_gave_a_verdict_it_rests_on_neither_approves_nor_declines(depleted):
    [waiting] = listed(depleted)
    for role in ("moderator", "admin"):  # another key of the same person is the same person
        for word in ("approve", "decline"):
            path = f"/v1/sanctions/{waiting['sanction_id']}/{word}"
            assert depleted.as_(role, "mia").post(path, json={}).status_code == 403
    assert settle(depleted).json()["approved_by"] == "noa"
    assert listed(depleted) == []
    path = f"/v1/sanctions/{waiting['sanction_id']}/approve"
    assert depleted.as_("reviewer", "noa").post(path, json={}).status_code == 409


def test_the_term_runs_from_the_approval_not_from_the_proposal(depleted):
    [waiting] = listed(depleted)
    depleted.clock.pass_time(days=3)
    assert settle(depleted).json()["ends_at"] == "2026-03-12T12:00:00Z"
    assert waiting["ends_at"] == "2026-03-09T12:00:00Z"
    [(_, facts)] = [one for one in announced(depleted) if one[0] == "seller.suspended"]
    assert facts["ends_at"] == "2026-03-12T12:00:00Z"
    depleted.clock.pass_time(days=6.9)
    assert depleted.mia.get("/v1/sellers/s1").json()["standing"]["status"] == "suspended"
    depleted.clock.pass_time(days=0.2)
    assert depleted.mia.get("/v1/sellers/s1").json()["standing"]["points"] == 12


def test_what_nobody_approves_in_its_term_lapses_and_cannot_be_approved(depleted):
    [waiting] = listed(depleted)
    depleted.clock.pass_time(days=6)
    gauge = "detector_sanctions_waiting_oldest_seconds"
    assert f"{gauge} 518400.0" in depleted.client.get("/metrics").text
    depleted.clock.pass_time(days=1)
    assert f"{gauge} 0.0" in depleted.client.get("/metrics").text
    assert listed(depleted) == []
    [lapsed] = listed(depleted, "lapsed")
    assert lapsed["sanction_id"] == waiting["sanction_id"]
    path = f"/v1/sanctions/{waiting['sanction_id']}/approve"
    late = depleted.as_("reviewer", "noa").post(path, json={})
    assert (late.status_code, "lapsed" in late.json()["detail"]) == (409, True)
    assert kinds(depleted) == []


def test_what_lapsed_gives_no_points_back_and_the_next_entry_asks_again(depleted):
    depleted.clock.pass_time(days=20)
    mia = depleted.as_("moderator", "mia")
    standing = mia.get("/v1/sellers/s1").json()["standing"]
    assert standing == {"points": 0, "level": 12, "status": "warned"}
    assert judge(depleted, mia, "c3")["status"] == "awaiting_approval"
    assert settle(depleted).json()["kind"] == "suspend"
    assert kinds(depleted) == ["seller.suspended"]
    depleted.clock.pass_time(days=7)
    standing = depleted.as_("moderator", "mia").get("/v1/sellers/s1").json()["standing"]
    assert standing == {"points": 12, "level": 0, "status": "active"}


def test_a_lapse_is_told_once_recorded_and_counted(depleted):
    depleted.clock.pass_time(days=8)
    worker = depleted.parts.worker
    assert [worker.settle_lapsed(), worker.settle_lapsed()] == [1, 0]
    assert kinds(depleted) == ["sanction.lapsed"]
    assert "detector_sanctions_lapsed 1.0" in depleted.client.get("/metrics").text
    assert [one["state"] for one in listed(depleted, "lapsed")] == ["lapsed"]
    with depleted.context.database.reading() as connection:
        query = audit.select().where(audit.c.action == "sanction.lapsed")
        [told] = connection.execute(query).all()
    assert told.actor == "the service"


def test_five_more_verdicts_after_declines_ask_five_more_times(depleted):
    settle(depleted, "decline")
    for number in range(3, 8):
        assert judge(depleted, depleted.mia, f"c{number}")["status"] == "awaiting_approval"
        settled = settle(depleted, "decline").json()
        assert (settled["kind"], settled["state"]) == ("suspend", "declined")
    assert depleted.mia.get("/v1/sellers/s1").json()["standing"]["level"] == 42
    assert kinds(depleted) == []


def test_no_statement_says_suspended_before_it_is_approved(depleted):
    def text():
        told = depleted.mia.get("/v1/sellers/s1/statement").json()["statements"][-1]
        return told["state"], told["text"], told["record"]

    state, words, record = text()
    assert (state, record) == ("awaiting_approval", None)
    assert "awaiting approval by a second person" in words
    assert "suspended" not in words.replace("not suspended", "")
    depleted.clock.pass_time(days=5)
    depleted.mia = depleted.as_("moderator", "mia")
    assert settle(depleted).is_success
    state, words, record = text()
    assert state == "in_force"
    assert "suspended from 7 March 2026, 12:00 UTC until 14 March 2026, 12:00 UTC" in words
    assert record["application_date"] == "2026-03-07"


def test_a_declined_suspension_is_lifted_and_does_not_count_as_a_first(depleted):
    declined = settle(depleted, "decline", reason="one shipment, both complaints")
    assert (declined.json()["state"], declined.json()["declined_by"]) == ("declined", "noa")
    standing = depleted.mia.get("/v1/sellers/s1").json()["standing"]
    assert (standing["points"], standing["status"]) == (0, "warned")
    assert kinds(depleted) == []
    with depleted.context.database.reading() as connection:
        last = connection.execute(audit.select().order_by(audit.c.number.desc())).first()
    assert (last.action, last.actor) == ("sanction.declined", "noa")


def test_a_suspension_lifted_on_appeal_before_it_was_approved_is_never_announced(depleted):
    appeal = (
        depleted.as_("ingest").post("/v1/complaints/c2/appeal", json={"reason": "genuine"}).json()
    )
    path = f"/v1/appeals/{appeal['appeal_id']}/decision"
    depleted.as_("reviewer", "rae").post(path, json={"outcome": "granted", "reason": "looked into"})
    assert (listed(depleted), kinds(depleted)) == ([], [])
    assert [one["state"] for one in listed(depleted, "lifted")] == ["lifted"]


def test_the_second_depletion_removes_and_nobody_hears_of_it_before_it_is_approved(depleted_twice):
    assert kinds(depleted_twice) == ["seller.suspended"]
    assert listed(depleted_twice)[0]["kind"] == "remove"
    assert settle(depleted_twice, reason="twice in a month").json()["ends_at"] is None
    assert kinds(depleted_twice) == ["seller.suspended", "seller.removed"]


def test_a_removal_under_appeal_is_told_as_the_suspension_it_is_stayed_to(depleted_twice):
    service = depleted_twice
    appeal = (
        service.as_("ingest").post("/v1/complaints/c4/appeal", json={"reason": "genuine"}).json()
    )
    status = service.mia.get("/v1/sellers/s1").json()["standing"]["status"]
    assert status == "awaiting_approval"
    service.clock.pass_time(minutes=1)
    assert settle(service).status_code == 200
    assert service.mia.get("/v1/sellers/s1").json()["standing"]["status"] == "suspended"
    assert kinds(service)[1:] == ["seller.suspended"]
    service.clock.pass_time(minutes=1)
    path = f"/v1/appeals/{appeal['appeal_id']}/decision"
    service.as_("reviewer", "rae").post(path, json={"outcome": "denied", "reason": "looked into"})
    assert kinds(service)[1:] == ["seller.suspended", "seller.removed"]


def test_a_milder_step_after_an_approved_one_needs_no_second_approval(depleted_twice):
    """The first suspension falls, so the removal becomes what it should have been."""
    service = depleted_twice
    assert settle(service).status_code == 200
    appeal = (
        service.as_("ingest").post("/v1/complaints/c2/appeal", json={"reason": "genuine"}).json()
    )
    path = f"/v1/appeals/{appeal['appeal_id']}/decision"
    service.clock.pass_time(minutes=1)
    decided = (
        service.as_("reviewer", "rae")
        .post(path, json={"outcome": "granted", "reason": "looked into"})
        .json()
    )
    assert decided["standing"]["status"] == "suspended"
    assert listed(service) == []
    milder = listed(service, "carried_out")[-1]
    assert (milder["kind"], milder["approved_by"]) == ("suspend", "noa")
    assert kinds(service)[-1] == "seller.suspended"


def test_an_approval_needs_words_unless_the_policy_says_otherwise(depleted, start, tmp_path):
    for wordless in ("", " ", "-"):
        refused = settle(depleted, reason=wordless)
        assert (refused.status_code, refused.json()["type"]) == (422, "urn:detector:reason-missing")
    assert kinds(depleted) == []
    path = tmp_path / "lenient.toml"
    path.write_text(
        re.sub(r"reasons_needed = \[.*\]", "reasons_needed = []", bundled_text("standard"))
    )
    lenient = start(depleted.context.settings.database, policy=str(path))
    assert settle(lenient, reason="").status_code == 200


def test_who_acted_for_the_seller_approves_and_declines_nothing_about_them(either):
    said = {"text": "genuine", "by": "seller"}
    either.mia, noa = either.as_("moderator", "mia"), either.as_("reviewer", "noa")
    first = either.complaint("c1", filed_at=either.clock.text)
    either.as_("ingest").post("/v1/complaints", json=first)
    assert noa.post("/v1/complaints/c1/answer", json=said).is_success
    judge(either, either.mia, "c1", "c2")
    for word in ("approve", "decline"):
        assert settle(either, word).json()["type"] == "urn:detector:same-moderator"
    assert settle(either, by="rae").status_code == 200


def test_an_unknown_sanction_is_not_found(service):
    for word in ("approve", "decline"):
        answer = service.as_("reviewer").post(f"/v1/sanctions/s1/none/1/{word}", json={})
        assert answer.status_code == 404


@pytest.mark.postgres
def test_of_two_people_at_the_same_moment_one_decides(start, postgres_url):
    service = start(postgres_url)
    mia = service.as_("moderator", "mia")
    judge(service, mia, "c1", "c2")
    [waiting] = listed(service)
    words = ["approve", "decline"] * 3
    people = [service.as_("reviewer", f"reviewer {n}") for n in range(len(words))]
    answers = []

    def decide(person, word):
        path = f"/v1/sanctions/{waiting['sanction_id']}/{word}"
        answers.append(person.post(path, json={"reason": "seen"}).status_code)

    threads = [
        threading.Thread(target=decide, args=pair) for pair in zip(people, words, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200] + [409] * 5
    assert len(kinds(service)) == len(listed(service, "carried_out"))


def test_an_event_of_points_names_the_entries_that_changed(depleted):
    entries = [one["id"] for one in depleted.mia.get("/v1/sellers/s1/ledger").json()["entries"]]
    deducted = [facts for kind, facts in announced(depleted) if kind == "points.deducted"]
    assert [facts["entries"] for facts in deducted] == [[one] for one in entries]
    depleted.clock.pass_time(minutes=1)
    depleted.as_("ingest").post("/v1/complaints/c2/withdrawal", json={})
    path = "/v1/complaints/c2/withdrawal/decision"
    assert (
        depleted.as_("reviewer")
        .post(path, json={"outcome": "granted", "reason": "looked into"})
        .is_success
    )
    depleted.clock.pass_time(minutes=1)
    credit = {"points": 2, "kind": "training"}
    assert depleted.as_("reviewer").post("/v1/sellers/s1/credits", json=credit).is_success
    restored = [facts for kind, facts in announced(depleted) if kind == "points.restored"]
    assert [facts["entries"] for facts in restored] == [[entries[1]], []]
