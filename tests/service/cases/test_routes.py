"""The queue and its leases over HTTP."""

import math

import pytest


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
