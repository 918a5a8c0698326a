"""The main job on real complaints: what a person sees in them, the queue says first.

The data (45,772 complaints from consumidor.gov.br, 2014) lies beside the project and is never
part of it.
"""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from service.cli import app
from tests.parts import IN_CI

DATA = Path(__file__).parents[3] / "shared/data/consumidor-gov-br/complaints.parquet"

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(
        not DATA.exists() and not IN_CI,
        reason="the real complaints are not beside the project",
    ),
]


@pytest.fixture(scope="module")
def models(tmp_path_factory) -> Path:
    models = tmp_path_factory.mktemp("models")
    run("train", "--complaints", DATA, "--until", "2014-11-01", "--models", models)
    return models


def run(*words) -> str:
    result = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def queue(models: Path, as_of: str) -> list[dict]:
    words = ("queue", "--complaints", DATA, "--as-of", as_of, "--models", models)
    return json.loads(run(*words, "--format", "json"))


def test_submarino_is_first_and_the_reason_says_why(models):
    first = queue(models, "2014-11-10")[0]
    assert first["seller_id"] == "Submarino"
    assert first["flagged"]
    assert "“offer_not_honoured” in the last 3 days where about" in first["reasons"][0]


def test_decolar_is_among_the_first_three(models):
    first = [row["seller_id"] for row in queue(models, "2014-12-08")[:3]]
    assert "Decolar.com" in first


def test_in_a_week_in_which_everybody_rises_few_are_flagged(models):
    assert sum(row["flagged"] for row in queue(models, "2014-12-22")) <= 2


def test_joining_is_not_suspicious(models, tmp_path):
    scores = tmp_path / "scores.csv"
    words = ("score", "--complaints", DATA, "--models", models, "--out", scores)
    run(*words, "--as-of", "2014-11-03", "--until", "2015-01-05", "--every", "1w")
    new = _companies_new_within(28)
    flagged = _flagged(scores)
    assert len(new) > 40
    assert len(flagged & new) <= 1


def _companies_new_within(days: int) -> set[tuple[str, str]]:
    import pandas as pd

    complaints = pd.read_parquet(DATA)
    first = complaints.groupby("seller_id").filed_at.min()
    weeks = pd.date_range("2014-11-03", "2015-01-05", freq="7D", tz="UTC")
    return {
        (seller, week.strftime("%Y-%m-%d"))
        for week in weeks
        for seller, seen in first.items()
        if pd.Timedelta(0) < week - seen <= pd.Timedelta(days=days)
    }


def _flagged(scores: Path) -> set[tuple[str, str]]:
    import pandas as pd

    table = pd.read_csv(scores)
    rows = table[table.flagged]
    return set(zip(rows.seller_id, rows.as_of.str[:10], strict=True))
