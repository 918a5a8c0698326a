"""`detector capacity`: a table, JSON, and what is kept with the version."""

import json
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from detector.durations import DAY_US
from models.detectors import registry_at
from service.cli import app
from tests.conftest import SMALL
from training.publishing import publish
from training.simulator.writing import write_market
from training.tables.instants import instant_of

FEW = ("--days", "42", "--spikes", "100", "--most", "2", "--seed", "4")


@pytest.fixture(scope="module")
def place(tmp_path_factory, training, market):
    directory = tmp_path_factory.mktemp("capacity")
    write_market(SMALL, 7, directory)
    publish(training, market.history(), registry_at(directory / "models"), seed=3, created_at=0)
    return directory


@pytest.fixture
def models(place, tmp_path):
    """A registry of its own for each test."""
    return shutil.copytree(place / "models", tmp_path / "models")


def run(place, models, *words):
    files = ("--complaints", place / "complaints.parquet", "--orders", place / "orders.parquet")
    asked = ["capacity", *files, "--models", models, *FEW, *words]
    return CliRunner().invoke(app, list(map(str, asked)))


def test_the_table_says_what_looks_buy_and_nothing_is_kept_unasked(place, models):
    result = run(place, models, "--minutes", "30")
    assert result.exit_code == 0, result.output
    assert "What looks a day buy" in result.stdout
    assert "100 spikes planted with seed 4, 30 minutes a case (as asked)" in result.stdout
    assert registry_at(models).budgets() is None


def test_what_is_kept_is_what_was_printed(place, models):
    result = run(place, models, "--json", "--keep")
    assert result.exit_code == 0, result.output
    printed, kept = json.loads(result.stdout), registry_at(models).budgets()
    assert printed["kept"]
    assert printed["minutes"] == kept.minutes == 20
    assert printed["minutes_from"] == "setting"
    assert [row["looks"] for row in printed["budgets"]] == [1, 2]
    for row, budget in zip(printed["budgets"], kept.budgets, strict=True):
        assert row["hours_a_day"] == pytest.approx(budget.alerts_a_day / 3)
    (models / "v0001" / "budgets.json").write_text("{}")
    verified = CliRunner().invoke(app, ["models", "verify", "--models", str(models)])
    assert verified.exit_code == 1
    assert "budgets.json: is no budget curve" in verified.stdout


def test_a_third_of_the_history_is_taken_unless_days_are_asked_for(place, models):
    files = ("--complaints", place / "complaints.parquet", "--orders", place / "orders.parquet")
    few = ("--spikes", "100", "--most", "1", "--json")
    asked = ["capacity", *files, "--models", models, *few]
    result = CliRunner().invoke(app, list(map(str, asked)))
    assert result.exit_code == 0, result.output
    first, last = map(instant_of, json.loads(result.stdout)["span"])
    filed = pq.read_table(files[1], columns=["filed_at"])["filed_at"].cast(pa.int64()).to_numpy()
    assert (last - first) // DAY_US == (filed.max() - filed.min()) // DAY_US // 3


def test_too_few_days_are_refused(place, models):
    result = run(place, models, "--days", "7")
    assert result.exit_code == 1
    assert "--days 7: spikes need 42 days or more" in str(result.exception or result.output)
