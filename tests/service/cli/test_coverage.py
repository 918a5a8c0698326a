"""Commands say what they know, and warn where nothing can be known from it."""

import json
import shutil
from datetime import date, timedelta

import numpy as np
import pytest
from typer.testing import CliRunner

from detector.rekeying import Rekeying
from service.cli import app
from service.cli.coverage import known_of, rekeyed_in
from tests.detector.feed.conftest import feed
from tests.detector.feed.test_faults import END, copied, lost

START = date(2024, 1, 1)


@pytest.fixture
def folder(tmp_path):
    """Complaints of 200 days about 20 sellers, and orders of the same days."""
    return filled(tmp_path)


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """What is learnt from these complaints without orders, once."""
    folder = filled(tmp_path_factory.mktemp("learnt"))
    run(folder, "train")
    return folder / "models"


@pytest.fixture
def learnt(folder, models):
    """The same folder, with its complaints learnt."""
    shutil.copytree(models, folder / "models")
    return folder


def filled(folder):
    rng = np.random.default_rng(3)
    write_complaints(folder, rng.integers(0, 200, 800))
    days = [START + timedelta(n) for n in range(200)]
    lines = [f"s{n},{day},9\n" for day in days for n in range(20)]
    (folder / "orders.csv").write_text("seller_id,day,orders\n" + "".join(lines))
    return folder


def write_complaints(folder, days):
    lines = [f"c{n},s{n % 20},{START + timedelta(int(day))},late\n" for n, day in enumerate(days)]
    text = "complaint_id,seller_id,filed_at,category\n" + "".join(lines)
    (folder / "complaints.csv").write_text(text)


def run(folder, command, *words, orders=False):
    given = ["--complaints", folder / "complaints.csv", "--models", folder / "models"]
    given += ["--orders", folder / "orders.csv"] if orders else []
    result = CliRunner().invoke(app, [command, *map(str, given), *words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result


AS_OF = ("--as-of", "2024-07-19")


def test_all_three_say_span_sellers_and_orders_to_people_and_machines(folder):
    known = "known: 800 complaints, 20 sellers, with orders, 2024-01-01 to 2024-07-18"
    trained = run(folder, "train", "--json", orders=True)
    queued = run(folder, "queue", *AS_OF, orders=True)
    scored = run(folder, "score", *AS_OF, "--out", str(folder / "s.csv"), "--json", orders=True)
    for result in (trained, queued, scored):
        assert known in result.stderr.splitlines()
    facts = {
        "complaints": 800,
        "sellers": 20,
        "first": "2024-01-01T00:00:00Z",
        "last": "2024-07-18T00:00:00Z",
        "orders": True,
    }
    assert [json.loads(result.stdout)["known"] for result in (trained, scored)] == [facts, facts]


def test_a_model_that_does_not_fit_what_it_is_given_is_warned_of(learnt):
    given = run(learnt, "queue", *AS_OF, "--format", "json", orders=True)
    assert "warning: the model learnt without orders and is given orders" in given.stderr
    for row in json.loads(given.stdout):
        assert any("without orders" in warning for warning in row["warnings"])
    run(learnt, "train", "--promote", orders=True)
    out = str(learnt / "s.csv")
    scored = json.loads(run(learnt, "score", *AS_OF, "--out", out, "--json").stdout)
    assert any("is given none" in warning for warning in scored["warnings"])
    fits = json.loads(run(learnt, "score", *AS_OF, "--out", out, "--json", orders=True).stdout)
    assert not any("is given" in warning for warning in fits["warnings"])


def test_complaints_in_categories_that_the_model_does_not_know_are_warned_of(learnt):
    text = (learnt / "complaints.csv").read_text()
    (learnt / "complaints.csv").write_text(text.replace(",late\n", ",new\n", 12))
    queued = run(learnt, "queue", *AS_OF).stderr
    assert "warning: 12 of 800 complaints are in 1 category that the model does not know" in queued
    run(learnt, "train", "--promote")
    assert "does not know" not in run(learnt, "queue", *AS_OF).stderr


def test_one_complaint_in_one_unknown_category_is_told_in_the_singular(learnt):
    text = (learnt / "complaints.csv").read_text()
    (learnt / "complaints.csv").write_text(text.replace(",late\n", ",new\n", 1))
    said = "1 of 800 complaints is in 1 category that the model does not know, and counts among all"
    assert f"warning: {said}" in run(learnt, "queue", *AS_OF).stderr


@pytest.mark.parametrize(
    ("as_of", "is_said"), [("2024-07-18", True), ("2024-07-19", False), ("2023-06-01", False)]
)
def test_a_note_says_that_a_model_knows_days_after_the_instant(learnt, as_of, is_said):
    note = "note: the model learnt from all before 2024-07-19 and so knows days after --as-of"
    assert (note in run(learnt, "queue", "--as-of", as_of).stderr) == is_said
    words = ("--as-of", as_of, "--until", "2024-07-20", "--out", str(learnt / "s.csv"))
    if is_said:
        assert note in run(learnt, "score", *words).stderr


@pytest.mark.parametrize(
    ("as_of", "said"),
    [
        ("2023-06-01", "no complaint was filed before --as-of"),
        ("2023-06-01", "--as-of lies before all that the model learnt from, 2024-01-01 to"),
        ("2024-08-01", "the last complaint is of 2024-07-18"),
        ("2025-09-01", "the model learnt from before 2024-07-19, over a year before --as-of"),
    ],
)
def test_an_instant_outside_the_data_is_warned_of(learnt, as_of, said):
    assert f"warning: {said}" in run(learnt, "queue", "--as-of", as_of).stderr


def test_a_range_that_begins_before_the_data_is_warned_of(learnt):
    words = ("--as-of", "2023-12-31", "--until", "2024-07-19", "--every", "100d")
    result = run(learnt, "score", *words, "--out", str(learnt / "s.csv"))
    assert (
        "no complaint was filed before --as-of, the first one is of 2024-01-01; give"
        in result.stderr
    )


def test_a_thin_history_is_warned_of_by_whoever_learns_or_scores(learnt):
    rng = np.random.default_rng(4)
    write_complaints(learnt, np.concatenate([[0, 10, 90], rng.integers(150, 156, 400)]))
    thin = "95% of the complaints lie in 6 days of 156 days: too few"
    assert f"warning: {thin}" in run(learnt, "queue", "--as-of", "2024-06-05").stderr
    assert (
        f"warning: v0002: it learnt from few days: {thin}"
        in run(learnt, "train", "--promote").stderr
    )
    queued = run(learnt, "queue", "--as-of", "2024-06-05").stderr
    assert queued.count(thin) == 1
    assert f"warning: the model: it learnt from few days: {thin}" in queued


def test_complaints_dated_by_months_are_warned_of(learnt):
    write_complaints(learnt, [0, 31, 60, 91, 121] * 20)
    said = run(learnt, "score", "--as-of", "2024-05-20", "--out", str(learnt / "s.csv")).stderr
    assert "every complaint is dated the first of a month" in said
    write_complaints(learnt, [0, 31, 60, 91, 122] * 20)
    said = run(learnt, "score", "--as-of", "2024-05-20", "--out", str(learnt / "s.csv")).stderr
    assert "the first of a month" not in said


def test_orders_that_end_before_the_complaints_do_are_warned_of(folder):
    lines = (folder / "orders.csv").read_text().splitlines(keepends=True)[:2001]
    (folder / "orders.csv").write_text("".join(lines))
    run(folder, "train", "--promote", orders=True)
    said = run(folder, "queue", *AS_OF, orders=True).stderr
    assert "warning: the orders end on 2024-04-09, days before the last complaint" in said


@pytest.mark.parametrize(("complaints", "said"), [(9, 0), (10, 1)])
def test_a_likely_other_name_of_few_complaints_is_left_to_the_feeds_report(
    monkeypatch, market, complaints, said
):
    pair = Rekeying("old", "new", 0, 0.9, complaints, 30)
    monkeypatch.setattr("detector.rekeying.rekeyings_in", lambda *_, **__: (pair,))
    assert len(rekeyed_in(market.history(), 0)) == said


def test_a_training_of_one_complaint_is_told_in_the_singular(folder):
    write_complaints(folder, [3])
    said = run(folder, "train").stdout
    assert "learnt from 1 complaint about 1 seller before 2024-01-05" in said


def test_days_that_may_be_the_market_are_odd_and_not_faulty():
    usual = feed(orders=False)
    for history, how in ((lost(usual, 10), "odd"), (copied(usual, "twins", 2), "faulty")):
        said = known_of(history, [END], "--as-of", None).warnings
        assert any(warning.startswith(f"the feed looks {how} on ") for warning in said)
