"""Every command finds the models in the same directory."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from models.detectors import registry_at
from service.cli import app
from service.settings import Settings
from training.publishing import publish
from training.simulator import Marketplace
from training.simulator.writing import write_market

VARIABLE = "DETECTOR_MODELS"


def options_named(command, name, path=()):
    """Each command's option of that name, with its words."""
    found = [(path, one) for one in command.params if name in one.opts]
    for word, below in getattr(command, "commands", {}).items():
        found += options_named(below, name, (*path, word))
    return found


MODELS = options_named(typer.main.get_command(app), "--models")


def test_nine_commands_use_models():
    assert {words[0] for words, _ in MODELS} == {
        "train",
        "score",
        "queue",
        "levels",
        "capacity",
        "models",
        "serve",
        "work",
        "doctor",
    }


@pytest.mark.parametrize(("words", "option"), MODELS)
def test_each_command_reads_the_services_setting(words, option, monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    assert option.envvar == VARIABLE
    assert option.default == Settings().models
    monkeypatch.setenv(VARIABLE, "/data/models")
    assert Settings().models == Path(option.value_from_envvar(None))


def run(*words):
    result = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_what_train_saves_where_the_variable_says_is_found_by_the_others(monkeypatch, tmp_path):
    monkeypatch.setenv(VARIABLE, str(tmp_path / "models"))
    write_market(Marketplace(sellers=40, days=120, orders_per_day_median=4.0), 7, tmp_path)
    complaints = ("--complaints", tmp_path / "complaints.parquet")
    assert f"v0001 in {tmp_path}/models" in run("train", *complaints)
    assert run("models", "list").startswith("* v0001")
    as_of = ("--as-of", "2024-02-01")
    assert "v0001" in run("score", *complaints, *as_of, "--out", tmp_path / "scores.csv")
    run("queue", *complaints, *as_of)


def test_the_command_line_comes_before_the_variable(monkeypatch, tmp_path, market, training):
    registry = registry_at(tmp_path / "named")
    publish(training, market.history(), registry, seed=3, created_at=0)
    monkeypatch.setenv(VARIABLE, str(tmp_path / "elsewhere"))
    assert run("models", "list", "--models", tmp_path / "named").startswith("* v0001")
