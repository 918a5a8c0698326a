"""`detector queue` as a person reads it: the flagged sellers, then a line on the rest."""

import csv
import io
import json
import os
import subprocess
import sys
from random import Random

import pytest
from typer.testing import CliRunner

from detector.durations import DAY_US
from models.detectors import registry_at
from service.cli import app
from training.publishing import publish
from training.tables.instants import text_of

LONG = "żółw-a-seller-whose-name-is-longer-than-any-column-" + "x" * 60


@pytest.fixture(scope="module")
def words(tmp_path_factory, training, training_end, market):
    """The words of a queue in which the seller LONG has forty complaints of three days."""
    folder = tmp_path_factory.mktemp("queue")
    publish(training, market.history(), registry_at(folder / "models"), seed=0, created_at=0)
    rows = market_rows(market, training_end)
    day = text_of(training_end - 1)[:10]
    rows += [(f"x{n}", LONG, f"{day}T10:00:00Z", "late") for n in range(40)]
    write(folder / "complaints.csv", rows)
    data = ("--complaints", folder / "complaints.csv", "--models", folder / "models")
    return tuple(map(str, ("queue", *data, "--as-of", text_of(training_end))))


def write(path, rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["complaint_id", "seller_id", "filed_at", "category"])
        out.writerows(rows)


def market_rows(market, until):
    history = market.history().as_of(until)
    complaints = history.complaints
    return [
        (f"c{n}", history.sellers[seller], text_of(at), history.categories[category])
        for n, (seller, at, category) in enumerate(
            zip(
                complaints.seller.tolist(),
                complaints.filed_at.tolist(),
                complaints.category.tolist(),
                strict=True,
            )
        )
    ]


def run(*words, columns="100"):
    result = CliRunner().invoke(app, words, env={"COLUMNS": columns}, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result


def rows_of(words, *more):
    return json.loads(run(*words, "--format", "json", "--limit", "1000", *more).stdout)


def test_the_table_holds_the_flagged_sellers_and_one_line_counts_the_rest(words):
    rows = rows_of(words)
    flagged = [row for row in rows if row["flagged"]]
    assert 0 < len(flagged) < len(rows)
    shown = run(*words, "--capacity", "0").stdout
    for row in rows[len(flagged) :]:
        assert f" {row['seller_id']} " not in shown
    rest = f"Not shown: {len(rows) - len(flagged)} that stand out less than chance allows for"
    assert rest in shown
    assert "q below 0.1" in shown


def test_capacity_goes_to_the_best_that_are_not_flagged(words):
    rows = rows_of(words, "--fdr", "0.0001")
    flagged = sum(row["flagged"] for row in rows)
    ways = [row["opened_for"] for row in rows]
    enough = sum(row["p_value"] <= 0.01 for row in rows)
    assert enough > flagged + 1
    opened = min(max(5, flagged), enough)
    assert ways[:opened] == ["certainty"] * flagged + ["capacity"] * (opened - flagged)
    assert set(ways[opened:]) == {""}
    chances = [row["false_chance"] for row in rows]
    assert chances == sorted(chances)
    table = run(*words, "--fdr", "0.0001", "--capacity", str(flagged + 1), columns="200").stdout
    assert f" {rows[flagged]['seller_id']} " in table
    assert f" {rows[flagged + 1]['seller_id']} " not in table


def test_a_row_that_is_not_flagged_says_why_and_every_row_how_often_chance_does_as_much(words):
    for row in rows_of(words):
        assert any("in a market of this size" in reason for reason in row["reasons"])
        assert row["flagged"] != any(reason.startswith("Not flagged") for reason in row["reasons"])


def test_all_shows_the_others_as_well(words):
    rows = rows_of(words)
    shown = run(*words, "--all", "--limit", "1000", columns="200").stdout
    assert all(f" {row['seller_id']} " in shown for row in rows if row["seller_id"] != LONG)
    assert "Not shown" not in shown


def test_flagged_sellers_beyond_the_limit_are_counted(words):
    flagged = sum(row["flagged"] for row in rows_of(words, "--fdr", "0.9"))
    assert flagged > 1
    assert f"{flagged - 1} more flagged" in run(*words, "--fdr", "0.9", "--limit", "1").stdout


@pytest.mark.parametrize("columns", ["80", "40"])
def test_nothing_is_cut_at_the_width_of_a_narrow_terminal(words, columns):
    shown = run(*words, columns=columns).stdout
    cells = [line.split("│")[2].strip() for line in shown.splitlines() if line.count("│") == 7]
    assert LONG in "".join(cells)
    assert "…" not in shown


def test_a_time_long_after_the_complaints_is_warned_of(words):
    result = run(*words[:-1], "2025-06-01T00:00:00Z")
    assert "No seller is flagged as of 2025-06-01" in result.stdout
    assert "warning: the last complaint is of 2024-0" in result.stderr
    assert "give an earlier --as-of" in result.stderr


@pytest.mark.parametrize("encoding", ["latin-1", "cp437"])
@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_an_output_that_is_not_utf8_is_told_everything(words, encoding, form):
    done = subprocess.run(
        [sys.executable, "-m", "service.cli", *words, "--format", form],
        env=os.environ | {"PYTHONIOENCODING": encoding},
        capture_output=True,
        check=False,
    )
    told = done.stdout.decode(encoding)
    assert done.returncode == 0, done.stderr
    if form == "json":
        assert json.loads(told)[0]["seller_id"] == LONG
    elif form == "csv":
        first = next(csv.DictReader(io.StringIO(told)))["seller_id"]
        assert first.replace("\\u017c", "ż").replace("\\u0142", "ł") == LONG
    else:
        assert "\\u017c" in told
        assert "q below 0.1" in told


def test_what_many_sellers_share_is_told_once_and_marked_where_it_explains_a_case(
    words, tmp_path, market, training_end
):
    rows = market_rows(market, training_end)
    random = Random(5)
    many = [f"many {n}" for n in range(40)]
    for seller in (*many, *(f"other {n}" for n in range(120))):
        rate = 2.0 if seller in many else 0.5
        ago = 0.0
        while (ago := ago + random.expovariate(rate if ago < 7.0 else 0.5)) < 200.0:
            at = text_of(training_end - 1 - int(ago * DAY_US))
            rows.append((f"{seller} {ago}", seller, at, "damaged"))
    write(tmp_path / "complaints.csv", rows)
    given = [*words]
    given[given.index("--complaints") + 1] = str(tmp_path / "complaints.csv")
    shown = run(*given, columns="200").stdout
    line = "“damaged” is up"
    assert shown.startswith(line)
    assert "no more than part of it, and marked" in shown
    assert "common cause: no more than its part" in shown
    assert "common cause: no more" not in run(*words).stdout
    found = rows_of(tuple(given))
    assert all(row["warnings"][0].startswith(line) for row in found)
    marked = {row["seller_id"] for row in found if row["common_cause"] == "damaged"}
    assert len(marked) > 3
    assert len(marked & set(many)) > 0.8 * len(marked)
    assert {row["common_cause"] for row in rows_of(words)} == {None}
    table = csv.DictReader(io.StringIO(run(*given, "--format", "csv", "--limit", "1000").stdout))
    assert {row["seller_id"] for row in table if row["common_cause"] == "damaged"} == marked
