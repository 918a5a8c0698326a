"""Where the policy asks that several people agree, nothing happens before they do."""

import json
import threading

import pytest

from detector.rules import bundled_names
from service.tables import audit, events, ledger_events, proposals, verdicts

PHOTOS = ["photo_received", "photo_official"]
UPHELD = {"outcome": "upheld", "reason": "fake", "evidence": PHOTOS}
CLEAN = {"points": 12, "level": 0, "status": "active"}
POLICY = """
[[policy]]
id = "several"
version = 1
effective_from = "2020-01-01T00:00:00Z"
ceiling = 12
[policy.evidence]
min_items = 2
quorum = 3
[policy.violations.counterfeit]
points = 12
expires = "365d"
once_per = ["order"]
[policy.violations.damaged]
points = 1
expires = "365d"
[policy.violations.damaged.evidence]
quorum = 1
[[policy.tiers]]
id = "depleted"
at = 12
steps = [{ action = "suspend", duration = "7d" }]
[policy.appeals]
window = "30d"
"""


def start_for_three(start, url, directory):
    """A service whose policy wants three people for a counterfeit, with one complaint filed."""
    path = directory / "several.toml"
    path.write_text(POLICY)
    service = start(url, policy=str(path))
    batch = [service.complaint(one, buyer_id="jane") for one in ("c1", "c/2")]
    batch += [service.complaint("d1", category="damaged")]
    assert service.as_("ingest").post("/v1/complaints", json={"complaints": batch}).is_success
    service.prove()
    service.mia, service.noa = service.as_("moderator", "mia"), service.as_("moderator", "noa")
    service.rae, service.ada = service.as_("reviewer", "rae"), service.as_("admin", "ada")
    return service


@pytest.fixture
def service(start, database_url, tmp_path):
    return start_for_three(start, database_url, tmp_path)


def propose(service, complaint_id="c1", **changed):
    return service.mia.post(f"/v1/complaints/{complaint_id}/verdict", json=UPHELD | changed)


def second(person, complaint_id="c1", reason="I see it too", **headers):
    path = f"/v1/complaints/{complaint_id}/verdict/second"
    return person.post(path, json={"reason": reason}, headers=headers)


def rows(service, table):
    with service.context.database.reading() as connection:
        return connection.execute(table.select()).all()


def standing(service):
    return service.mia.get("/v1/sellers/s1").json()["standing"]


def test_points_are_taken_only_when_so_many_different_people_agree(service):
    proposed = propose(service)
    assert (proposed.status_code, proposed.json()["people_missing"]) == (202, 2)
    assert (standing(service), rows(service, ledger_events)) == (CLEAN, [])
    first = second(service.noa)
    assert (first.status_code, first.json()["seconded_by"]) == (202, ["noa"])
    assert (standing(service), rows(service, events)) == (CLEAN, [])
    given = second(service.rae)
    assert given.status_code == 201
    assert given.json()["standing"] == {"points": 0, "level": 12, "status": "awaiting_approval"}
    assert (given.json()["moderator"], given.json()["seconded_by"]) == ("mia", ["noa", "rae"])
    [event] = [json.loads(row.body) for row in rows(service, ledger_events)]
    assert (event["moderator"], event["seconded_by"]) == ("mia", ["noa", "rae"])
    assert rows(service, proposals) == []
    assert second(service.ada).status_code == 404
    others = ("evidence.added", "key.created")
    actions = [row.action for row in rows(service, audit) if row.action not in others]
    assert actions == [
        "verdict.proposed",
        "verdict.seconded",
        "verdict.upheld",
        "verdict.seconded",
    ]


def test_nobody_agrees_twice_whatever_key_they_use(service):
    propose(service)
    assert second(service.mia).status_code == 403
    assert second(service.as_("admin", "mia")).status_code == 403
    assert second(service.noa).status_code == 202
    assert second(service.as_("reviewer", "noa")).status_code == 403
    assert second(service.as_("analyst", "ann")).status_code == 403
    assert standing(service) == CLEAN


def test_sent_again_under_its_key_it_is_one_person_once(service):
    key = {"Idempotency-Key": "k"}
    body = {"json": UPHELD, "headers": key}
    first, again = (service.mia.post("/v1/complaints/c1/verdict", **body) for _ in range(2))
    assert (again.status_code, again.json()) == (202, first.json())
    one, two = (second(service.noa, **key) for _ in range(2))
    assert (two.status_code, two.json()) == (202, one.json())
    assert one.json()["people_missing"] == 1


def test_who_seconded_a_verdict_decides_no_appeal_and_approves_no_sanction(service):
    propose(service)
    for person in (service.noa, service.rae):
        given = second(person)
    [sanction] = given.json()["awaiting_approval"]
    for person, status in ((service.mia, 403), (service.noa, 403), (service.rae, 403)):
        assert (
            person.post(f"/v1/sanctions/{sanction}/approve", json={"reason": "seen"}).status_code
            == status
        )
    assert (
        service.ada.post(f"/v1/sanctions/{sanction}/approve", json={"reason": "seen"}).status_code
        == 200
    )
    appeal = (
        service.as_("ingest").post("/v1/complaints/c1/appeal", json={"reason": "genuine"}).json()
    )
    path = f"/v1/appeals/{appeal['appeal_id']}/decision"
    for person in (service.mia, service.noa, service.rae):
        assert (
            person.post(path, json={"outcome": "denied", "reason": "looked into"}).status_code
            == 403
        )
    assert (
        service.ada.post(path, json={"outcome": "granted", "reason": "looked into"}).status_code
        == 200
    )


def test_a_proposal_is_shown_and_listed_until_it_is_settled(service):
    propose(service, "c/2", reason="both prints differ")
    shown = service.mia.get("/v1/complaints/c/2").json()
    assert (shown["proposal"]["reason"], shown["verdict"]) == ("both prints differ", None)
    assert shown["evidence_wanted"]["people"] == 3
    [listed] = service.rae.get("/v1/proposals").json()["proposals"]
    assert listed == shown["proposal"]
    page = service.mia.get("/v1/sellers/s1/complaints").json()["complaints"]
    assert {one["complaint_id"]: one["proposed_by"] for one in page}["c/2"] == "mia"
    taken = service.noa.post(
        "/v1/complaints/c/2/verdict", json={"outcome": "rejected", "reason": "no proof"}
    )
    assert (taken.status_code, "mia" in taken.json()["detail"]) == (409, True)
    path = "/v1/complaints/c/2/verdict/decline"
    assert service.noa.post(path, json={"reason": "the same print"}).status_code == 200
    assert service.noa.post(path, json={}).status_code == 404
    assert service.rae.get("/v1/proposals").json()["proposals"] == []
    rejected = service.noa.post(
        "/v1/complaints/c/2/verdict", json={"outcome": "rejected", "reason": "no proof"}
    )
    assert rejected.status_code == 201  # to reject, one person is enough


def test_only_what_the_policy_says_needs_several_and_evidence_is_asked_for_first(service):
    bare = propose(service, evidence=PHOTOS[:1])
    assert (bare.status_code, "2 kinds of evidence" in bare.json()["detail"]) == (422, True)
    assert rows(service, proposals) == []
    damaged = service.mia.post("/v1/complaints/d1/verdict", json=UPHELD)
    assert (damaged.status_code, damaged.json()["seconded_by"]) == (201, [])


def test_a_withdrawal_ends_a_proposal_as_well(service):
    propose(service)
    answered = service.as_("ingest").post("/v1/complaints/c1/answer", json={"text": "no"})
    assert answered.status_code == 201
    service.as_("ingest").post("/v1/complaints/c1/withdrawal", json={})
    assert service.rae.get("/v1/proposals").json()["proposals"] == []
    assert second(service.noa).status_code == 404


def test_the_list_goes_on_where_a_page_ended(service):
    for one in ("c1", "c/2"):
        propose(service, one)
        service.clock.pass_time(minutes=1)
    first = service.rae.get("/v1/proposals", params={"limit": 1}).json()
    after = {"limit": 1, "cursor": first["next_cursor"]}
    last = service.rae.get("/v1/proposals", params=after).json()
    ids = [one["complaint_id"] for page in (first, last) for one in page["proposals"]]
    assert (ids, last["next_cursor"]) == (["c1", "c/2"], None)


def test_what_a_proposer_wrote_is_gone_when_its_time_is(service):
    propose(service, reason="jane is known to me")
    service.clock.pass_time(days=3_000)
    assert (
        service.as_("admin").post("/v1/retention", json={}).json()["words"] == 7
    )  # and of six photos
    for table in (proposals, audit):
        assert "jane" not in repr(rows(service, table))


@pytest.mark.parametrize("name", sorted(bundled_names()))
def test_every_bundled_policy_lets_one_person_decide(start, sqlite_url, name):
    service = start(sqlite_url, policy=name)
    for violation in service.as_("analyst").get("/v1/rules").json()["violations"].values():
        assert violation["evidence"]["people"] == 1


@pytest.mark.postgres
def test_of_many_at_the_same_moment_no_more_than_needed_give_one_verdict(
    start, postgres_url, tmp_path
):
    service = start_for_three(start, postgres_url, tmp_path)
    propose(service)
    people = [service.as_("reviewer", f"reviewer {n}") for n in range(6)]
    answers = []
    threads = [
        threading.Thread(target=lambda person=one: answers.append(second(person).status_code))
        for one in people
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [201, 202, 404, 404, 404, 404]
    assert len(rows(service, verdicts)) == len(rows(service, ledger_events)) == 1
    assert standing(service)["points"] == 0
