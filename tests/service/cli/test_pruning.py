"""`detector models prune` removes what nothing names, and says of the rest why it stays."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import insert
from typer.testing import CliRunner

from models.detectors import registry_at
from service.cli import app
from service.database.engine import Database
from service.tables import assessments, cases, market_snapshots
from training.publishing import publish


@pytest.fixture
def directory(tmp_path, training, market):
    directory = tmp_path / "models"
    registry = registry_at(directory)
    publish(training, market.history(), registry, seed=0, created_at=0, promote=False)
    loaded = registry.load()
    for seed in range(1, 6):
        registry.save(loaded.arrays, replace(loaded.manifest.facts, seed=seed))
    return directory


@pytest.fixture
def store(sqlite_url):
    """A store whose scores, snapshot and open case rest on a version each."""
    store = Database(sqlite_url)
    opening = {"model": "v0004", "score": 1.0, "p_value": 0.1, "q_value": 0.1, "rank": 1}
    opening |= {"shown_chance": 1.0, "kinds": {}}
    case = {
        "case_id": "k", "seller_id": "s", "status": "open", "suspicion": "seller",
        "opened_at": 0, "due_at": 1, "base": "{}", "order_key": 0.0, "reasons": "[]",
    }  # fmt: skip
    score = {
        "seller_id": "s", "as_of": 0, "score": 1.0, "surprise": 1.0, "p_value": 0.1,
        "q_value": 0.1, "flagged": False, "rank": 1, "reasons": "[]", "suspicion": "seller",
        "model": "v0002",
    }  # fmt: skip
    snapshot = {"as_of": 0, "model": "v0003", "has_orders": False, "arrays": b""}
    with store.writing() as connection:
        connection.execute(insert(assessments).values(score))
        connection.execute(insert(cases).values(**case, opening=json.dumps(opening)))
        connection.execute(insert(market_snapshots).values(snapshot))
    store.close()
    return sqlite_url


def run(directory, *words, code=0):
    result = CliRunner().invoke(app, ["models", "prune", *words, "--models", str(directory)])
    assert result.exit_code == code, (result.output, result.exception)
    return result.stdout if code == 0 else str(result.exception)


def test_what_the_store_rests_on_stays(directory, store):
    asked = json.loads(run(directory, "--keep", "1", "--dry-run", "--json", "--database", store))
    assert {row["name"]: row["reasons"] for row in asked["versions"]} == {
        "v0001": ["champion names it"],
        "v0002": ["it gave the scores of 1 seller"],
        "v0003": ["it took a snapshot of the market"],
        "v0004": ["it opened 1 case not yet closed"],
        "v0005": [],
        "v0006": ["one of the 1 newest"],
    }
    assert len(registry_at(directory).versions()) == 6
    said = run(directory, "--keep", "1", "--database", store).splitlines()
    assert said[4] == f"v0005  removed, {asked['bytes']:,} bytes"
    assert said[-1] == f"1 removed, {asked['bytes']:,} bytes"
    assert "v0005" not in registry_at(directory).versions()


def test_without_a_store_one_says_that_there_is_none(directory):
    assert "--no-store" in run(directory, "--keep", "1", code=1)
    assert len(registry_at(directory).versions()) == 6
    run(directory, "--keep", "2", "--no-store")
    assert registry_at(directory).versions() == ["v0001", "v0005", "v0006"]
