"""Problems: every fault is told, at the place where the sender wrote it."""

import pytest

from service.http.problems import ERRORS_MAX


def faults(answer):
    assert answer.status_code == 422, answer.text
    return [fault["pointer"] for fault in answer.json()["errors"]]


@pytest.fixture
def shop(service):
    return service.as_("ingest")


def test_a_fault_is_where_the_sender_wrote_it(service, shop):
    good, late = service.complaint("a"), service.complaint("b", filed_at="yesterday")
    alone = shop.post("/v1/complaints", json=late)
    assert faults(alone) == ["/filed_at"]
    assert alone.json()["detail"] == (
        "/filed_at: expected an ISO 8601 time such as 2026-03-01T12:00:00Z"
    )
    batch = {"complaints": [good, late, good, service.complaint("c", **{"a/b~": 1})]}
    assert faults(shop.post("/v1/complaints", json=batch)) == [
        "/complaints/1/filed_at",
        "/complaints/3/a~1b~0",
    ]


def test_what_is_missing_is_named_where_it_should_stand(service, shop):
    body = service.complaint()
    del body["seller_id"]
    assert faults(shop.post("/v1/complaints", json=body)) == ["/seller_id"]
    assert faults(shop.post("/v1/complaints", json={"complaints": [body]})) == [
        "/complaints/0/seller_id"
    ]


@pytest.mark.parametrize("name", ["one", "batch", "body", "complaint"])
def test_a_name_of_the_senders_that_is_also_ours_misleads_nobody(service, shop, name):
    body = service.complaint(filed_at=7, **{name: {"filed_at": "2026"}})
    assert set(faults(shop.post("/v1/complaints", json=body))) == {"/filed_at", f"/{name}"}


def test_all_faults_of_a_body_are_told_up_to_a_bound_and_the_others_counted(service, shop):
    many = [service.complaint(str(n), filed_at=None, category="") for n in range(ERRORS_MAX)]
    answer = shop.post("/v1/complaints", json={"complaints": many})
    assert len(faults(answer)) == ERRORS_MAX
    assert answer.json()["detail"].endswith(f"; and {2 * ERRORS_MAX - 3} more")


def test_a_body_that_is_no_json_and_a_parameter_are_told_as_such(service, shop):
    head = {"Content-Type": "application/json"}
    answer = shop.post("/v1/complaints", content=b'{"complaints": [}', headers=head)
    assert faults(answer) == [""]
    assert answer.json()["detail"].startswith("body: not JSON at character 16: Expecting value")
    assert faults(shop.post("/v1/complaints", json=["x"])) == [""]
    asked = service.as_("analyst").get("/v1/queue", params={"limit": "many"})
    assert faults(asked) == ["query/limit"]
