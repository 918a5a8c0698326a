"""`detector levels` as a person and a program read it."""

import csv
import io
import json

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from detector.errors import BadInput
from models.detectors import registry_at
from service.cli import app
from training.publishing import publish
from training.tables.instants import text_of


@pytest.fixture(scope="module")
def folder(tmp_path_factory, training, market):
    """A model and the tables of the small market."""
    folder = tmp_path_factory.mktemp("levels")
    publish(training, market.history(), registry_at(folder / "models"), seed=0, created_at=0)
    pq.write_table(market.complaints, folder / "complaints.parquet")
    pq.write_table(market.orders, folder / "orders.parquet")
    return folder


@pytest.fixture(scope="module")
def words(folder, training_end):
    tables = (
        "--complaints",
        folder / "complaints.parquet",
        "--orders",
        folder / "orders.parquet",
    )
    more = ("--models", folder / "models", "--as-of", text_of(training_end), "--at-least", "1")
    return tuple(map(str, ("levels", *tables, *more)))


def run(*words):
    result = CliRunner().invoke(app, words, env={"COLUMNS": "120"}, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_every_form_has_the_same_sellers_worst_first(words):
    rows = json.loads(run(*words, "--json", "--limit", "1000"))
    lows = [row["low"] for row in rows]
    assert len(rows) > 1
    assert lows == sorted(lows, reverse=True)
    assert all(row["low"] <= row["rate"] <= row["high"] for row in rows)
    read = list(csv.DictReader(io.StringIO(run(*words, "--format", "csv", "--limit", "1000"))))
    assert [row["seller_id"] for row in read] == [row["seller_id"] for row in rows]
    assert [row["reason"] for row in read] == [row["reason"] for row in rows]
    table = run(*words, "--limit", "1")
    assert rows[0]["seller_id"] in table
    assert f"Not shown: {len(rows) - 1} more" in table


def test_where_nobody_is_listed_one_line_says_so(words):
    assert "No seller is surely above 1000 times the market's rate" in run(
        *words, "--at-least", "1000"
    )


def test_levels_without_orders_are_refused(words):
    without = [word for word in words if "orders" not in word]
    with pytest.raises(BadInput, match="levels need orders"):
        run(*without)
