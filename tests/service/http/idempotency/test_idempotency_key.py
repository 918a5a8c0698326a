"""A request sent again under its key is answered again and done once."""

import threading

import pytest

from tests.service.pictures import picture

KEY = {"Idempotency-Key": "k-1"}


@pytest.fixture
def with_cases(either, open_cases):
    open_cases(either, 1.0, 2.0)
    return either


def test_a_claim_sent_again_hands_out_the_same_case(with_cases):
    mia = with_cases.as_("moderator", "mia")
    first = mia.post("/v1/queue/claim", headers=KEY)
    again = mia.post("/v1/queue/claim", headers=KEY)
    assert again.content == first.content
    assert again.headers["Idempotency-Replayed"] == "true"
    other = mia.post("/v1/queue/claim", headers={"Idempotency-Key": "k-2"})
    assert other.json()["case_id"] != first.json()["case_id"]


def test_an_empty_answer_is_replayed_as_empty(either):
    mia = either.as_("moderator", "mia")
    assert mia.post("/v1/queue/claim", headers=KEY).status_code == 204
    assert mia.post("/v1/queue/claim", headers=KEY).status_code == 204


def test_a_key_of_another_request_is_refused(with_cases):
    mia = with_cases.as_("moderator", "mia")
    case_id = mia.post("/v1/queue/claim", headers=KEY).json()["case_id"]
    assert mia.post(f"/v1/cases/{case_id}/renew", headers=KEY).status_code == 422


def test_two_callers_may_use_the_same_key(with_cases):
    one = with_cases.as_("moderator", "mia").post("/v1/queue/claim", headers=KEY)
    other = with_cases.as_("moderator", "noa").post("/v1/queue/claim", headers=KEY)
    assert one.json()["case_id"] != other.json()["case_id"]


def test_a_refused_request_may_be_sent_again_under_its_key(with_cases):
    mia = with_cases.as_("moderator", "mia")
    assert mia.post("/v1/cases/c_1/renew", headers=KEY).status_code == 409
    mia.post("/v1/queue/claim")
    assert mia.post("/v1/cases/c_1/renew", headers=KEY).status_code == 200


def test_a_verdict_sent_again_under_its_key_is_its_first_answer(either):
    either.as_("ingest").post("/v1/complaints", json=either.complaint())
    either.prove("c1")
    mia = either.as_("moderator", "mia")
    body = {"outcome": "rejected", "reason": "no"}
    first = mia.post("/v1/complaints/c1/verdict", json=body, headers=KEY)
    again = mia.post("/v1/complaints/c1/verdict", json=body, headers=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()


def test_a_stored_answer_is_dropped_after_two_days(either):
    from service.tables import requests

    either.as_("ingest").post("/v1/complaints", json=either.complaint(), headers=KEY)
    webhook_dispatcher = either.parts.webhook_dispatcher

    def stored():
        webhook_dispatcher.do_housekeeping()
        with either.context.database.reading() as connection:
            return len(connection.execute(requests.select()).all())

    assert stored() == 1
    either.clock.pass_time(hours=48)
    assert stored() == 1
    either.clock.pass_time(minutes=10)
    assert stored() == 0


UNCHANGING = {
    "/v1/complaints/{complaint_id}/verdict/preview",
    "/v1/rules/compare",
    "/v1/scores",
}
"""Posts that ask and change nothing."""


def test_every_call_that_changes_something_takes_a_key(service):
    paths = service.client.get("/openapi.json").json()["paths"]
    posts = {path: methods["post"] for path, methods in paths.items() if "post" in methods}
    assert all(set(methods) <= {"get", "post", "delete"} for methods in paths.values())
    without = {
        path
        for path, post in posts.items()
        if "Idempotency-Key" not in {one["name"] for one in post.get("parameters", ())}
    }
    assert without == UNCHANGING


def test_a_complaint_and_a_webhook_sent_again_under_their_key_are_their_first_answers(either):
    admin = either.as_("admin")
    for path, body in (
        ("/v1/complaints", either.complaint()),
        ("/v1/webhooks", {"url": "https://e.example/hook"}),
    ):
        headers = {"Idempotency-Key": path}
        first = admin.post(path, json=body, headers=headers)
        again = admin.post(path, json=body, headers=headers)
        assert (first.status_code, again.status_code) == (201, 201)
        assert again.json() == first.json()
    assert len(admin.get("/v1/webhooks").json()["webhooks"]) == 1
    other = either.complaint("c2")
    reused = admin.post("/v1/complaints", json=other, headers={"Idempotency-Key": "/v1/complaints"})
    assert reused.status_code == 422
    assert admin.get("/v1/complaints/c2").status_code == 404


@pytest.mark.postgres
def test_of_many_at_the_same_moment_one_is_done(start, postgres_url, open_cases):
    service = start(postgres_url)
    open_cases(service, *[1.0] * 8)
    mia = service.as_("moderator", "mia")
    answers = []
    threads = [
        threading.Thread(target=lambda: answers.append(mia.post("/v1/queue/claim", headers=KEY)))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.json()["case_id"] for answer in answers} == {answers[0].json()["case_id"]}
    assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == 5


def test_a_form_sent_again_with_another_boundary_is_the_same_request(either):
    either.as_("ingest").post("/v1/complaints", json=either.complaint())
    shop = either.as_("ingest", "shop")

    def upload(boundary):
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="kind"\r\n\r\nphoto_received',
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n',
        ]
        body = (
            "\r\n".join(parts).encode() + b"\r\n" + picture() + f"\r\n--{boundary}--\r\n".encode()
        )
        headers = {**KEY, "Content-Type": f"multipart/form-data; boundary={boundary}"}
        return shop.post("/v1/complaints/c1/evidence", content=body, headers=headers)

    first, again = upload("one"), upload("another-one")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"


def test_json_written_otherwise_is_the_same_request(either):
    either.as_("ingest").post("/v1/complaints", json=either.complaint())
    mia = either.as_("moderator", "mia")
    headers = {**KEY, "Content-Type": "application/json"}
    path = "/v1/complaints/c1/verdict"
    first = mia.post(path, content='{"outcome": "rejected", "reason": "no"}', headers=headers)
    again = mia.post(path, content='{"reason":"no",\n"outcome":"rejected"}', headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
