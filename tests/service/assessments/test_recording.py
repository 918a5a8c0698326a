"""What stands in the registry's log stands in the audit, once, whatever was lost in between."""

import json
import shutil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from detector.errors import Refusal
from models.changes import ChangeLog, Note
from models.detectors import registry_at
from service.assessments import promotion
from service.assessments.active_model import ActiveModel
from service.assessments.recording import record_found, unrecorded
from service.database.engine import Database
from service.http.access.keys import Caller
from service.roles import Role
from service.scoring.worker import worker_for
from service.tables import audit, model_log

LATER = 2_000_000_000_000_000
ADA = Caller("Ada", Role.ADMIN, "k")
ACTS = st.sampled_from(["promote", "lost", "refused", "alone", "back", "back alone", "found"])


@pytest.fixture
def models(small_market, tmp_path):
    directory = shutil.copytree(small_market / "models", tmp_path / "models")
    registry = registry_at(directory)
    artifact = registry.load("v0001")
    for _ in range(2):
        registry.save(artifact.arrays, artifact.manifest.facts)
    return directory


@pytest.fixture
def database(database_url):
    database = Database(database_url)
    yield database
    database.close()


class LostError(Exception):
    """The transaction was lost after the file was written."""


def recorded(database):
    with database.reading() as connection:
        rows = connection.execute(audit.select().order_by(audit.c.number)).all()
    return [
        (row.action, row.actor, json.loads(row.after), row.why)
        for row in rows
        if row.action.startswith("model.")
    ]


def promote(database, models, version, now=1, *, lost=False):
    with database.writing() as connection:
        promotion.promote(connection, ActiveModel(models), version, caller=ADA, now=now)
        if lost:
            raise LostError


def find(database, models, now=1):
    with database.writing() as connection:
        return record_found(connection, registry_at(models).log, now=now)


def act(database, models, what, version, now):
    registry = registry_at(models)
    try:
        if what in ("promote", "lost"):
            promote(database, models, version, now, lost=what == "lost")
        elif what == "alone":
            registry.promote(version, Note(now, "somebody"))
        elif what == "back alone":
            registry.rollback()
        elif what == "back":
            with database.writing() as connection:
                promotion.roll_back(
                    connection, ActiveModel(models), registry.promoted(), caller=ADA, now=now
                )
        elif what == "found":
            find(database, models, now)
        else:
            promote(database, models, "v9999", now)
    except (Refusal, LostError):
        pass  # whatever ended it, both must come to say the same


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(st.tuples(ACTS, st.integers(1, 3)), max_size=7))
def test_the_audit_comes_to_hold_each_line_of_the_log_once(
    database, small_market, tmp_path_factory, steps
):
    models = tmp_path_factory.mktemp("recording") / "models"
    shutil.copytree(small_market / "models", models)
    registry = registry_at(models)
    artifact = registry.load("v0001")
    for _ in range(2):
        registry.save(artifact.arrays, artifact.manifest.facts)
    with database.writing() as connection:
        connection.execute(delete(model_log))  # another store, for all that is known
    find(database, models)
    known = len(recorded(database))
    for now, (what, number) in enumerate(steps, start=2):
        act(database, models, what, f"v{number:04d}", now)
    find(database, models)
    assert find(database, models) == 0
    held = [(change.kind, change.version) for change in registry.log.promotions()[1:]]
    kinds = {"model.promoted": "promote", "model.rolled_back": "rollback"}
    said = [(kinds[action], after) for action, _, after, _ in recorded(database)[known:]]
    assert said == held
    with database.reading() as connection:
        assert unrecorded(connection, registry.log) == 0


def test_a_transaction_that_is_lost_after_the_file_is_found_with_who_and_why(database, models):
    find(database, models)
    with pytest.raises(LostError):
        promote(database, models, "v0002", LATER, lost=True)
    assert (registry_at(models).promoted(), recorded(database)) == ("v0002", [])
    with database.reading() as connection:
        assert unrecorded(connection, registry_at(models).log) == 1
    assert find(database, models) == 1
    [(action, actor, after, why)] = recorded(database)
    assert (action, actor, after) == ("model.promoted", "the service", "v0002")
    assert why == "found in promotions.log, done at 2033-05-18T03:33:20Z by Ada"


@pytest.mark.parametrize("read", ["lines", "promotions"])
def test_what_is_promoted_while_the_log_is_read_is_recorded_once(
    database, models, monkeypatch, read
):
    find(database, models)
    registry, whole = registry_at(models), getattr(ChangeLog, read)

    def read_and_promote(log):
        found = whole(log)
        monkeypatch.undo()
        registry.promote("v0002", Note(1, "somebody"))
        return found

    registry.promote("v0003", Note(1, "somebody"))
    monkeypatch.setattr(ChangeLog, read, read_and_promote)
    find(database, models)
    monkeypatch.undo()
    registry.promote("v0002", Note(1, "somebody"))
    find(database, models)
    assert [row[2] for row in recorded(database)] == ["v0003", "v0002"]


def test_what_is_refused_changes_neither(database, models):
    find(database, models)
    (models / "v0002" / "arrays.npz").write_bytes(b"x")
    with pytest.raises(Refusal, match="SHA-256"):
        promote(database, models, "v0002")
    assert (registry_at(models).promoted(), recorded(database)) == ("v0001", [])
    promote(database, models, "v0003")
    assert [row[1:3] for row in recorded(database)] == [("Ada", "v0003")]


def test_another_log_is_recorded_as_one_change(database, models):
    find(database, models)
    promote(database, models, "v0002")
    (models / "promotions.log").write_text("promote v0001\npromote v0003\n")
    assert find(database, models) == 1
    assert "not the one that was recorded" in recorded(database)[-1][3]
    assert recorded(database)[-1][2] == "v0003"
    with database.writing() as connection:  # as a store of an older revision has it
        connection.execute(delete(model_log))
    (models / "promotions.log").write_text("promote v0002\n")
    assert find(database, models) == 1
    assert recorded(database)[-1][2:] == (
        "v0002",
        "found in use, by a log whose changes so far were not recorded",
    )
    assert find(database, models) == 0


def test_a_worker_records_what_came_past_the_store_and_readiness_says_so_before(
    start, sqlite_url, models
):
    service = start(sqlite_url)
    context, model = service.context, service.parts.active_model
    worker = worker_for(
        context.settings, context.database, context.policies, model, clock=service.clock
    )
    warned = lambda: [w["code"] for w in service.client.get("/readyz").json()["warnings"]]  # noqa: E731
    assert (worker.record_models(), recorded(context.database)) == (0, [])
    registry_at(models).promote("v0002", Note(service.clock.now, "somebody", "it finds more"))
    assert "model_unrecorded" in warned()
    assert (worker.record_models(), worker.record_models()) == (1, 0)
    assert "model_unrecorded" not in warned()
    assert recorded(context.database)[0][3].endswith("by somebody: it finds more")
