"""Erasure: of an erased buyer nothing is left anywhere, and every decision stays as it was."""

import json

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from service.audit.verification import verify
from service.database.engine import metadata
from service.tables import audit, ledger_events

UPHELD = {
    "outcome": "upheld",
    "reason": "fake",
    "evidence": ["photo_received", "photo_official"],
    "elsewhere": "parcel 7 of the archive",
}
REJECTED = {"outcome": "rejected", "reason": "no proof"}
PDF = b"%PDF-1.7\n" + b"jane's front door" * 20


def photo(ingest, complaint_id, content=PDF, note="taken by jane in her hall"):
    answer = ingest.post(
        f"/v1/complaints/{complaint_id}/evidence",
        data={"kind": "photo_received", "note": note},
        files={"file": ("jane.pdf", content, "application/pdf")},
    )
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.fixture
def lived(either):
    """Jane's complaints: two upheld, one rejected and appealed in vain, all past appeal."""
    ingest, mia, rae = (
        either.as_(*who) for who in (("ingest",), ("moderator", "mia"), ("reviewer", "rae"))
    )
    either.ingest, either.mia, either.rae = ingest, mia, rae
    batch = [either.complaint(f"c{n}", buyer_id="jane") for n in (1, 2, 3)]
    batch += [either.complaint("other", buyer_id="joe")]
    ingest.post("/v1/complaints", json={"complaints": batch})
    for one in ("c1", "c2"):
        photo(ingest, one)
        link = {"kind": "receipt", "link": "https://e.example/jane", "note": "jane's receipt"}
        ingest.post(f"/v1/complaints/{one}/evidence", json=link)
        mia.post(f"/v1/complaints/{one}/verdict", json=UPHELD)
    mia.post("/v1/complaints/c3/verdict", json=REJECTED)
    mia.post("/v1/complaints/other/verdict", json=UPHELD)
    appeal = ingest.post("/v1/complaints/c3/appeal", json={"reason": "I, jane, saw it"}).json()
    path = f"/v1/appeals/{appeal['appeal_id']}/decision"
    rae.post(path, json={"outcome": "denied", "reason": "nothing new"})
    either.clock.pass_time(days=31)
    either.admin = either.as_("admin", "ann")
    return either


def everything(service):
    """All that the store holds, as one text."""
    with service.context.database.reading() as connection:
        return "\n".join(
            repr(tuple(row))
            for table in metadata.sorted_tables
            for row in connection.execute(table.select())
        )


def files(service):
    return sorted(p.name for p in service.context.settings.evidence.rglob("*") if p.is_file())


def chain(service):
    with service.context.database.reading() as connection:
        found = verify(connection)
    count, faults = found.records, found.sentences
    return count, faults


def erase(service, buyer="jane"):
    answer = service.admin.post("/v1/erasures", json={"buyer_id": buyer, "reason": "asked for"})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_of_an_erased_buyer_nothing_is_left_and_every_decision_stays(lived):
    paths = ("/v1/sellers/s1", "/v1/sellers/s1/ledger", "/v1/sellers/s1/statement", "/v1/sanctions")
    before = [lived.mia.get(path).json() for path in paths]
    assert "jane" in everything(lived)
    assert len(files(lived)) == 1
    told = erase(lived)
    assert (told["complaints"], told["evidence"], told["held"]) == (3, 4, [])
    assert "jane" not in everything(lived)
    assert files(lived) == []
    assert [lived.mia.get(path).json() for path in paths] == before
    shown = lived.mia.get("/v1/complaints/c1").json()
    assert shown["buyer_id"] == told["pseudonym"]
    assert {piece["kind"] for piece in shown["evidence"]} == {"photo_received", "receipt"}
    assert {(piece["link"], piece["sha256"]) for piece in shown["evidence"]} == {(None, None)}
    assert shown["verdict"]["reason"] == "fake"
    assert lived.mia.get("/v1/complaints/other").json()["buyer_id"] == "joe"


def test_the_audit_chain_still_verifies_and_says_who_erased_and_why(lived):
    count, faults = chain(lived)
    assert faults == []
    told = erase(lived)
    assert chain(lived) == (count + 1, [])
    with lived.context.database.reading() as connection:
        last = connection.execute(audit.select().order_by(audit.c.number.desc())).first()
    assert (last.actor, last.action, last.why) == ("ann", "buyer.erased", "asked for")
    assert last.subject == f"buyer {told['pseudonym']}"
    assert erase(lived)["complaints"] == 0  # there is nobody of that name any more
    assert erase(lived, told["pseudonym"])["complaints"] == 0
    assert chain(lived)[0] == count + 1


def test_one_buyer_stays_one_buyer_in_complaints_and_ledger(lived):
    pseudonym = erase(lived)["pseudonym"]
    with lived.context.database.reading() as connection:
        rows = connection.execute(ledger_events.select().order_by(ledger_events.c.position))
        bodies = [json.loads(row.body) for row in rows]
    buyers = [body["buyer_id"] for body in bodies if body["event"] == "verdict"]
    assert buyers == [pseudonym, pseudonym, pseudonym, "joe"]
    assert lived.mia.get("/v1/complaints/c2").json()["buyer_id"] == pseudonym


def test_evidence_of_what_is_not_decided_past_appeal_stays_until_it_is(lived):
    lived.ingest.post("/v1/complaints", json=lived.complaint("c9", buyer_id="jane"))
    photo(lived.ingest, "c9", note="the same photo")
    told = erase(lived)
    assert told["held"] == ["c9"]
    assert len(files(lived)) == 1
    assert lived.mia.get("/v1/complaints/c9").json()["buyer_id"] == told["pseudonym"]
    lived.mia.post("/v1/complaints/c9/verdict", json=REJECTED)
    lived.clock.pass_time(days=29)
    assert lived.admin.post("/v1/retention", json={}).json()["evidence"] == 0
    lived.clock.pass_time(days=2)
    assert lived.admin.post("/v1/retention", json={}).json()["evidence"] == 1
    assert files(lived) == []
    assert chain(lived)[1] == []


def test_a_file_that_anothers_complaint_rests_on_as_well_stays(lived):
    photo(lived.ingest, "other")
    erase(lived)
    [piece] = lived.mia.get("/v1/complaints/other").json()["evidence"]
    shown = lived.mia.get(f"/v1/evidence/{piece['evidence_id']}/file")
    assert (shown.status_code, shown.content) == (200, PDF)


def test_an_erased_complaint_filed_again_stays_erased(lived):
    pseudonym = erase(lived)["pseudonym"]
    again = lived.ingest.post("/v1/complaints", json=lived.complaint("c1", buyer_id="jane"))
    assert again.status_code == 200
    assert lived.mia.get("/v1/complaints/c1").json()["buyer_id"] == pseudonym


def test_a_whole_file_loaded_again_restores_nobody(lived, tmp_path):
    from service.intake.bulk.load import load_complaints

    erase(lived)
    path = tmp_path / "complaints.csv"
    body = lived.complaint("c1", buyer_id="jane")
    path.write_text(f"{','.join(body)}\n{','.join(body.values())}\n")
    with lived.context.database.writing() as connection:
        assert load_complaints(connection, path, now=lived.clock.now).fresh == 0
    assert "'jane'" not in everything(lived)


def test_retention_removes_what_is_old_and_all_reasons_with_it(lived):
    lived.ingest.post("/v1/complaints", json=lived.complaint("never decided", buyer_id="jim"))
    lived.clock.pass_time(days=700)
    lived.ingest, lived.mia = lived.as_("ingest"), lived.as_("moderator", "mia")
    lived.admin = lived.as_("admin", "ann")
    recent = lived.complaint("recent", buyer_id="jane", filed_at=lived.clock.text)
    lived.ingest.post("/v1/complaints", json=recent)
    lived.mia.post("/v1/complaints/recent/verdict", json=REJECTED)
    standing = lived.mia.get("/v1/sellers/s1/ledger").json()
    told = lived.admin.post("/v1/retention", json={"limit": 3}).json()
    assert (told["complaints"], told["more"]) == (3, True)
    told = lived.admin.post("/v1/retention", json={"limit": 3}).json()
    assert (told["complaints"], told["more"]) == (2, False)
    assert lived.admin.post("/v1/retention", json={}).json()["complaints"] == 0
    left = everything(lived)
    assert [one for one in ("'joe'", "'jim'", "fake", "nothing new") if one in left] == []
    assert lived.mia.get("/v1/complaints/recent").json()["buyer_id"] == "jane"
    assert lived.mia.get("/v1/complaints/recent").json()["verdict"]["reason"] == "no proof"
    assert lived.mia.get("/v1/sellers/s1/ledger").json() == standing
    assert chain(lived)[1] == []


def test_a_stored_answer_does_not_outlive_its_buyer(lived):
    body = lived.complaint("c10", buyer_id="jane")
    lived.ingest.post("/v1/complaints", json=body, headers={"Idempotency-Key": "k"})
    erase(lived)
    assert "jane" not in everything(lived)


def change(service, statement):
    with service.context.database.writing() as connection:
        return connection.execute(text(statement)).rowcount


FORBIDDEN = [
    "UPDATE audit SET why = 'another'",
    "UPDATE audit SET why = ''",
    "UPDATE audit SET salt = NULL",
    "UPDATE audit SET why = '', salt = NULL, actor = 'noa'",
    "UPDATE audit SET why = '', salt = NULL, why_seal = NULL",
    "UPDATE audit SET why = '', salt = NULL, after = NULL WHERE after IS NOT NULL",
    "UPDATE ledger_events SET body = replace(body, 'jane', 'joe')",
    "UPDATE ledger_events SET body = replace(replace(body, 'jane', 'erased-x'), 'c1', 'c2')",
    "UPDATE ledger_events SET body = replace(body, 'upheld', 'rejected')",
    "UPDATE ledger_events SET recorded_at = recorded_at + 1",
    "UPDATE ledger_events SET seller_id = 's2', body = replace(body, 'jane', 'erased-x')",
    "DELETE FROM audit",
    "DELETE FROM ledger_events",
]


def test_the_database_lets_an_erasure_pass_and_nothing_else(lived):
    for statement in FORBIDDEN:
        with pytest.raises(DBAPIError, match="append-only"):
            change(lived, statement)


def test_a_pseudonym_is_not_replaced_again(lived):
    erase(lived)
    with pytest.raises(DBAPIError, match="append-only"):
        change(lived, "UPDATE ledger_events SET body = replace(body, 'erased-', 'erased-2')")


def test_words_that_were_emptied_without_an_erasure_are_missed(lived):
    assert change(lived, "UPDATE audit SET why = '', salt = NULL WHERE number = 2") == 1
    assert "record 2 lost its words, and no erasure says so" in chain(lived)[1]


@pytest.mark.parametrize("role", ["moderator", "reviewer", "analyst", "ingest"])
def test_only_an_admin_erases(service, role):
    caller = service.as_(role)
    assert caller.post("/v1/erasures", json={"buyer_id": "jane"}).status_code == 403
    assert caller.post("/v1/retention", json={}).status_code == 403


def test_the_command_line_erases_retains_and_sweeps_lost_files(start, sqlite_url, command):
    import os

    service = start(sqlite_url)

    def run(*words):
        evidence = str(service.context.settings.evidence)
        done = command("db", *words, "--json", "--database", sqlite_url, "--evidence", evidence)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    ingest = service.as_("ingest")
    for number, buyer in enumerate(("jane", "joe")):
        body = service.complaint(f"c{number}", buyer_id=buyer, filed_at="2020-01-01T00:00:00Z")
        ingest.post("/v1/complaints", json=body)
        photo(ingest, f"c{number}", PDF + bytes([number]))
    told = run("erase", "--buyer", "jane")
    assert (told["complaints"], told["held"]) == (1, ["c0"])
    lost = service.parts.storage.put(PDF + b"nobody's")
    path = service.context.settings.evidence / lost[:2] / lost
    os.utime(path, (0, 0))
    kept = service.parts.storage.put(PDF + b"its row is on its way")
    told = run("retain", "--days", "365")
    # The records of the two pieces lose what they said of them.
    assert told == {"complaints": 1, "evidence": 2, "words": 2, "files": 3}
    assert files(service) == [kept]
    assert "joe" not in everything(service)
