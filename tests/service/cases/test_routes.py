"""The queue and its leases over HTTP."""

import math
from concurrent.futures import ThreadPoolExecutor

import pytest

from service.tables import cases


def ids(answer):
    return [case["case_id"] for case in answer.json()["cases"]]


def test_the_queue_is_in_priority_order_and_its_breakdown_adds_up(either, open_cases):
    open_cases(either, 1.0, 3.0, 2.0)
    page = either.as_("analyst").get("/v1/queue")
    assert ids(page) == ["c_1", "c_2", "c_0"]
    for case in page.json()["cases"]:
        assert math.isclose(sum(case["breakdown"].values()), case["priority"], abs_tol=1e-9)
        assert case["reasons"] == ["because"]


def test_pages_join_up_to_the_whole_queue_even_where_priorities_are_equal(either, open_cases):
    open_cases(either, *[1.0] * 5, *[2.0] * 4)
    analyst = either.as_("analyst")
    seen, cursor = [], None
    while True:
        page = analyst.get(
            "/v1/queue", params={"limit": 2} | ({"cursor": cursor} if cursor else {})
        )
        seen += ids(page)
        cursor = page.json()["next_cursor"]
        if cursor is None:
            break
    assert seen == ids(analyst.get("/v1/queue"))
    assert len(set(seen)) == 9


@pytest.mark.parametrize("cursor", ["x", "🙂", "bmFuH3g", "AAAA", "%00"])
def test_a_cursor_of_somebody_elses_is_refused(service, cursor):
    answer = service.as_("analyst").get("/v1/queue", params={"cursor": cursor})
    assert answer.status_code == 422


def test_claims_hand_out_the_queue_in_order_each_case_once(either, open_cases):
    open_cases(either, 1.0, 3.0, 2.0)
    mia, noa = either.as_("moderator", "mia"), either.as_("moderator", "noa")
    assert mia.post("/v1/queue/claim").json()["case_id"] == "c_1"
    assert noa.post("/v1/queue/claim").json()["case_id"] == "c_2"
    assert mia.post("/v1/queue/claim").json()["case_id"] == "c_0"
    nothing = noa.post("/v1/queue/claim")
    assert (nothing.status_code, nothing.content) == (204, b"")


def test_a_lease_lapses_at_its_instant_unless_it_is_renewed(either, open_cases):
    open_cases(either, 1.0)
    mia, noa = either.as_("moderator", "mia"), either.as_("moderator", "noa")
    mia.post("/v1/queue/claim")
    either.clock.pass_time(minutes=14)
    assert mia.post("/v1/cases/c_0/renew").status_code == 200
    either.clock.pass_time(minutes=14, seconds=59)
    assert noa.post("/v1/queue/claim").status_code == 204
    either.clock.pass_time(seconds=1)
    assert noa.post("/v1/queue/claim").json()["lease"]["holder"] == "noa"


@pytest.mark.parametrize("action", ["renew", "release", "close"])
def test_only_the_holder_may_do_anything_with_a_case(either, open_cases, action):
    open_cases(either, 1.0)
    mia, noa = either.as_("moderator", "mia"), either.as_("moderator", "noa")
    assert mia.post(f"/v1/cases/c_0/{action}").status_code == 409
    mia.post("/v1/queue/claim")
    refused = noa.post(f"/v1/cases/c_0/{action}")
    assert refused.status_code == 409
    assert "mia" in refused.json()["detail"]
    assert noa.post(f"/v1/cases/none/{action}").status_code == 404
    either.clock.pass_time(minutes=15)
    assert mia.post(f"/v1/cases/c_0/{action}").status_code == 409


def test_a_released_case_is_free_again_and_a_closed_one_is_gone(either, open_cases):
    open_cases(either, 1.0)
    mia, noa = either.as_("moderator", "mia"), either.as_("moderator", "noa")
    mia.post("/v1/queue/claim")
    assert mia.post("/v1/cases/c_0/release").json()["lease"] is None
    assert noa.post("/v1/queue/claim").json()["case_id"] == "c_0"
    closed = noa.post("/v1/cases/c_0/close", json={"outcome": "no_action", "note": "a strike"})
    assert (closed.json()["status"], closed.json()["closed_by"]) == ("closed", "noa")
    assert ids(mia.get("/v1/queue")) == []
    assert mia.post("/v1/queue/claim").status_code == 204
    assert noa.post("/v1/cases/c_0/close").status_code == 409


def test_waiting_raises_a_case_above_newer_ones_of_the_same_weight(either, open_cases):
    open_cases(either, 5.0, 0.0)
    first = either.as_("analyst").get("/v1/queue").json()["cases"]
    either.clock.pass_time(days=2)
    later = either.as_("analyst").get("/v1/queue").json()["cases"]
    for before, after in zip(first, later, strict=True):
        assert after["priority"] - before["priority"] == pytest.approx(2 * math.log(2))


def listed(client, which, **params):
    return ids(client.get("/v1/cases", params={"which": which, **params}))


def test_cases_are_listed_by_kind_and_shown_one_by_one(either, open_cases):
    open_cases(either, 5.0, 4.0, 3.0, 2.0, 1.0)
    mia = either.as_("moderator", "mia")
    for _ in range(4):
        assert mia.post("/v1/queue/claim").status_code == 200
    until = "2026-03-10T00:00:00Z"
    assert mia.post("/v1/cases/c_0/snooze", json={"until": until}).status_code == 200
    assert mia.post("/v1/cases/c_1/escalate", json={"note": "a large shop"}).status_code == 200
    assert mia.post("/v1/cases/c_2/close").status_code == 200
    assert listed(mia, "mine") == ["c_3"]
    assert listed(either.as_("moderator", "noa"), "mine") == []
    assert listed(mia, "snoozed") == ["c_0"]
    assert listed(mia, "escalated") == ["c_1"]
    assert listed(mia, "closed") == ["c_2"]
    assert listed(mia, "queue") == ids(mia.get("/v1/queue")) == ["c_1", "c_3", "c_4"]
    assert listed(mia, "overdue") == []
    either.clock.pass_time(days=4)
    assert listed(mia, "overdue") == ["c_1", "c_3", "c_4"]
    assert listed(mia, "mine") == []
    shown = mia.get("/v1/cases/c_2").json()
    assert (shown["status"], shown["closed_by"]) == ("closed", "mia")
    assert mia.get("/v1/cases/none").status_code == 404


def test_closed_cases_are_paged_the_last_closed_first(either, open_cases):
    open_cases(either, 3.0, 2.0, 1.0)
    mia = either.as_("moderator", "mia")
    for number in range(3):
        assert mia.post("/v1/queue/claim").status_code == 200
        assert mia.post(f"/v1/cases/c_{number}/close").status_code == 200
        either.clock.pass_time(seconds=number)  # the first two at one instant
    seen, cursor = [], None
    while True:
        page = mia.get(
            "/v1/cases",
            params={"which": "closed", "limit": 1} | ({"cursor": cursor} if cursor else {}),
        )
        seen += ids(page)
        cursor = page.json()["next_cursor"]
        if cursor is None:
            break
    assert seen == ["c_2", "c_1", "c_0"]


def test_a_snoozed_case_comes_back_by_itself_and_an_escalated_one_goes_to_reviewers(
    either, open_cases
):
    open_cases(either, 2.0, 1.0)
    mia, rae = either.as_("moderator", "mia"), either.as_("reviewer", "rae")
    for _ in range(2):
        mia.post("/v1/queue/claim")
    for until in ("2026-03-02T12:00:00Z", "2026-05-01T00:00:00Z"):
        assert mia.post("/v1/cases/c_0/snooze", json={"until": until}).status_code == 422
    mia.post("/v1/cases/c_0/snooze", json={"until": "2026-03-03T12:00:00Z"})
    mia.post("/v1/cases/c_1/escalate", json={})
    assert mia.post("/v1/queue/claim").status_code == 204
    assert rae.post("/v1/queue/claim").json()["case_id"] == "c_1"
    either.clock.pass_time(days=1)
    assert mia.post("/v1/queue/claim").json()["case_id"] == "c_0"


def test_a_case_is_taken_wherever_it_stands_unless_another_holds_it(either, open_cases):
    open_cases(either, 3.0, 2.0, 1.0)
    mia, noa = either.as_("moderator", "mia"), either.as_("moderator", "noa")
    taken = mia.post("/v1/cases/c_2/claim")
    assert (taken.status_code, taken.json()["lease"]["holder"]) == (200, "mia")
    held = noa.post("/v1/cases/c_2/claim")
    assert (held.status_code, held.json()["type"]) == (409, "urn:detector:lease-held")
    assert "mia" in held.json()["detail"]
    either.clock.pass_time(minutes=10)
    again = mia.post("/v1/cases/c_2/claim").json()  # whoever holds it goes on holding it
    assert again["lease"]["expires_at"] > taken.json()["lease"]["expires_at"]
    assert noa.post("/v1/cases/none/claim").status_code == 404
    assert either.as_("analyst").post("/v1/cases/c_1/claim").status_code == 403
    mia.post("/v1/cases/c_2/close")
    assert noa.post("/v1/cases/c_2/claim").status_code == 409


def test_a_snoozed_case_is_woken_by_who_takes_it_and_an_escalated_one_is_a_reviewers(
    either, open_cases
):
    open_cases(either, 2.0, 1.0)
    mia, rae = either.as_("moderator", "mia"), either.as_("reviewer", "rae")
    mia.post("/v1/cases/c_0/claim")
    mia.post("/v1/cases/c_0/snooze", json={"until": "2026-03-04T00:00:00Z"})
    woken = mia.post("/v1/cases/c_0/claim").json()
    assert woken["snoozed_until"] is None
    mia.post("/v1/cases/c_0/escalate", json={"note": "a brand I sell"})
    refused = mia.post("/v1/cases/c_0/claim")
    assert (refused.status_code, "mia escalated" in refused.json()["detail"]) == (403, True)
    assert rae.post("/v1/cases/c_0/claim").status_code == 200


def test_a_sellers_cases_are_listed_open_and_closed(either, open_cases):
    either.as_("ingest").post("/v1/complaints", json=either.complaint(seller_id="s0"))
    open_cases(either, 1.0)
    mia = either.as_("moderator", "mia")
    mia.post("/v1/queue/claim")
    mia.post("/v1/cases/c_0/close", json={"outcome": "nothing found"})
    either.clock.pass_time(days=1)
    opened = {"case_id": "c_later", "seller_id": "s0", "status": "open", "suspicion": "seller"}
    opened |= {"opened_at": either.clock.now, "due_at": either.clock.now, "base": "{}"}
    with either.context.database.writing() as connection:
        connection.execute(cases.insert().values(**opened, order_key=0.0, reasons="[]"))
    first = mia.get("/v1/sellers/s0/cases", params={"limit": 1}).json()
    assert [one["case_id"] for one in first["cases"]] == ["c_later"]
    after = {"limit": 1, "cursor": first["next_cursor"]}
    [last] = mia.get("/v1/sellers/s0/cases", params=after).json()["cases"]
    assert (last["case_id"], last["outcome"]) == ("c_0", "nothing found")
    assert mia.get("/v1/sellers/none/cases").status_code == 404


def test_nobody_holds_more_cases_than_one_person_may(start, database_url, open_cases):
    service = start(database_url, cases_held_max=2)
    open_cases(service, 1.0, 2.0, 3.0, 4.0)
    mia, noa = service.as_("moderator", "mia"), service.as_("moderator", "noa")
    held = [mia.post("/v1/queue/claim").json()["case_id"] for _ in range(2)]
    for path in ("/v1/queue/claim", "/v1/cases/c_0/claim"):
        refused = mia.post(path)
        assert (refused.status_code, refused.json()["type"]) == (409, "urn:detector:too-many-cases")
    assert mia.post(f"/v1/cases/{held[0]}/claim").status_code == 200  # theirs already
    assert noa.post("/v1/queue/claim").status_code == 200
    mia.post(f"/v1/cases/{held[0]}/release")
    assert mia.post("/v1/queue/claim").status_code == 200
    service.clock.pass_time(minutes=15)
    assert mia.post("/v1/queue/claim").status_code == 200  # what lapsed is held no more


@pytest.mark.postgres
def test_of_many_claims_of_one_person_at_once_no_more_are_held(start, postgres_url, open_cases):
    service = start(postgres_url, cases_held_max=3)
    open_cases(service, *[1.0] * 12)
    people = [service.as_("moderator", "mia") for _ in range(8)]
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda one: one.post("/v1/queue/claim").status_code, people))
    assert sorted(answers) == [200] * 3 + [409] * 5
