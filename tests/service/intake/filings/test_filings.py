"""Complaints are sealed as they were filed, in batches, by the worker."""

import json
from threading import Thread

import pytest
from hypothesis import given
from hypothesis.strategies import binary, dictionaries, integers, lists, none, permutations, text
from sqlalchemy import text as sql

from service.audit.actions import begin_sealing
from service.audit.verification import verify
from service.callers.operator import OPERATOR
from service.erasure import store as erasure_store
from service.intake.filings import actions
from service.intake.filings.rules import batch_digest, buyer_of, erasure_digest, facts_of, filing_of
from service.intake.filings.store import count_unsealed
from service.intake.filings.verification import filing_faults
from service.tables import filings

COMPLAINT = {
    **dict.fromkeys(("order_id", "listing_id", "evidence_count", "decided_at", "buyer_id")),
    **dict.fromkeys(("source", "source_identity", "group")),
    "complaint_id": "c1",
    "seller_id": "s1",
    "filed_at": 1,
    "category": "late",
    "recorded_at": 2,
    "outcome": "pending",
    "fingerprint": b"f",
}


@given(
    name=text(min_size=1).filter(lambda one: one not in ("outcome", "decided_at")),
    value=text() | integers() | none(),
)
def test_no_other_value_of_a_field_has_the_same_seal(name, value):
    salt = bytes(16)
    for field in COMPLAINT:
        if field in ("outcome", "decided_at", "fingerprint") or COMPLAINT[field] == value:
            continue
        other = COMPLAINT | {field: value}
        same = (facts_of(COMPLAINT), buyer_of(COMPLAINT, salt))
        assert (facts_of(other), buyer_of(other, salt)) != same
    assert buyer_of(COMPLAINT | {"fingerprint": name.encode()}, salt) != buyer_of(COMPLAINT, salt)


@given(salts=lists(binary(min_size=16, max_size=16), min_size=2, max_size=2, unique=True))
def test_equal_buyers_have_different_seals(salts):
    one, other = (buyer_of(COMPLAINT, salt) for salt in salts)
    assert one != other


ROWS = [filing_of(COMPLAINT | {"complaint_id": f"c{n}"}, 1, bytes(16)) for n in range(4)]


@given(order=permutations(range(4)))
def test_a_batch_has_one_digest_in_any_order_and_also_once_its_buyers_are_erased(order):
    erased = [ROWS[n] | {"salt": None, "erasure": "e"} for n in order]
    assert batch_digest(erased) == batch_digest(ROWS)
    assert batch_digest(erased[1:]) != batch_digest(ROWS)


@given(left=dictionaries(text(min_size=1), text(min_size=1), min_size=1))
def test_another_pseudonym_has_another_digest(left):
    first = next(iter(left))
    assert erasure_digest(left) != erasure_digest(left | {first: left[first] + "x"})


def file(service, *ids, **changed):
    batch = [service.complaint(one, **changed) for one in ids]
    shop = service.as_("ingest")
    assert shop.post("/v1/complaints", json={"complaints": batch}).is_success


def faults(service):
    with service.context.database.reading() as connection:
        found = verify(connection)
        return [*found.sentences, *filing_faults(connection, found.sealed)]


def tail(service):
    with service.context.database.reading() as connection:
        return count_unsealed(connection)


def change(service, statement):
    with service.context.database.writing() as connection:
        assert connection.execute(sql(statement)).rowcount


def test_what_was_filed_is_sealed_once_and_the_tail_is_told_apart(either):
    file(either, "c1", "c2")
    assert tail(either) == (2, either.clock.now)
    assert either.parts.worker.seal_filed() == 2
    assert either.parts.worker.seal_filed() == 0
    either.clock.pass_time(seconds=1)
    file(either, "b0", "c3")
    assert tail(either) == (2, either.clock.now)
    assert faults(either) == []
    assert either.parts.worker.seal_filed() == 2
    assert tail(either) == (0, None)
    assert faults(either) == []


def test_batches_are_bounded_and_each_is_on_record(either, monkeypatch):
    monkeypatch.setattr("service.scoring.worker.BATCH_MAX", 2)
    file(either, *(f"c{n}" for n in range(5)))
    assert either.parts.worker.seal_filed() == 5
    told = either.as_("admin").get("/v1/audit", params={"limit": 100}).json()["records"]
    batches = [one["after"] for one in told if one["action"] == actions.SEALED]
    assert [(one["batch"], one["complaints"]) for one in batches] == [(3, 1), (2, 2), (1, 2)]
    assert [one["last"] for one in batches] == [True, False, False]
    assert faults(either) == []


def test_a_backlog_that_is_being_sealed_is_no_fault_until_it_is_done(either):
    file(either, "c1", "c2", "c3")
    either.clock.pass_time(days=30)

    def seal(complaint_id, *, is_last):
        with either.context.database.writing() as connection:
            now = either.clock.now
            actions.seal_filed(
                connection, [complaint_id], caller=OPERATOR, now=now, is_last=is_last
            )

    seal("c1", is_last=False)
    assert faults(either) == []
    seal("c2", is_last=True)
    assert ["c3" in one for one in faults(either)] == [True]


def test_a_batch_that_is_sealed_amid_an_erasure_keeps_no_buyer(start, postgres_url, monkeypatch):
    service = start(postgres_url)
    file(service, "c1", buyer_id="jane")
    final_ids = erasure_store.final_ids

    def sealed_meanwhile(*arguments):
        sealing = Thread(target=service.parts.worker.seal_filed)
        sealing.start()
        sealing.join(timeout=30)
        assert not sealing.is_alive()
        return final_ids(*arguments)

    monkeypatch.setattr(erasure_store, "final_ids", sealed_meanwhile)
    assert service.as_("admin", "ada").post("/v1/erasures", json={"buyer_id": "jane"}).is_success
    assert faults(service) == []
    with service.context.database.reading() as connection:
        assert [row.salt for row in connection.execute(filings.select())] == [None]


def test_decisions_and_repeated_filings_are_no_faults(either):
    file(either, "c1", "c2", "c3")
    mia, rejected = either.as_("moderator", "mia"), {"outcome": "rejected", "reason": "no"}
    assert mia.post("/v1/complaints/c1/verdict", json=rejected).is_success
    either.parts.worker.seal_filed()
    assert mia.post("/v1/complaints/c2/verdict", json=rejected).is_success
    file(either, "c1", "c2", "c3")
    either.as_("ingest").post("/v1/complaints/c3/withdrawal", json={"reason": "it came"})
    assert faults(either) == []


@pytest.mark.parametrize("is_sealed", [True, False], ids=["sealed", "not yet sealed"])
def test_an_erasure_is_seen_as_one_and_hides_no_change(either, is_sealed):
    file(either, "c1", "c2", buyer_id="jane")
    file(either, "c3", buyer_id="john")
    if is_sealed:
        either.parts.worker.seal_filed()
    ada = either.as_("admin", "ada")
    assert ada.post("/v1/erasures", json={"buyer_id": "jane"}).is_success
    either.parts.worker.seal_filed()
    assert faults(either) == []
    either.clock.pass_time(days=900)
    assert either.as_("admin", "bo").post("/v1/retention", json={}).is_success
    assert faults(either) == []
    with either.context.database.reading() as connection:
        salts = [row.salt for row in connection.execute(filings.select())]
    assert salts == [None] * 3
    change(either, "UPDATE complaints SET buyer_id = 'erased-0' WHERE complaint_id = 'c1'")
    assert any("pseudonyms" in one for one in faults(either))


def test_an_erasure_by_hand_is_found(either):
    file(either, "c1", buyer_id="jane")
    either.parts.worker.seal_filed()
    change(either, "UPDATE filings SET salt = NULL, erasure = 'x'")
    change(either, "UPDATE complaints SET buyer_id = 'erased-0', fingerprint = ''")
    assert any("no erasure says so" in one for one in faults(either))


def test_keys_and_receivers_of_an_older_revision_are_sealed_as_they_are_found(either):
    """As a store is after its upgrade: its records tell of no keys and no receivers."""
    ada = either.as_("admin", "ada")
    hook = {"url": "https://e.example/1"}
    assert ada.post("/v1/webhooks", json=hook).is_success
    file(either, "c1")
    rejected = {"outcome": "rejected", "reason": "no"}
    mia = either.as_("moderator", "mia")
    assert mia.post("/v1/complaints/c1/verdict", json=rejected).is_success
    _forget_revision(either)
    assert any("api_keys" in one for one in faults(either))
    with either.context.database.writing() as connection:
        begin_sealing(connection, caller=OPERATOR, now=either.clock.now)
        begin_sealing(connection, caller=OPERATOR, now=either.clock.now)  # once
    assert [one for one in faults(either) if "was changed after it was sealed" not in one] == []
    change(either, "UPDATE api_keys SET role = 'admin' WHERE person = 'mia'")
    assert any("api_keys" in one for one in faults(either))


def _forget_revision(service):
    """Take from the records what a program of the older revision did not write."""
    with service.context.database.writing() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sql("SET LOCAL session_replication_role = replica"))
        else:
            connection.execute(sql("DROP TRIGGER audit_no_update"))
        for number, told in connection.execute(sql("SELECT number, sealed FROM audit")).all():
            older = json.loads(told)
            del older["revision"]
            kept = ("api_keys", "webhooks")
            older["rows"] = {n: d for n, d in older["rows"].items() if not n.startswith(kept)}
            row = {"told": json.dumps(older), "number": number}
            connection.execute(sql("UPDATE audit SET sealed = :told WHERE number = :number"), row)
