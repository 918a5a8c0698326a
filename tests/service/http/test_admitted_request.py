"""A body is read once and strictly."""

from service.http import admitted_request
from service.http.json_text import json_of


def test_a_body_is_read_once_for_its_route_and_its_key(either, monkeypatch):
    either.as_("ingest").post("/v1/complaints", json=either.complaint())
    read = []

    def counted(body):
        read.append(body)
        return json_of(body)

    monkeypatch.setattr(admitted_request, "json_of", counted)
    mia = either.as_("moderator", "mia")
    body = {"outcome": "rejected", "reason": "no"}
    answer = mia.post("/v1/complaints/c1/verdict", json=body, headers={"Idempotency-Key": "k-1"})
    assert answer.status_code == 201
    assert len(read) == 1


def test_json_by_another_name_is_known_again_in_another_order(either):
    either.as_("ingest").post("/v1/complaints", json=either.complaint())
    mia = either.as_("moderator", "mia")
    headers = {"Idempotency-Key": "k-1", "Content-Type": "application/merge-patch+json"}
    path = "/v1/complaints/c1/verdict"
    first = mia.post(path, content='{"outcome": "rejected", "reason": "no"}', headers=headers)
    again = mia.post(path, content='{"reason": "no", "outcome": "rejected"}', headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
