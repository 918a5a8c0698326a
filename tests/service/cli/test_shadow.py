"""`detector models shadow`."""

import json

from typer.testing import CliRunner

from models.changes import Note
from models.detectors import registry_at
from service.assessments import shadows
from service.assessments.shadows import ShadowRun
from service.cli import app
from service.clock import system_clock
from service.database.engine import Database


def ask(*arguments: str):
    return CliRunner().invoke(app, ["models", "shadow", *arguments])


def test_it_says_how_the_challenger_compares(tmp_path, small_market, sqlite_url):
    registry = registry_at(tmp_path / "models")
    artifact = registry_at(small_market / "models").load()
    for _ in range(2):
        registry.save(artifact.arrays, artifact.manifest.facts)
    registry.promote("v0001")
    where = ["--models", str(tmp_path / "models"), "--database", sqlite_url]

    asked = ask(*where)
    assert asked.exit_code == 1
    assert "no version is the challenger" in str(asked.exception)

    now = system_clock()
    registry.labels.alias("challenger", "v0002", Note(now - 10, "ada"))
    assert "it has not scored yet" in ask(*where).output
    store = Database(sqlite_url)
    with store.writing() as connection:
        run = ShadowRun(
            now - 5, "v0001", "v0002", 4, 4, frozenset({"s1", "s2"}), frozenset({"s2", "s3"}), 0.5
        )
        shadows.keep(connection, run)
        shadows.keep(connection, ShadowRun(now - 4, "v0001", "v0002", 4, 0, error="BadArtifact: x"))
    store.close()

    said = ask(*where).output
    assert said.startswith("v0002: running, until ")
    assert "2 runs, 1 failed; 4 of 8 rows scored" in said
    assert "the last failure: BadArtifact: x" in said
    assert "both would: 33%" in said
    assert "only it would look at: s3" in said
    facts = json.loads(ask("v0002", *where, "--json").output)
    assert [one["seller_id"] for one in facts["only_champion"]] == ["s1"]
