import json

import numpy as np
import pytest
from typer.testing import CliRunner

from models.detectors import registry_at
from models.registry import Registry
from service.audit.tables import audit
from service.cli import app
from service.database.engine import Database
from training.publishing import publish


@pytest.fixture
def directory(tmp_path, training, market):
    registry = registry_at(tmp_path / "models")
    for seed in range(2):
        publish(training, market.history(), registry, seed=seed, created_at=0, promote=False)
    return tmp_path / "models"


def run(directory, *words):
    return CliRunner().invoke(app, ["models", *words, "--models", str(directory)])


def test_list_marks_the_version_in_use(directory):
    lines = run(directory, "list").stdout.splitlines()
    assert [line[:7] for line in lines] == ["* v0001", "  v0002"]
    rows = json.loads(run(directory, "list", "--json").stdout)
    assert [(row["version"], row["promoted"]) for row in rows] == [
        ("v0001", True),
        ("v0002", False),
    ]
    assert rows[0]["created_at"] == "1970-01-01T00:00:00Z"


def test_list_shows_a_damaged_version_and_goes_on(directory):
    (directory / "v0001" / "manifest.json").write_text("{")
    result = run(directory, "list")
    assert result.exit_code == 0
    assert "v0001  damaged: " in result.stdout
    assert "v0002  trained" in result.stdout


def test_list_says_that_no_version_or_a_missing_one_is_in_use(directory):
    log = directory / "promotions.log"
    log.write_text("promote v0007\n")
    assert "warning: " in run(directory, "list").stderr
    assert "v0007 is promoted and missing" in run(directory, "list").stderr
    log.write_text("")
    assert "no version is promoted; run: detector models promote v0002" in (
        run(directory, "list").stderr
    )


def test_an_empty_directory_lists_nothing_and_says_what_to_do(tmp_path):
    assert "run detector train first" in run(tmp_path / "none", "list").stdout
    assert json.loads(run(tmp_path / "none", "list", "--json").stdout) == []


def test_promote_and_roll_back_change_what_is_in_use(directory):
    assert (
        run(directory, "promote", "v0002").stdout == "promoted: v0002 is in use (before: v0001)\n"
    )
    result = run(directory, "rollback", "--json")
    assert json.loads(result.stdout) == {"promoted": "v0001", "before": "v0002"}


def test_a_change_of_the_model_in_use_is_in_the_audit_of_a_named_store(
    directory, sqlite_url, monkeypatch
):
    assert run(directory, "promote", "v0002", "--database", sqlite_url).exit_code == 0
    monkeypatch.setenv("DETECTOR_DATABASE", sqlite_url)
    assert run(directory, "rollback").exit_code == 0
    store = Database(sqlite_url)
    with store.reading() as connection:
        rows = connection.execute(audit.select().order_by(audit.c.number)).all()
    store.close()
    assert [(row.actor, row.action, row.before, row.after) for row in rows] == [
        ("the command line", "model.promoted", '"v0001"', '"v0002"'),
        ("the command line", "model.rolled_back", '"v0002"', '"v0001"'),
    ]


def test_a_store_that_cannot_be_written_keeps_the_model_in_use(directory, tmp_path):
    url = f"sqlite:///{tmp_path}/empty.sqlite3"
    assert run(directory, "promote", "v0002", "--database", url).exit_code != 0
    assert registry_at(directory).promoted() == "v0001"


def test_show_is_the_model_card_or_the_manifest(directory):
    assert run(directory, "show").stdout.startswith("# Model v0001")
    manifest = json.loads(run(directory, "show", "2", "--json").stdout)
    assert manifest["version"] == "v0002"
    assert manifest["promoted"] is False


def test_verify_tells_sound_from_damaged_versions_by_its_exit_code(directory):
    assert run(directory, "verify").exit_code == 0
    (directory / "v0002" / "arrays.npz").write_bytes(b"x")
    result = run(directory, "verify", "--json")
    assert result.exit_code == 1
    assert [row["sound"] for row in json.loads(result.stdout)] == [True, False]
    assert run(directory, "verify", "v0001").stdout == "v0001: sound\n"


def test_verify_finds_arrays_that_are_no_detector(directory, arrays_of_something_else):
    result = run(directory, "verify", arrays_of_something_else)
    assert result.exit_code == 1
    assert "incomplete or damaged" in result.stdout


@pytest.fixture
def arrays_of_something_else(directory):
    facts = registry_at(directory).manifest().facts
    return Registry(directory).save({"forest": np.arange(3.0)}, facts)
