"""Whatever is changed behind the service's back in what it decided is found."""

import json

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from service.audit.actions import begin_sealing
from service.audit.chain import seal_of
from service.audit.tables import audit
from service.audit.verification import verify
from service.callers.operator import OPERATOR
from service.database.sealing import all_digests
from service.decisions.verification import log_faults
from service.intake.filings.tables import filings
from service.intake.filings.verification import filing_faults
from service.outbox.verification import event_faults

POLICY = """
[[policy]]
id = "together"
version = 1
effective_from = "2020-01-01T00:00:00Z"
ceiling = 12
[policy.violations.counterfeit]
points = 6
expires = "365d"
once_per = ["order"]
[policy.violations.damaged]
points = 1
expires = "365d"
[policy.violations.damaged.evidence]
quorum = 2
[[policy.tiers]]
id = "depleted"
at = 12
steps = [{ action = "suspend", duration = "7d" }]
[policy.appeals]
window = "30d"
"""

TAMPERINGS = {
    # the log of decisions
    "an event is removed": "DELETE FROM ledger_events WHERE event_id = '{v1}'",
    "the last event is removed": "DELETE FROM ledger_events WHERE position = "
    "(SELECT max(position) FROM ledger_events)",
    "an event's words are changed": "UPDATE ledger_events SET body = "
    "replace(body, 'upheld', 'rejected') WHERE event_id = '{v1}'",
    "an event's moderator is changed": "UPDATE ledger_events SET body = "
    "replace(body, '\"mia\"', '\"ada\"') WHERE event_id = '{v1}'",
    "an event's buyer is changed": "UPDATE ledger_events SET body = "
    "replace(body, 'jane', 'john') WHERE event_id = '{v1}'",
    "an event is another seller's": "UPDATE ledger_events SET seller_id = 's9' "
    "WHERE event_id = '{v1}'",
    "an event is earlier": "UPDATE ledger_events SET recorded_at = recorded_at - 1 "
    "WHERE event_id = '{v1}'",
    "a verdict's evidence is no list": "UPDATE verdicts SET evidence = '[' "
    "WHERE verdict_id = '{v1}'",
    "who seconded a verdict is no list": "UPDATE verdicts SET seconded_by = 'mia' "
    "WHERE verdict_id = '{v1}'",
    "what a record seals is cut off": "UPDATE audit SET sealed = '{{' WHERE number = 3",
    "what a record seals is a list": "UPDATE audit SET sealed = '[]' WHERE number = 3",
    "the rows that a record seals are none": "UPDATE audit SET sealed = '{{\"rows\": 5}}' "
    "WHERE number = 3",
    "an event is made up": "INSERT INTO ledger_events "
    "(position, event_id, seller_id, recorded_at, body) SELECT 9999, 'cr_x', 's1', recorded_at, "
    """'{{"event": "credit", "id": "cr_x", "seller_id": "s1", "points": 6, "why": "goodwill", """
    """"recorded_at": "2026-03-02T12:00:00Z"}}' FROM ledger_events WHERE event_id = '{v1}'""",
    "an event is made unreadable": "UPDATE ledger_events SET body = 'x' WHERE event_id = '{v1}'",
    "two events change places": "UPDATE ledger_events SET position = CASE event_id "
    "WHEN '{v1}' THEN -1 ELSE position END",
    # verdicts
    "a verdict's outcome": "UPDATE verdicts SET outcome = 'rejected' WHERE verdict_id = '{v1}'",
    "a verdict's moderator": "UPDATE verdicts SET moderator = 'ada' WHERE verdict_id = '{v1}'",
    "a verdict's reason": "UPDATE verdicts SET reason = 'other' WHERE verdict_id = '{v1}'",
    "a verdict's reason is emptied": "UPDATE verdicts SET reason = '' WHERE verdict_id = '{v1}'",
    "a verdict's evidence": "UPDATE verdicts SET evidence = '[]' WHERE verdict_id = '{v1}'",
    "a verdict's violation": "UPDATE verdicts SET violation = 'damaged' WHERE verdict_id = '{v1}'",
    "a verdict's time": "UPDATE verdicts SET decided_at = decided_at + 1 WHERE verdict_id = '{v1}'",
    "a verdict falls": "UPDATE verdicts SET reversed_at = 1 WHERE verdict_id = '{v1}'",
    "a verdict's seconder": "UPDATE verdicts SET seconded_by = '[\"noa\"]' "
    "WHERE verdict_id = '{v1}'",
    "a verdict is removed": "DELETE FROM verdicts WHERE verdict_id = '{rejected}'",
    "a verdict is made up": "INSERT INTO verdicts (verdict_id, complaint_id, seller_id, outcome, "
    "reason, evidence, moderator, decided_at, reopened) SELECT 'v_x', 'pending', 's1', 'upheld', "
    "'', '[]', 'mia', decided_at, reopened FROM verdicts WHERE verdict_id = '{v1}'",
    # complaints that were decided
    "a complaint's outcome": "UPDATE complaints SET outcome = 'rejected' WHERE complaint_id = 'c1'",
    "a complaint's seller": "UPDATE complaints SET seller_id = 's9' WHERE complaint_id = 'c1'",
    "a complaint's category": "UPDATE complaints SET category = 'late' WHERE complaint_id = 'c1'",
    "a complaint's order": "UPDATE complaints SET order_id = 'o' WHERE complaint_id = 'c1'",
    "a complaint's buyer": "UPDATE complaints SET buyer_id = 'john' WHERE complaint_id = 'c1'",
    "a complaint's time": "UPDATE complaints SET filed_at = filed_at - 1 WHERE complaint_id = 'c1'",
    # complaints that nobody decided
    "an undecided complaint is upheld": "UPDATE complaints SET outcome = 'upheld' "
    "WHERE complaint_id = 'pending'",
    "an undecided complaint was decided": "UPDATE complaints SET decided_at = 1 "
    "WHERE complaint_id = 'pending'",
    "an undecided complaint's seller": "UPDATE complaints SET seller_id = 's9' "
    "WHERE complaint_id = 'pending'",
    "an undecided complaint's category": "UPDATE complaints SET category = 'late' "
    "WHERE complaint_id = 'pending'",
    "an undecided complaint's order": "UPDATE complaints SET order_id = NULL "
    "WHERE complaint_id = 'pending'",
    "an undecided complaint's buyer": "UPDATE complaints SET buyer_id = 'john' "
    "WHERE complaint_id = 'pending'",
    "an undecided complaint's listing": "UPDATE complaints SET listing_id = 'l' "
    "WHERE complaint_id = 'pending'",
    "an undecided complaint's source": "UPDATE complaints SET source = 'own_initiative' "
    "WHERE complaint_id = 'pending'",
    "an undecided complaint's evidence": "UPDATE complaints SET evidence_count = 9 "
    "WHERE complaint_id = 'pending'",
    "an undecided complaint's time": "UPDATE complaints SET filed_at = filed_at + 1 "
    "WHERE complaint_id = 'pending'",
    "an undecided complaint came in earlier": "UPDATE complaints SET recorded_at = 1 "
    "WHERE complaint_id = 'pending'",
    "an undecided complaint's fingerprint": "UPDATE complaints SET fingerprint = "
    "(SELECT fingerprint FROM complaints WHERE complaint_id = 'c1') WHERE complaint_id = 'pending'",
    "another system's outcome": "UPDATE complaints SET outcome = 'rejected' "
    "WHERE complaint_id = 'theirs'",
    "an undecided complaint is another": "UPDATE complaints SET complaint_id = 'x' "
    "WHERE complaint_id = 'pending'",
    "an undecided complaint is removed": "DELETE FROM complaints WHERE complaint_id = 'pending'",
    "a complaint of long ago is made up": "INSERT INTO complaints SELECT 'x', 's1', filed_at, "
    "category, order_id, buyer_id, listing_id, evidence_count, outcome, decided_at, fingerprint, "
    "1, NULL, NULL, NULL, NULL FROM complaints WHERE complaint_id = 'pending'",
    "two complaints change sellers": "UPDATE complaints SET seller_id = CASE complaint_id "
    "WHEN 'pending' THEN 's4' ELSE 's1' END WHERE complaint_id IN ('pending', 'proposed')",
    "a complaint decided by hand": "UPDATE complaints SET outcome = 'rejected', decided_at = 1 "
    "WHERE complaint_id = 'proposed'",
    # what sealed them
    "a filing's facts": "UPDATE filings SET facts = (SELECT facts FROM filings "
    "WHERE complaint_id = 'c1') WHERE complaint_id = 'pending'",
    "a filing's outcome": "UPDATE filings SET outcome = 'x' WHERE complaint_id = 'c1'",
    "a filing's decision": "UPDATE filings SET decided_at = 1 WHERE complaint_id = 'c1'",
    "a filing's salt": "UPDATE filings SET salt = (SELECT salt FROM filings "
    "WHERE complaint_id = 'c1') WHERE complaint_id = 'pending'",
    "a filing's salt is emptied": "UPDATE filings SET salt = NULL WHERE complaint_id = 'pending'",
    "a buyer is erased by hand": "UPDATE filings SET salt = NULL, erasure = 'x' "
    "WHERE complaint_id = 'pending'",
    "a filing's buyer": "UPDATE filings SET buyer = facts WHERE complaint_id = 'c1'",
    "a filing is in another batch": "UPDATE filings SET batch = 9 WHERE complaint_id = 'pending'",
    "a filing is removed": "DELETE FROM filings WHERE complaint_id = 'pending'",
    "a batch is removed": "DELETE FROM filings WHERE batch = 1",
    "all filings are removed": "DELETE FROM filings",
    # keys
    "a key's role": "UPDATE api_keys SET role = 'admin' WHERE role = 'ingest'",
    "a key's person": "UPDATE api_keys SET person = 'noa' WHERE person = 'mia'",
    "a key's secret": "UPDATE api_keys SET digest = "
    "(SELECT digest FROM api_keys WHERE person = 'gone')",
    "a key lives longer": "UPDATE api_keys SET expires_at = expires_at + 1 WHERE role = 'ingest'",
    "a key is older": "UPDATE api_keys SET created_at = 1 WHERE role = 'ingest'",
    "a key is good again": "UPDATE api_keys SET revoked_at = NULL WHERE person = 'gone'",
    "a key is revoked": "UPDATE api_keys SET revoked_at = 1 WHERE person = 'mia'",
    "a key is removed": "DELETE FROM api_keys WHERE person = 'gone'",
    "a key is made up": "INSERT INTO api_keys SELECT 'x', digest, role, person, created_at, "
    "expires_at, revoked_at FROM api_keys WHERE person = 'mia'",
    # receivers of events
    "a receiver's address": "UPDATE webhooks SET url = 'https://e.example/other' "
    "WHERE disabled_at IS NULL",
    "a receiver's events": "UPDATE webhooks SET kinds = '[\"case.opened\"]' "
    "WHERE disabled_at IS NULL",
    "a receiver's secret": "UPDATE webhooks SET secret = 'x' WHERE disabled_at IS NULL",
    "a receiver is older": "UPDATE webhooks SET created_at = 1",
    "a receiver is disabled": "UPDATE webhooks SET disabled_at = 1 WHERE disabled_at IS NULL",
    "a receiver hears again": "UPDATE webhooks SET disabled_at = NULL "
    "WHERE disabled_at IS NOT NULL",
    "a receiver is removed": "DELETE FROM webhooks WHERE disabled_at IS NOT NULL",
    "a receiver is made up": "INSERT INTO webhooks SELECT 'x', url, kinds, secret, created_at, "
    "disabled_at FROM webhooks WHERE disabled_at IS NULL",
    # sanctions
    "a sanction is carried out": "UPDATE sanctions SET state = 'carried_out', "
    "approved_by = 'noa' WHERE seller_id = 's2'",
    "a sanction is lifted": "UPDATE sanctions SET state = 'lifted' WHERE seller_id = 's1'",
    "a sanction's approver": "UPDATE sanctions SET approved_by = 'ada' WHERE seller_id = 's1'",
    "a sanction's reason": "UPDATE sanctions SET reason = 'x' WHERE seller_id = 's1'",
    "a sanction's end": "UPDATE sanctions SET ends_at = ends_at - 1 WHERE seller_id = 's1'",
    "a sanction is removed": "DELETE FROM sanctions WHERE seller_id = 's2'",
    "a sanction is made up": "INSERT INTO sanctions (sanction_id, seller_id, kind, state, "
    "issued_at) VALUES ('x', 's9', 'remove', 'carried_out', 1)",
    # appeals, withdrawals, proposals, answers, evidence
    "an appeal's outcome": "UPDATE appeals SET outcome = 'denied' WHERE appeal_id = '{granted}'",
    "an appeal is decided": "UPDATE appeals SET outcome = 'denied', decided_by = 'noa' "
    "WHERE appeal_id = '{open}'",
    "an appeal's decider": "UPDATE appeals SET decided_by = 'ada' WHERE appeal_id = '{granted}'",
    "an appeal's words": "UPDATE appeals SET reason = 'x' WHERE appeal_id = '{open}'",
    "an appeal's answer": "UPDATE appeals SET decision_reason = 'x' WHERE appeal_id = '{granted}'",
    "an appeal is removed": "DELETE FROM appeals WHERE appeal_id = '{open}'",
    "an appeal is made up": "INSERT INTO appeals (appeal_id, verdict_id, filed_by, reason, "
    "filed_at, outcome) VALUES ('a_x', '{rejected}', 'complainant', '', 1, 'open')",
    "a withdrawal's outcome": "UPDATE withdrawals SET outcome = 'noted' WHERE complaint_id = 'c5'",
    "a withdrawal's words": "UPDATE withdrawals SET reason = 'x' WHERE complaint_id = 'c5'",
    "a withdrawal is removed": "DELETE FROM withdrawals WHERE complaint_id = 'c5'",
    "a proposal's people": "UPDATE proposals SET people = 1",
    "a proposal's body": "UPDATE proposals SET body = replace(body, 'upheld', 'rejected')",
    "a proposal is seconded": "UPDATE proposals SET seconded_by = '[\"noa\"]'",
    "a proposal is removed": "DELETE FROM proposals",
    "an answer's words": "UPDATE answers SET text = 'x'",
    "an answer is removed": "DELETE FROM answers",
    "evidence is another's": "UPDATE evidence SET party = 'seller'",
    "evidence leads elsewhere": "UPDATE evidence SET link = 'https://e.example/other'",
    "evidence is removed": "DELETE FROM evidence",
    "evidence is of another type": "UPDATE evidence SET media_type = 'image/png'",
    "evidence is larger": "UPDATE evidence SET bytes = 5",
    "evidence is marked as erased": "UPDATE evidence SET erased_at = 1",
    "an open appeal is answered": "UPDATE appeals SET decision_reason = 'x' "
    "WHERE appeal_id = '{open}'",
    "an open withdrawal is answered": "UPDATE withdrawals SET decision_reason = 'x' "
    "WHERE complaint_id = 'c5'",
    "a complaint is marked as erased": "UPDATE complaints SET erased_at = 1 "
    "WHERE complaint_id = 'pending'",
    "a complaint is marked as erased when another was": "UPDATE complaints SET erased_at = "
    "(SELECT max(at) FROM audit) WHERE complaint_id = 'pending'",
    "a decided complaint is marked as erased": "UPDATE complaints SET erased_at = 1 "
    "WHERE complaint_id = 'c1'",
    "a filing names an erasure": "UPDATE filings SET erasure = 'x' WHERE complaint_id = 'pending'",
    # what others hear of
    "an event for receivers says something else": "UPDATE events SET body = "
    "replace(body, 's1', 's9')",
    "an event for receivers is of another kind": "UPDATE events SET kind = 'case.opened' "
    "WHERE sequence = 1",
    "an event for receivers is removed": "DELETE FROM events WHERE sequence = 2",
    "the last event for receivers is removed": "DELETE FROM events WHERE sequence = "
    "(SELECT max(sequence) FROM events)",
    "an event for receivers is made up": "INSERT INTO events (event_id, sequence, kind, at, body) "
    "SELECT 'ev_x', sequence + 1, kind, at, body FROM events "
    "WHERE sequence = (SELECT max(sequence) FROM events)",
    # sellers
    "a seller is removed": "DELETE FROM sellers WHERE seller_id = 's1'",
    # the chain
    "a record's seller": "UPDATE audit SET seller_id = 's9' WHERE number = 2",
    "a record's digests": "UPDATE audit SET sealed = replace(sealed, 'verdicts', 'nothing')",
    "a record's digests are emptied": "UPDATE audit SET sealed = NULL WHERE number = 3",
    "a record is removed": "DELETE FROM audit WHERE number = 3",
}


@pytest.fixture
def decided(start, database_url, tmp_path):
    """A service with something decided in every way, and the ids of it."""
    path = tmp_path / "together.toml"
    path.write_text(POLICY)
    service = start(database_url, policy=str(path))
    shop, mia, noa = (
        service.as_("ingest"),
        service.as_("moderator", "mia"),
        service.as_("reviewer", "noa"),
    )
    sellers = {"c1": "s1", "c2": "s1", "c3": "s2", "c4": "s2", "c5": "s3", "c6": "s3", "c7": "s4"}
    batch = [
        service.complaint(one, seller_id=seller, buyer_id="jane" if one == "c1" else None)
        for one, seller in sellers.items()
    ]
    batch += [
        service.complaint("pending"),
        service.complaint("proposed", category="damaged", seller_id="s4"),
        service.complaint("theirs", outcome="upheld", decided_at=service.clock.text),
    ]
    done = []

    def say(client, path, **body):
        done.append(client.post(path, json=body))
        return done[-1].json() if done[-1].content else {}

    def judge(one, outcome="upheld", client=mia):
        return say(client, f"/v1/complaints/{one}/verdict", outcome=outcome, reason=f"as {one}")

    say(shop, "/v1/complaints", complaints=batch)
    assert service.parts.worker.seal_filed() == len(batch)
    admin = service.as_("admin", "ada")
    for number in range(2):
        hook = say(admin, "/v1/webhooks", url=f"https://e.example/{number}")
    say(admin, f"/v1/webhooks/{hook['webhook_id']}/disable")
    gone = service.key("moderator", "gone").split("_")[1]
    say(admin, f"/v1/keys/{gone}/revoke")
    link = {"kind": "photo_received", "link": "https://e.example/1", "note": "see"}
    say(shop, "/v1/complaints/c1/evidence", **link)
    say(shop, "/v1/complaints/c1/answer", text="it is genuine")
    service.known = {"v1": judge("c1")["verdict_id"]}
    for one in ("c2", "c3", "c4", "c5", "c6"):
        judge(one)
    service.known["rejected"] = judge("c7", "rejected")["verdict_id"]
    judge("proposed")
    [first, *_] = mia.get("/v1/sanctions").json()["sanctions"]
    say(noa, f"/v1/sanctions/{first['sanction_id']}/approve", reason="so be it")
    service.known["open"] = say(shop, "/v1/complaints/c2/appeal", reason="no")["appeal_id"]
    granted = say(shop, "/v1/complaints/c6/appeal", reason="not mine")["appeal_id"]
    say(noa, f"/v1/appeals/{granted}/decision", outcome="granted", reason="right")
    service.known["granted"] = granted
    say(shop, "/v1/complaints/c5/withdrawal", reason="it came")
    assert [answer.text for answer in done if not answer.is_success] == []
    assert first["seller_id"] == "s1"
    return service


def faults(connection, service, **how):
    policies, now = service.context.policies, service.clock.now
    return [
        *(found := verify(connection, **how)).sentences,
        *filing_faults(connection, found.sealed),
        *event_faults(connection, found.sealed),
        *log_faults(connection, policies, now=now),
    ]


def switch_off(connection):
    """What somebody with all rights can do before they tamper."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        return
    connection.execute(text("PRAGMA defer_foreign_keys = ON"))
    query = text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    for name in connection.execute(query).scalars().all():
        connection.execute(text(f"DROP TRIGGER {name}"))


def test_every_kind_of_tampering_is_found_and_nothing_else(decided):
    engine, unseen = decided.context.database.engine, []
    with engine.connect() as connection:
        assert faults(connection, decided) == []
        connection.rollback()
        for name, statement in TAMPERINGS.items():
            switch_off(connection)
            changed = connection.execute(text(statement.format(**decided.known)).columns())
            assert changed.rowcount, name
            if not faults(connection, decided):
                unseen.append(name)
            connection.rollback()
        assert faults(connection, decided) == []
    assert unseen == []


def test_what_was_changed_and_then_sealed_by_a_decision_is_still_found(decided):
    def tamper(connection):
        switch_off(connection)
        statement = "UPDATE verdicts SET moderator = 'ada' WHERE verdict_id = :open"
        found = connection.execute(
            text("SELECT verdict_id FROM appeals WHERE appeal_id = :open"), decided.known
        ).scalar_one()
        connection.execute(text(statement), {"open": found})

    with decided.context.database.writing() as connection:
        tamper(connection)
    decision = {"outcome": "granted", "reason": "right"}
    path = f"/v1/appeals/{decided.known['open']}/decision"
    assert decided.as_("reviewer", "noa").post(path, json=decision).is_success
    with decided.context.database.reading() as connection:
        assert any(
            "moderator is not what the log says" in one for one in faults(connection, decided)
        )


def test_an_erasure_is_no_tampering_and_covers_none(decided):
    decided.clock.pass_time(days=60)
    admin = decided.as_("admin", "ada")
    assert admin.post("/v1/erasures", json={"buyer_id": "jane"}).is_success
    assert admin.post("/v1/retention", json={}).is_success
    with decided.context.database.reading() as connection:
        assert faults(connection, decided) == []
        bodies = connection.execute(text("SELECT body FROM ledger_events")).scalars().all()
        assert not any("jane" in body for body in bodies)
    with decided.context.database.engine.connect() as connection:
        switch_off(connection)
        changed = "UPDATE ledger_events SET body = replace(body, 'erased-', 'erased-0')"
        connection.execute(text(changed))
        assert faults(connection, decided)
        connection.rollback()


@pytest.mark.parametrize("table", ["audit", "ledger_events"])
def test_the_record_can_be_neither_truncated_nor_replaced(decided, table):
    database = decided.context.database
    statements = [f"TRUNCATE {table}", f"TRUNCATE {table} CASCADE"]
    if not database.is_postgresql:
        statements = [f"{verb} INTO {table} SELECT * FROM {table}" for verb in VERBS]

    def rewrite(statement):
        with database.writing() as connection:
            connection.execute(text(statement))

    for statement in statements:
        with pytest.raises(DBAPIError, match="append-only"):
            rewrite(statement)


VERBS = ["INSERT OR REPLACE", "REPLACE"]


def test_a_noted_seal_is_found_in_a_chain_that_grew_and_missed_in_one_that_lost_it(decided):
    mia = decided.as_("moderator", "mia")
    with decided.context.database.reading() as connection:
        noted = verify(connection)
    body = {"outcome": "rejected", "reason": "no"}
    assert mia.post("/v1/complaints/pending/verdict", json=body).is_success
    with decided.context.database.engine.connect() as connection:
        grown = verify(connection, expect=noted.seal)
        assert (grown.found_at, grown.records) == (noted.records, noted.records + 1)
        assert grown.sentences == []
        connection.rollback()
        switch_off(connection)
        connection.execute(audit.delete().where(audit.c.number >= noted.records))
        assert verify(connection, expect=noted.seal).found_at is None
        connection.rollback()


def test_the_command_says_where_the_noted_seal_is(start, sqlite_url, command):
    asked = ("audit", "verify", "--database", sqlite_url)
    service = start(sqlite_url)
    service.as_("ingest").post("/v1/complaints", json=service.complaint())
    upheld = {"outcome": "rejected", "reason": "no"}
    service.as_("moderator").post("/v1/complaints/c1/verdict", json=upheld)
    ada = service.as_("admin", "ada")
    noted = json.loads(command(*asked, "--json").stdout)
    assert ada.post("/v1/webhooks", json={"url": "http://127.0.0.1:1/"}).is_success
    found = command(*asked, "--expect", noted["seal"])
    assert found.returncode == 0
    place = f"record {noted['records']} of {noted['records'] + 1}"
    assert f"the expected seal is that of {place}" in found.stdout
    lost = command(*asked, "--expect", "f" * 64)
    assert lost.returncode == 1
    assert "is not in the chain" in lost.stdout
    assert "not sealed yet: 1, the oldest of 2026-03-02T12:00:00Z" in lost.stdout
    told = json.loads(command(*asked, "--json").stdout)
    assert told["unsealed"] == {"complaints": 1, "since": "2026-03-02T12:00:00Z"}
    service.parts.worker.seal_filed()
    told = json.loads(command(*asked, "--json").stdout)
    assert told["unsealed"] == {"complaints": 0, "since": None}


KEY = "a key of the installation's own"


def test_who_has_no_key_can_forge_no_chain(start, database_url):
    service = start(database_url, audit_key=KEY)
    service.as_("ingest").post(
        "/v1/complaints", json={"complaints": [service.complaint(n) for n in ("c1", "c2")]}
    )
    for one in ("c1", "c2"):
        verdict = {"outcome": "rejected", "reason": "no"}
        service.as_("moderator", "mia").post(f"/v1/complaints/{one}/verdict", json=verdict)
    key = KEY.encode()
    with service.context.database.engine.connect() as connection:
        assert faults(connection, service, key=key) == []
        assert "DETECTOR_AUDIT_KEY" in faults(connection, service)[0]
        assert faults(connection, service, key=b"another")
        connection.rollback()
        for forged_key in (None, b"another"):
            switch_off(connection)
            forge(connection, forged_key)
            assert faults(connection, service, key=key)
            if forged_key is None:  # without the key in hand nobody could tell
                assert verify(connection).faults == []
            connection.rollback()


def forge(connection, key):
    """Write the chain anew, with another moderator, as well as it can be done without the key."""
    previous = "0" * 64
    for row in connection.execute(audit.select().order_by(audit.c.number)).all():
        sealed = json.loads(row.sealed) | {"keyed": key is not None}
        changed = {
            "actor": "ada" if row.actor == "mia" else row.actor,
            "sealed": json.dumps(sealed, sort_keys=True),
            "previous": previous,
        }
        previous = seal_of(row._asdict() | changed, key)
        at = audit.update().where(audit.c.number == row.number)
        connection.execute(at.values(**changed, seal=previous))


@pytest.mark.parametrize("other", [None, "another installation's key"])
def test_a_process_with_another_key_or_none_records_nothing(start, database_url, other):
    keyed = start(database_url, audit_key=KEY)
    shop, mia = keyed.as_("ingest").headers, keyed.as_("moderator", "mia").headers
    strange = start(database_url, audit_key=other).client
    complaints = {"complaints": [keyed.complaint("c1")]}
    assert strange.post("/v1/complaints", json=complaints, headers=shop).is_success
    verdict = {"outcome": "rejected", "reason": "no"}
    refused = strange.post("/v1/complaints/c1/verdict", json=verdict, headers=mia)
    assert refused.status_code == 503
    assert "DETECTOR_AUDIT_KEY" in refused.json()["detail"]
    given = keyed.client.post("/v1/complaints/c1/verdict", json=verdict, headers=mia)
    assert given.status_code == 201
    with keyed.context.database.reading() as connection:
        assert faults(connection, keyed, key=KEY.encode()) == []


def test_a_store_of_an_older_revision_is_sealed_as_it_is_found(decided):
    """As a store is after its upgrade: all that was decided, and no record that seals any of it."""
    with decided.context.database.writing() as connection:
        switch_off(connection)
        connection.execute(audit.delete())
        connection.execute(filings.delete())
    with decided.context.database.reading() as connection:
        assert any("no record decided it" in one for one in verify(connection).sentences)
    with decided.context.database.writing() as connection:
        begin_sealing(connection, caller=OPERATOR, now=decided.clock.now)
    with decided.context.database.writing() as connection:
        begin_sealing(connection, caller=OPERATOR, now=decided.clock.now)  # once
        assert verify(connection)[0] == 1
        assert faults(connection, decided) == []
        switch_off(connection)
        connection.execute(text("UPDATE sanctions SET state = 'lifted'"))
        assert faults(connection, decided)
        connection.rollback()


def test_evidence_that_an_older_revision_sealed_without_its_weight_is_sealed_again(decided):
    with decided.context.database.reading() as connection:
        assert [name.split()[0] for name in all_digests(connection, since=2)] == ["evidence"]
        assert all_digests(connection, since=3) == {}


def test_a_change_that_nothing_records_is_rolled_back(service):
    from service.decisions import sanction_records

    def lift_in_silence():
        with service.context.database.writing() as connection:
            sanction_records.add_sanction(
                connection, sanction_id="x", seller_id="s", kind="remove", state="x", issued_at=1
            )

    with pytest.raises(RuntimeError, match="without a record in the audit"):
        lift_in_silence()
    with service.context.database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM sanctions")).scalar_one() == 0


def test_the_record_is_found_by_any_id_as_it_is_and_by_seller(decided):
    analyst = decided.as_("analyst")

    def actions(**params):
        told = analyst.get("/v1/audit", params=params).json()["records"]
        return [one["action"] for one in told]

    assert actions(subject="c1") == actions(subject="complaint c1")
    assert actions(subject="c1") == ["verdict.upheld", "answer.filed", "evidence.added"]
    assert actions(subject="c") == []
    assert actions(seller="s4") == ["verdict.proposed", "verdict.rejected"]
    mine = actions(seller="s1")
    assert mine[:2] == ["appeal.filed", "sanction.approved"]
    assert set(mine) == {
        "appeal.filed",
        "sanction.approved",
        "verdict.upheld",
        "answer.filed",
        "evidence.added",
    }
