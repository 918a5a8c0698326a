"""Faulty days are told, stop a training, and hold flags, by the commands."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from detector.durations import DAY_US
from models.detectors import registry_at
from service.cli import app
from tests.detector.feed.conftest import DAYS, FIRST, feed

DAY = FIRST + 120
SINCE = FIRST + 80


def written(folder: Path, *, again: bool, rekeyed: int = 0) -> Path:
    """The feed as a table; with `again`, three days of it came twice under other ids.

    The first `rekeyed` sellers have other names from `SINCE` on.
    """
    complaints = feed(orders=False).complaints
    filed = complaints.filed_at
    rows = [*range(len(filed))]
    if again:
        rows += [n for n in rows if DAY * DAY_US <= filed[n] < (DAY + 3) * DAY_US]
    table = pa.table(
        {
            "complaint_id": [f"c{n}" for n in range(len(rows))],
            "seller_id": [
                f"x-s{n:03}" if n < rekeyed and at >= SINCE * DAY_US else f"s{n:03}"
                for n, at in zip(complaints.seller[rows], filed[rows], strict=True)
            ],
            "buyer_id": [f"b{n}" for n in complaints.buyer[rows]],
            "category": [("damaged", "fake", "late")[n] for n in complaints.category[rows]],
            "filed_at": pa.array(filed[rows], pa.timestamp("us", "UTC")),
        }
    )
    path = folder / f"complaints-{again}-{rekeyed}.parquet"
    pq.write_table(table, path)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("feed")


@pytest.fixture(scope="module")
def whole(folder):
    return written(folder, again=False)


@pytest.fixture(scope="module")
def doubled(folder):
    return written(folder, again=True)


def run(*words, code=0):
    result = CliRunner().invoke(app, [*map(str, words)])
    assert result.exit_code == code, (result.output, result.exception)
    return result


def test_a_feed_as_it_happened_is_said_so(whole):
    said = run("feed", "--complaints", whole).stdout
    assert f"nothing faulty in {DAYS} days" in said
    assert "cannot tell" in said
    assert "orders missing" in said


def test_a_feed_that_came_twice_is_told_to_people_and_machines(doubled):
    told = run("feed", "--complaints", doubled, code=1).stdout
    assert told.startswith(
        "faulty: 2022-05-08 to 2022-05-10: 100% of the sellers' complaints share"
    )
    (fault,) = json.loads(run("feed", "--complaints", doubled, "--json", code=1).stdout)["faults"]
    assert (fault["kind"], fault["first_day"], fault["is_certain"]) == ("twins", "2022-05-08", True)
    assert fault["sentence"] in told


def test_a_training_refuses_it_unless_it_is_said_what_to_do(doubled, whole, folder):
    given = ("train", "--complaints", doubled, "--models", folder / "refused")
    refused = run(*given, code=1)
    assert "mend the tables" in str(refused.exception).lower()
    assert not registry_at(folder / "refused").versions()
    for words in (("keep",), ("keep-it",), ("leave-out", "--reason", "why")):
        run(*given, "--on-faults", *words, code=2)
    run(*given, "--on-faults", "keep", "--reason", "the copies are real")
    run(*given, "--on-faults", "leave-out")
    run("train", "--complaints", whole, "--models", folder / "refused")
    kept, mended, clean = (
        registry_at(folder / "refused").manifest(f"v000{n}").facts for n in "123"
    )
    assert kept.on_faults == "kept: the copies are real"
    assert mended.on_faults == "left out"
    assert kept.feed_faults == mended.feed_faults != ()
    assert (clean.feed_faults, clean.on_faults) == ((), None)
    assert mended.complaints == clean.complaints < kept.complaints
    card = run("models", "show", "v0001", "--models", folder / "refused").stdout
    assert "the feed was faulty in the last weeks that it learnt from" in card


def test_flags_are_held_by_queue_and_scores(doubled, folder):
    models = ("--models", folder / "models")
    run("train", "--complaints", doubled, "--until", "2022-05-01", *models)
    asked = ("--complaints", doubled, "--as-of", "2022-05-11", "--fdr", "0.9999", *models)
    queued = run("queue", *asked, "--json")
    assert "warning: the feed looks faulty on 2022-05-08 to 2022-05-10" in queued.stderr
    rows = json.loads(queued.stdout)
    assert rows
    assert not any(row["flagged"] for row in rows)
    held = [row for row in rows if "the feed was faulty" in row["reasons"][-1]]
    assert held
    scored = run("score", *asked, "--out", folder / "scores.csv", "--json")
    assert json.loads(scored.stdout)["flagged"] == 0


def test_rekeyed_sellers_are_proposed_accepted_and_joined(folder):
    given = ("--complaints", written(folder, again=False, rekeyed=1))
    proposed = folder / "proposed.csv"
    told = run("feed", *given, "--propose-aliases", proposed)
    assert "s000 ended as x-s000 began on 2022-03-" in told.stdout
    assert proposed.read_text().splitlines()[1].startswith("s000,x-s000,2022-03-")
    (pair,) = json.loads(run("feed", *given, "--json").stdout)["rekeyed"]
    assert pair["sentence"] in told.stdout
    joined = run("feed", *given, "--aliases", proposed, "--json")
    assert json.loads(joined.stdout)["rekeyed"] == []
    imported = run("import", "tables", given[1], "--out", folder / "out")
    assert "1 seller may go by another name since (s000 as x-s000, for one)" in imported.stderr
    mended = run("import", "tables", given[1], "--out", folder / "out", "--aliases", proposed)
    assert "may go by another name" not in mended.stderr
    assert "rows stand under their seller's last name" in mended.stderr
    refused = run(
        "import", "tables", given[1], "--database", "sqlite:///x", "--aliases", proposed, code=1
    )
    assert "detector db load --aliases" in str(refused.exception)
