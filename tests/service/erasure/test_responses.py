"""Stored responses do not outlive the buyer whose words they repeat."""

import pytest

from service.http.idempotency.tables import requests
from service.tables import evidence
from tests.service.pictures import picture

REJECTED = {"outcome": "rejected", "reason": "jane sent no proof"}


@pytest.fixture
def said(either):
    """All that can be sent about a complaint of Jane's, each with a key of its own, sent once."""
    people = {
        "ingest": either.as_("ingest"),
        "mia": either.as_("moderator", "mia"),
        "rae": either.as_("reviewer", "rae"),
    }
    of, sent = "/v1/complaints/c1", []

    def send(who, path, **given):
        headers = {"Idempotency-Key": f"key {len(sent)}"}
        answer = people[who].post(path, headers=headers, **given)
        assert answer.is_success, (path, answer.text)
        sent.append((people[who], path, {**given, "headers": headers}))
        return answer.json()

    file = {"file": ("x.png", picture(), "image/png")}
    send("ingest", "/v1/complaints", json=either.complaint(buyer_id="jane"))
    link = {"kind": "receipt", "link": "https://e.example/jane", "note": "jane's"}
    send("ingest", f"{of}/evidence", json=link)
    send("ingest", f"{of}/evidence", data={"kind": "photo", "note": "jane's hall"}, files=file)
    send("ingest", f"{of}/answer", json={"text": "jane never wrote to us"})
    send("mia", f"{of}/verdict", json=REJECTED)
    appeal = send("ingest", f"{of}/appeal", json={"reason": "I, jane, saw it"})
    path = f"/v1/appeals/{appeal['appeal_id']}/decision"
    send("rae", path, json={"outcome": "denied", "reason": "jane brings nothing new"})
    send("ingest", "/v1/complaints", json=either.complaint("other", buyer_id="joe"))
    either.clock.pass_time(hours=47)
    return either, sent


def responses(service):
    with service.context.database.reading() as connection:
        return {row.request_key: row for row in connection.execute(requests.select())}


def test_a_request_of_an_erased_buyer_sent_again_repeats_no_word_and_does_nothing(said):
    service, sent = said
    admin = service.as_("admin")
    told = admin.post("/v1/erasures", json={"buyer_id": "jane"}).json()
    assert told["complaints"] == 1
    stored = responses(service)
    assert not [row for row in stored.values() if "jane" in (row.answer or "")]
    for number, (caller, path, given) in enumerate(sent[:-1]):
        again = caller.post(path, **given)
        assert again.status_code == 410, (path, again.text)
        assert again.headers["content-type"] == "application/problem+json"
        assert "jane" not in again.text
        assert stored[f"key {number}"].fingerprint == b""
    with service.context.database.reading() as connection:
        assert len(connection.execute(evidence.select()).all()) == 2
    caller, path, given = sent[-1]
    others = caller.post(path, **given)
    assert (others.status_code, others.headers["Idempotency-Replayed"]) == (201, "true")


def test_retention_empties_stored_responses_as_well(said):
    service, sent = said
    service.clock.pass_time(days=800)
    assert service.as_("admin").post("/v1/retention", json={}).json()["complaints"] == 2
    assert {row.answer for row in responses(service).values()} == {None}
    assert len(sent) == 8


def test_an_id_that_only_begins_like_an_erased_one_is_another(either):
    ingest = either.as_("ingest")
    for number, (one, buyer) in enumerate((("c1", "jane"), ("c10", "janet"), ('c"1', "j\\"))):
        body = either.complaint(one, buyer_id=buyer)
        answer = ingest.post("/v1/complaints", json=body, headers={"Idempotency-Key": f"{number}"})
        assert answer.status_code == 201
    admin = either.as_("admin")
    admin.post("/v1/erasures", json={"buyer_id": "jane"})
    assert [responses(either)[f"{n}"].status for n in range(3)] == [410, 201, 201]
    admin.post("/v1/erasures", json={"buyer_id": "j\\"})
    assert [responses(either)[f"{n}"].status for n in range(3)] == [410, 201, 410]
