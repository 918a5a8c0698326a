"""A back-test of frames is the command's, whatever the frames and however many processes."""

import json
from dataclasses import replace
from xml.etree import ElementTree as ET

import joblib
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from detector import backtest, simulate
from detector.errors import BadInput, NotEnoughHistory
from detector.settings import DEFAULT
from service.cli import app
from tests.frames import FRAMES, arrow
from tests.training.backtest.conftest import few_draws
from training.backtest.writing import FILES

START, UNTIL = "2024-08-08", "2024-09-12"
PLAN = {"start": START, "until": UNTIL, "every": "5d", "references": "ratio,ears-c2"}


@pytest.fixture(scope="module")
def frames(market):
    return market.complaints.to_pandas(), market.orders.to_pandas()


@pytest.fixture(scope="module")
def tested(frames, market):
    with few_draws():
        return backtest(*frames, **PLAN, episodes=market.episodes.to_pandas())


def test_the_numbers_and_alerts_are_the_commands(tested, market, tmp_path):
    for name in ("complaints", "orders", "episodes"):
        pq.write_table(getattr(market, name), tmp_path / f"{name}.parquet")
    tables = [f"--{n}={tmp_path}/{n}.parquet" for n in ("complaints", "orders", "episodes")]
    words = ["--from", START, "--until", UNTIL, "--every", "5d", "--references", "ratio,ears-c2"]
    asked = ["backtest", *words, *tables, "--out", str(tmp_path / "report")]
    done = CliRunner().invoke(app, asked, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    theirs = json.loads((tmp_path / "report" / "backtest.json").read_text())
    ours = json.loads(json.dumps(tested.numbers))
    assert ours | {"about": None} == theirs | {"about": None}
    assert arrow(tested.alerts).to_pylist() == (
        pq.read_table(tmp_path / "report" / "alerts.parquet").to_pylist()
    )


def test_the_summary_has_a_row_a_method_policy_and_budget(tested):
    table = tested.summary
    assert len(table) == 3 * 2 * 2
    assert table["method"].iloc[0] == "this detector"
    ours = tested.numbers["methods"][0]["queue"]
    at_two = next(judged for judged in ours if judged["per_day"] == 2.0)
    row = table.query("method == 'this detector' and policy == 'queue' and budget == 2").iloc[0]
    assert row["recall"] == at_two["recall"]["value"]
    assert row["alerts"] == at_two["alerts"] == 35 * 2
    assert row["recall_low"] <= row["recall"] <= row["recall_high"]


@pytest.mark.parametrize("kind", ["polars", "duckdb", "stream"])
def test_every_kind_of_frame_gives_the_same(kind, tested, market):
    made = FRAMES[kind]
    tables = made(market.complaints), made(market.orders)
    found = backtest(*tables, **PLAN, episodes=made(market.episodes))
    assert found.numbers == tested.numbers
    assert arrow(found.alerts).to_pylist() == arrow(tested.alerts).to_pylist()
    for table in (found.summary, found.alerts):
        wanted = pa.Table if kind == "stream" else type(tables[0])
        assert type(table) is wanted


RETRAINED = PLAN | {"retrain_every": "15d", "references": "ratio", "until": "2024-09-07"}


@pytest.fixture(scope="module")
def smaller():
    market = simulate(sellers=20, days=250)
    return market.complaints, market.orders


@pytest.fixture(scope="module")
def alone(smaller):
    with few_draws():
        return backtest(*smaller, **RETRAINED, n_jobs=1)


def test_many_threads_give_the_same_numbers(smaller, alone):
    with joblib.parallel_config(backend="threading"):
        together = backtest(*smaller, **RETRAINED, n_jobs=2)
    assert together.numbers == alone.numbers


@pytest.mark.slow
def test_many_processes_raise_the_same_alerts(smaller, alone):
    # Fewer draws are a patch of this process alone; they move no score and so no alert.
    together = backtest(*smaller, **RETRAINED, n_jobs=2)
    pd.testing.assert_frame_equal(together.alerts, alone.alerts)


def test_planted_spikes_are_a_truth_as_well(frames):
    found = backtest(*frames, **PLAN | {"references": "none"}, inject=5)
    assert found.summary["episodes"].tolist() == [5] * 4
    assert "inject=5" in found.numbers["about"]["command"]


def test_without_a_truth_recall_is_missing(frames):
    found = backtest(*frames, **PLAN | {"references": "none"}, budgets=[3])
    assert found.summary["recall"].isna().all()
    assert found.summary["budget"].tolist() == [3.0, 3.0]
    assert found.numbers["about"]["command"] == (
        "backtest(complaints, orders, start='2024-08-08', until='2024-09-12', budgets=(3.0,), "
        "references='none', every='5d')"
    )


def test_other_settings_are_said_in_the_report(frames):
    settings = replace(DEFAULT, trees=20)
    found = backtest(*frames, **PLAN | {"references": "none"}, settings=settings)
    assert "trees=20" in found.numbers["about"]["command"]


def test_it_shows_itself_and_writes_the_commands_files(tested, tmp_path):
    assert "this detector" in repr(tested)
    assert ET.fromstring(tested._repr_html_()).tag == "table"
    assert tested.report.startswith("<!doctype html>")
    tested.save(tmp_path / "report")
    assert sorted(p.name for p in (tmp_path / "report").iterdir()) == sorted(FILES)
    assert (tmp_path / "report" / "report.html").read_text() == tested.report


def test_a_bar_is_written_where_it_is_asked_for(frames, capsys):
    plan = PLAN | {"every": "7d", "references": "ratio", "until": "2024-08-22"}
    backtest(*frames, **plan)
    assert capsys.readouterr().err == ""
    backtest(*frames, **plan, progress=True)
    lines = capsys.readouterr().err.split("\r")
    assert any(line.startswith("[############            ] scoring, 1 of 2") for line in lines)
    assert lines[-1].rstrip(" \n") == "[########################] done, 1 of 1"


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        ({"start": "2024-08-08T12:00:00"}, "goes by whole days"),
        ({"until": START}, "must come after the start"),
        ({"until": None}, "until is of type NoneType"),
        ({"every": "12h"}, "goes by whole days"),
        ({"every": "6w"}, "leaves no day to score"),
        ({"budgets": [0]}, "a budget is a number of alerts a day above 0"),
        ({"budgets": []}, "a budget is a number of alerts a day above 0"),
        ({"rates": [0.1, 2]}, "fdr is 2.0; a rate above 0 and below 1 is wanted"),
        ({"references": "none,oracle"}, "there is no reference 'none'"),
        ({"seed": -1}, "seed is -1"),
        ({"inject": -1}, "inject is -1"),
        ({"n_jobs": 0}, "n_jobs is 0"),
    ],
)
def test_a_plan_that_will_not_do_is_refused(plan, said, frames):
    with pytest.raises(BadInput, match=said):
        backtest(*frames, **PLAN | plan)


def test_two_truths_and_bad_episodes_are_refused(frames):
    episodes = pd.DataFrame(
        {"seller_id": ["s000", "nobody"], "starts_at": ["2024-08-10"] * 2, "ends_at": "2024-08-12"}
    )
    with pytest.raises(BadInput, match="are two truths; give one of them"):
        backtest(*frames, **PLAN, episodes=episodes, inject=3)
    with pytest.raises(BadInput, match="episodes: row 1: column seller_id: 'nobody' has neither"):
        backtest(*frames, **PLAN, episodes=episodes)


def test_nothing_is_tested_where_nothing_was_learnt(frames):
    with pytest.raises(NotEnoughHistory, match="no complaint was filed before the start"):
        backtest(*frames, **PLAN | {"start": "2023-08-08"})
