"""The migrations: up, down, and the same tables as the program declares, on both databases."""

import json

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from detector.rules import bundled, event_of, fold
from service.database import revisions
from service.database.engine import Database, metadata
from service.refusals import SchemaBehind


@pytest.fixture
def database(fresh_database_url):
    opened = Database(fresh_database_url)
    yield opened
    opened.close()


def all_revisions():
    script = ScriptDirectory(str(revisions.MIGRATIONS))
    return [step.revision for step in script.walk_revisions()][::-1]


def test_the_migrations_make_the_tables_that_the_program_declares(database):
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_down_to_nothing_and_up_again(database):
    revisions.downgrade(database, "base")
    with database.reading() as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]
    assert revisions.current(database) is None
    revisions.upgrade(database)
    revisions.check_current(database)


@pytest.mark.parametrize("revision", all_revisions())
def test_an_upgrade_from_each_earlier_revision_arrives(database, revision):
    revisions.downgrade(database, "base")
    revisions.upgrade(database, revision)
    revisions.upgrade(database)
    revisions.check_current(database)


def test_an_empty_store_is_prepared_and_one_of_another_revision_is_left_alone(database):
    revisions.prepare(database)
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    with pytest.raises(SchemaBehind, match="detector db upgrade"):
        revisions.prepare(database)


def test_records_sealed_by_an_older_revision_still_verify_after_the_upgrade(database):
    from service.audit.chain import GENESIS, seal_of
    from service.audit.verification import verify

    revisions.downgrade(database, "0005")
    record = {
        "number": 1,
        "at": 1,
        "actor": "mia",
        "role": "moderator",
        "action": "verdict.upheld",
        "subject": "complaint c1",
        "why": "fake",
        "before": None,
        "after": None,
        "policy": None,
        "model": None,
        "previous": GENESIS,
    }
    columns = ", ".join(f'"{name}"' for name in [*record, "seal"])
    values = ", ".join(f":{name}" for name in [*record, "seal"])
    with database.writing() as connection:
        statement = text(f"INSERT INTO audit ({columns}) VALUES ({values})")
        connection.execute(statement, {**record, "seal": seal_of(record)})
    revisions.upgrade(database)
    with database.reading() as connection:
        assert verify(connection).sentences == []


@pytest.mark.parametrize("revision", ["0003", "0004", "0005"])
def test_what_was_decided_outlives_a_step_down_and_up_again(start, fresh_database_url, revision):
    upheld = {"outcome": "upheld", "reason": "fake", "evidence": ["authenticity_document", "photo"]}
    service = start(fresh_database_url)
    batch = [service.complaint(one, buyer_id="jane") for one in ("c1", "c2")]
    service.as_("ingest").post("/v1/complaints", json={"complaints": batch})
    service.prove(kinds=upheld["evidence"])
    for one in ("c1", "c2"):
        answer = service.as_("moderator", "mia").post(f"/v1/complaints/{one}/verdict", json=upheld)
        assert answer.status_code == 201, answer.text
    analyst = service.as_("analyst")
    paths = ("/v1/sellers/s1/ledger", "/v1/complaints/c1", "/v1/sanctions")
    before = [analyst.get(path).json() for path in paths]
    service.context.database.close()
    revisions.downgrade(service.context.database, revision)
    revisions.upgrade(service.context.database)
    assert [analyst.get(path).json() for path in paths] == before


def log_of(service):
    with service.context.database.reading() as connection:
        rows = connection.execute(text("SELECT body FROM ledger_events ORDER BY position"))
        return [json.loads(body) for body in rows.scalars()]


@pytest.mark.parametrize("days", [0, 2])
@pytest.mark.parametrize("word", ["approve", "decline"])
def test_approvals_that_the_table_alone_knew_are_written_into_the_log(
    start, fresh_database_url, word, days
):
    upheld = {"outcome": "upheld", "reason": "fake", "evidence": ["authenticity_document", "photo"]}
    service = start(fresh_database_url)
    batch = [service.complaint(one) for one in ("c1", "c2")]
    service.as_("ingest").post("/v1/complaints", json={"complaints": batch})
    service.prove(kinds=upheld["evidence"])
    for one in ("c1", "c2"):
        service.as_("moderator", "mia").post(f"/v1/complaints/{one}/verdict", json=upheld)
    service.clock.pass_time(days=days)
    [waiting] = service.as_("analyst").get("/v1/sanctions").json()["sanctions"]
    path = f"/v1/sanctions/{waiting['sanction_id']}"
    settled = service.as_("reviewer", "noa").post(f"{path}/{word}", json={"reason": "seen"})
    assert settled.status_code == 200
    service.clock.pass_time(days=1)
    analyst = service.as_("analyst")
    seller, before = analyst.get("/v1/sellers/s1").json(), analyst.get(path).json()
    service.context.database.close()
    revisions.downgrade(service.context.database, "0013")
    older = log_of(service)
    assert [one["event"] for one in older if one["event"] == "sanction_decided"] == []
    revisions.upgrade(service.context.database)
    newer = [one for one in log_of(service) if one["event"] == "sanction_decided"]
    expected = [("approved", "noa", "seen")] if word == "approve" else []
    assert [(one["outcome"], one["moderator"], one["why"]) for one in newer] == expected
    assert analyst.get("/v1/sellers/s1").json() == seller
    assert analyst.get(path).json() == before
    events = [event_of(one) for one in log_of(service)]
    assert list(fold(events, bundled("standard"), approvals="recorded").refused) == []
    revisions.downgrade(service.context.database, "0013")
    assert log_of(service) == older


def test_drafts_of_verdicts_outlive_a_step_down_and_up_again(start, fresh_database_url):
    from service.decisions.drafts.store import About, Draft, DraftKey, draft_of, keep_draft

    service = start(fresh_database_url)
    service.as_("ingest").post("/v1/complaints", json=service.complaint("c1"))
    key, fields = DraftKey("mia", "verdict", "c1"), {"reason": ["fake"]}
    with service.context.database.writing() as connection:
        keep_draft(connection, key, About("s1", "c1"), fields, now=7)
        keep_draft(connection, DraftKey("mia", "credit", "s1"), About("s1"), fields, now=7)
    service.context.database.close()
    revisions.downgrade(service.context.database, "0026")
    revisions.upgrade(service.context.database)
    with service.context.database.reading() as connection:
        assert draft_of(connection, key) == Draft(fields, 7)
