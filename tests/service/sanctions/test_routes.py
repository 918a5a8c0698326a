"""A removal waits for a second person; nobody approves what rests on their own verdict."""

import pytest

UPHELD = {"outcome": "upheld", "reason": "fake", "evidence": ["photo_received", "photo_official"]}


def judge(service, moderator, *ids):
    filed_at = service.clock.text
    batch = [service.complaint(one, filed_at=filed_at) for one in ids]
    service.as_("ingest").post("/v1/complaints", json={"complaints": batch})
    for one in ids:
        given = moderator.post(f"/v1/complaints/{one}/verdict", json=UPHELD)
        assert given.status_code == 201, given.text
    return given.json()["standing"]


@pytest.fixture
def depleted_twice(either):
    either.mia = either.as_("moderator", "mia")
    assert judge(either, either.mia, "c1", "c2")["status"] == "suspended"
    either.clock.pass_time(days=20)
    assert judge(either, either.mia, "c3", "c4")["status"] == "removed"
    return either


def test_the_second_depletion_removes_and_waits_for_a_second_person(depleted_twice):
    [waiting] = depleted_twice.mia.get("/v1/sanctions").json()["sanctions"]
    assert (waiting["kind"], waiting["state"]) == ("remove", "waiting")
    path = f"/v1/sanctions/{waiting['sanction_id']}/approve"
    assert depleted_twice.mia.post(path, json={}).status_code == 403
    noa = depleted_twice.as_("reviewer", "noa")
    approved = noa.post(path, json={"reason": "twice in a month"})
    assert (approved.status_code, approved.json()["approved_by"]) == (200, "noa")
    assert noa.post(path, json={}).status_code == 409
    assert noa.get("/v1/sanctions").json() == {"sanctions": []}


def test_nobody_hears_of_a_removal_before_it_is_approved(depleted_twice):
    from service.tables import events

    def kinds():
        with depleted_twice.house.database.reading() as connection:
            return [row.kind for row in connection.execute(events.select())]

    assert "seller.suspended" in kinds()
    assert "seller.removed" not in kinds()
    [waiting] = depleted_twice.mia.get("/v1/sanctions").json()["sanctions"]
    path = f"/v1/sanctions/{waiting['sanction_id']}/approve"
    depleted_twice.as_("reviewer", "noa").post(path, json={})
    assert kinds().count("seller.removed") == 1


def test_an_unknown_sanction_is_not_found(service):
    answer = service.as_("reviewer").post("/v1/sanctions/s1/none/1/approve", json={})
    assert answer.status_code == 404
