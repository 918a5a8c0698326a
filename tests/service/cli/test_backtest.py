"""`detector backtest` on files, on a named market, and its refusals."""

import json
from typing import get_type_hints

import pytest
from typer.testing import CliRunner

from service.cli import app
from service.cli.backtest import backtest, typed
from training.backtest.markets import MARKETS
from training.simulator import Marketplace
from training.simulator.writing import write_market

SPAN = ("--from", "2024-08-01", "--until", "2024-08-21", "--references", "ratio", "--every", "4d")


@pytest.fixture(autouse=True)
def quick_calibration(monkeypatch):
    """Trainings here judge no tail: fewer draws make them ten times as quick."""
    monkeypatch.setattr("detector.fitting._DRAWS_MIN", 10_000)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    directory = tmp_path_factory.mktemp("market")
    write_market(Marketplace(sellers=80, days=240, orders_per_day_median=4.0), 2, directory)
    return directory


def run(*words):
    return CliRunner().invoke(app, ["backtest", *map(str, words)])


def complaints(files):
    return ("--complaints", files / "complaints.parquet", "--orders", files / "orders.parquet")


def test_known_episodes_give_recall(files, tmp_path):
    episodes = ("--episodes", files / "episodes.parquet")
    result = run(*complaints(files), *episodes, *SPAN, "--budget", 3, "--out", tmp_path, "--json")
    assert result.exit_code == 0, result.output
    summary = json.loads(result.stdout)
    assert summary["plan"]["budgets"] == [3.0]
    assert [m["name"] for m in summary["methods"]] == ["this detector", "7-day/28-day ratio"]
    assert {p.name for p in tmp_path.iterdir()} == {
        "report.html",
        "backtest.json",
        "alerts.parquet",
    }


def test_planted_spikes_give_recall_and_say_what_is_unknown(files, tmp_path):
    result = run(*complaints(files), *SPAN, "--inject", 5, "--seed", 3, "--out", tmp_path)
    assert result.exit_code == 0, result.output
    assert "found at 2 a day" in result.stdout
    assert "on a real spike counts as" in (tmp_path / "report.html").read_text()


def test_a_named_market_needs_no_files(tmp_path):
    words = ("--market", "no-episodes", "--sellers", 60, "--days", 160, "--references", "none")
    result = run(*words, "--every", "1w", "--out", tmp_path)
    assert result.exit_code == 0, result.output
    assert "flagged at 10%" in result.stdout


def test_days_after_the_last_complaint_are_warned_of(files, tmp_path):
    words = ("--from", "2024-08-20", "--until", "2024-09-20", "--every", "3w")
    result = run(*complaints(files), *words, "--references", "none", "--out", tmp_path)
    assert result.exit_code == 0, result.output
    assert "warning: the last complaint is of 2024-08-2" in result.stderr


def test_the_report_shows_the_command_without_passwords():
    words = ["backtest", "--complaints", "postgresql://me:p@ss@host/store", "--out", "a b"]
    assert typed(words) == (
        "detector backtest --complaints 'postgresql://…@host/store' --out 'a b'"
    )


def test_the_help_names_every_market():
    told = get_type_hints(backtest, include_extras=True)["market"].__metadata__[0].help
    assert all(name in told for name in MARKETS)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ((), "give --complaints, or --market"),
        (("--market", "default", "--complaints", "x.csv"), "leave --complaints out"),
        (("--complaints", "x.csv", "--sellers", "5"), "goes with --market only"),
    ],
)
def test_options_that_do_not_go_together_are_a_usage_error(tmp_path, words, why):
    result = run(*words, "--out", tmp_path)
    assert result.exit_code == 2
    assert why in " ".join(result.stderr.replace("│", " ").split())


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--market", "atlantis"), "there is no market 'atlantis'"),
        (("--complaints", "nowhere.csv", *SPAN), "no such file"),
        (("--complaints", "nowhere.csv"), "--from and --until"),
        (("--market", "default", "--every", "12h"), "whole days"),
    ],
)
def test_refusals_say_what_is_wrong(tmp_path, words, why):
    result = run(*words, "--out", tmp_path)
    assert result.exit_code == 1
    assert why in str(result.exception)
