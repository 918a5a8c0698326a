"""The same command on one machine and on Spark."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from detector.errors import BadInput
from models.detectors import registry_at
from service.cli import app
from training.publishing import publish
from training.simulator import Marketplace
from training.simulator.writing import write_market

TABLES = ["--complaints", "complaints.parquet", "--orders", "orders.parquet"]


def ask(*arguments: str):
    return CliRunner().invoke(app, arguments, catch_exceptions=True)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--engine", "dask"], "it is local or spark"),
        (["--spark-conf", "spark.executor.memory=1g"], "needs --engine spark"),
        (["--engine", "spark", "--spark-conf", "memory=1g"], "spark.something=value"),
        (["--engine", "spark", "--on-bad-rows", "skip"], "one machine only"),
    ],
)
def test_what_an_engine_cannot_do_is_refused(options, why):
    asked = ask("train", *TABLES, *options)
    assert isinstance(asked.exception, BadInput)
    assert why in str(asked.exception)


def detector(directory, *arguments: str) -> None:
    command = [sys.executable, "-c", "from service.cli import main; main()", *arguments]
    path = os.pathsep.join([str(Path.cwd()), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        command,
        cwd=directory,
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.java
@pytest.mark.slow
def test_both_engines_write_the_same_scores(tmp_path):
    write_market(Marketplace(sellers=40, days=120, orders_per_day_median=4.0), 7, tmp_path)
    spark = ["--engine", "spark", "--master", "local[1]"]
    detector(tmp_path, "train", *TABLES, "--models", "local")
    detector(tmp_path, "train", *TABLES, "--models", "spark", *spark)
    as_of = str(max(pq.read_table(tmp_path / "complaints.parquet")["filed_at"].to_pylist()).date())
    for models, options in (("local", []), ("spark", spark)):
        given = ["--models", models, "--as-of", as_of, "--out", f"{models}.parquet", *options]
        detector(tmp_path, "score", *TABLES, *given)
    local, parted = (pq.read_table(tmp_path / f"{name}.parquet") for name in ("local", "spark"))
    for name in ("seller_id", "as_of", "flagged", "rank", "reasons"):
        assert local[name].equals(parted[name]), name
    for name in ("score", "surprise", "p_value", "q_value"):
        assert np.abs(local[name].to_numpy() - parted[name].to_numpy()).max() <= 1e-12, name


def test_training_on_spark_without_pyspark_is_one_sentence_that_says_what_to_install():
    hide = "import sys; sys.modules['pyspark'] = None; from service.cli import main; main()"
    command = [sys.executable, "-c", hide, "train", *TABLES, "--engine", "spark"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "error: --engine spark needs Java 17 and pip install 'suspicious-seller-detector[spark]'"
    ]


def test_scoring_on_spark_without_pyspark_is_refused(monkeypatch, tmp_path, market, training):
    models = tmp_path / "models"
    publish(training, market.history(), registry_at(models), seed=3, created_at=0)
    monkeypatch.setitem(sys.modules, "pyspark", None)
    where = ["--models", str(models), "--as-of", "2024-01-01", "--out", str(tmp_path / "s.csv")]
    asked = ask("score", *TABLES, *where, "--engine", "spark")
    assert isinstance(asked.exception, BadInput)
    assert "needs Java 17 and pip install" in str(asked.exception)
