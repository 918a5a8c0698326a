"""`detector models drift`: a table, JSON, and what is kept with the version."""

import json
import re

import pytest
from typer.testing import CliRunner

from models.detectors import registry_at
from service.cli import app
from tests.conftest import SMALL
from training.publishing import publish
from training.simulator.writing import write_market


@pytest.fixture(scope="module")
def place(tmp_path_factory, training, market):
    directory = tmp_path_factory.mktemp("drift")
    write_market(SMALL, 7, directory)
    publish(training, market.history(), registry_at(directory / "models"), seed=3, created_at=0)
    return directory


def run(place, *words):
    files = ("--complaints", place / "complaints.parquet", "--orders", place / "orders.parquet")
    asked = ["models", "drift", *files, "--models", place / "models", *words]
    return CliRunner().invoke(app, list(map(str, asked)))


def test_the_table_says_each_state_and_whether_to_train_again(place):
    result = run(place)
    assert result.exit_code == 0, result.output
    assert "Whole weeks since 2024-08-08: 5 (model v0001)" in result.stdout
    assert "cannot tell" in result.stdout
    assert re.search(r"│ late +│ not known +│", result.stdout)
    assert "nothing here is a reason to train again" in result.stdout


def test_what_is_kept_is_what_was_printed_and_is_verified(place):
    result = run(place, "--json", "--keep", "--until", "2024-08-25")
    assert result.exit_code == 0, result.output
    printed, kept = json.loads(result.stdout), registry_at(place / "models").drift()
    assert (printed["version"], printed["weeks"], printed["kept"]) == ("v0001", 2, True)
    assert [row["state"] for row in printed["metrics"]] == [one.state for one in kept.metrics]
    (place / "models" / "v0001" / "drift.json").write_text("{}")
    verified = CliRunner().invoke(app, ["models", "verify", "--models", str(place / "models")])
    assert verified.exit_code == 1
    assert "drift.json: is no report of drift" in verified.stdout


def test_without_a_whole_week_it_cannot_tell(place):
    result = run(place, "--until", "2024-08-10")
    assert "cannot tell: no whole week has passed since the training" in result.stdout
