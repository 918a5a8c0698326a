"""Sellers of the store under one name: their past counts, what was filed and points stay."""

import json
import threading
import time
from datetime import datetime

import pytest
from sqlalchemy import text as sql
from typer.testing import CliRunner

from detector.assess import Assessment
from detector.history.aliases import Alias, joined
from service.assessments.actions import store_assessments
from service.assessments.store import outdated_sellers
from service.audit.actions import record
from service.callers.operator import OPERATOR
from service.cli import app
from service.scoring.aliases import accept_aliases
from service.scoring.history.histories import sellers_history, stored_history
from service.scoring.store import note_standouts, stood_out_lately
from service.sellers.store import aliases_in, change_aliases, request_rescoring
from tests.detector.history.test_aliases import same

SINCE = int(datetime.fromisoformat("2026-02-01T00:00:00Z").timestamp()) * 1_000_000
HEADER = "old_seller_id,new_seller_id,since\n"


@pytest.fixture
def rekeyed(either):
    """A store in which `a` ended as `b` began, beside `c`."""
    filed = [
        either.complaint(
            f"{name}{day}", seller_id=name, filed_at=f"2026-{month}-{day:02}T09:00:00Z"
        )
        for name, month in (("a", "01"), ("b", "02"), ("c", "01"))
        for day in (3, 9, 20)
    ]
    days = [
        {"seller_id": name, "day": f"2026-{month}-05", "orders": 7}
        for name, month in (("a", "01"), ("b", "02"))
    ]
    shop = either.as_("ingest")
    assert shop.post("/v1/complaints", json={"complaints": filed}).is_success
    assert shop.post("/v1/orders", json={"orders": days}).is_success
    return either


@pytest.fixture
def load(database_url, tmp_path):
    """`detector db load --aliases`, with such rows."""

    def loaded(rows, code=0):
        path = tmp_path / "aliases.csv"
        path.write_text(HEADER + rows)
        words = ["db", "load", "--aliases", str(path), "--database", database_url, "--json"]
        found = CliRunner().invoke(app, words)
        assert found.exit_code == code, (found.output, found.exception)
        return str(found.exception) if code else json.loads(found.stdout)["aliases"]

    return loaded


def history_of(service, *sellers):
    now = service.clock.now
    with service.context.database.reading() as connection:
        if not sellers:
            return stored_history(connection, before=now)
        return sellers_history(connection, sellers, before=now, has_orders=True)


def requested(service):
    with service.context.database.reading() as connection:
        return {row.seller_id for row in connection.exec_driver_sql("SELECT seller_id FROM marks")}


def test_a_joined_store_is_the_history_of_its_files_joined(rekeyed, load):
    apart = history_of(rekeyed)
    with rekeyed.context.database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM marks")
    assert load("a,b,2026-02-01\nnobody,somebody,2026-02-01\n") == {
        "rows": 2,
        "stored": 2,
        "gone": 0,
    }
    whole = history_of(rekeyed)
    same(whole, joined(apart, [Alias("a", "b", SINCE)]))
    for name in ("a", "b"):
        same(history_of(rekeyed, name), whole.only(["b"]).as_of(rekeyed.clock.now))
    assert requested(rekeyed) == {"a", "b"}
    shown = rekeyed.as_("analyst").get("/v1/complaints/a3").json()
    assert shown["seller_id"] == "a"
    assert load("a,b,2026-02-01\nnobody,somebody,2026-02-01\n")["stored"] == 0
    assert load("") == {"rows": 0, "stored": 0, "gone": 2}
    same(history_of(rekeyed), apart)
    actions = [one["action"] for one in rekeyed.as_("admin").get("/v1/audit").json()["records"]]
    assert actions.count("sellers.joined") == 2


def test_a_late_complaint_about_an_old_name_is_its_sellers(rekeyed, load):
    load("a,b,2026-02-01\n")
    late = rekeyed.complaint("late", seller_id="a", filed_at="2026-02-11T09:00:00Z")
    assert rekeyed.as_("ingest").post("/v1/complaints", json=late).is_success
    assert history_of(rekeyed).sellers == ("b", "c")
    assert len(history_of(rekeyed, "a").complaints) == 7


def test_of_a_corrected_alias_all_three_names_are_scored_again(rekeyed, load):
    load("a,b,2026-02-01\nnobody,somebody,2026-02-01\n")
    with rekeyed.context.database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM marks")
        connection.exec_driver_sql("UPDATE seller_aliases SET accepted_at = 7")
    assert load("a,z,2026-02-01\nnobody,somebody,2026-02-01\n")["stored"] == 1
    assert requested(rekeyed) == {"a", "b"}  # nobody filed about z, which has the rows of a
    with rekeyed.context.database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT old_seller_id, accepted_at FROM seller_aliases")
        accepted = dict(rows.all())
    assert accepted["nobody"] == 7 < accepted["a"]
    records = rekeyed.as_("admin").get("/v1/audit").json()["records"]
    assert next(one["after"] for one in records if one["action"] == "sellers.joined") == {
        "new": [["a", "z", "2026-02-01T00:00:00Z"]],
        "taken_away": [["a", "b", "2026-02-01T00:00:00Z"]],
    }


def test_who_stood_out_under_an_old_name_did_under_the_last(rekeyed, load):
    load("a,b,2026-02-01\n")
    now = rekeyed.clock.now
    with rekeyed.context.database.writing() as connection:
        note_standouts(connection, [("a", 1e-5), ("c", 1e-4)], now=now)
        assert stood_out_lately(connection, now).seller_id == ("b", "c")


def test_a_name_that_no_seller_can_have_is_refused(rekeyed, load):
    assert "row 1: 'bbbb" in load(f"a,{'b' * 201},2026-02-01\n", code=1)


def test_what_would_make_two_sellers_one_is_refused_with_its_row(rekeyed, load):
    assert "row 1: 'a' got a complaint at 2026-01-20" in load("a,b,2026-01-15\n", code=1)
    assert "row 1: 'b' was there on 2026-02-03 already" in load("a,b,2026-02-09\n", code=1)
    assert history_of(rekeyed).sellers == ("a", "b", "c")


def test_points_are_not_left_behind(rekeyed, load):
    rekeyed.prove("a3")
    verdict = {"outcome": "upheld", "reason": "the prints differ"}
    answer = rekeyed.as_("moderator", "mia").post("/v1/complaints/a3/verdict", json=verdict)
    assert answer.status_code == 201
    before = rekeyed.as_("analyst").get("/v1/sellers/a/ledger").json()
    told = load("c,d,2026-02-01\na,b,2026-02-01\n", code=1)
    assert "row 2: 'a' is " in told
    assert "would stay behind under that name" in told
    assert rekeyed.as_("analyst").get("/v1/sellers/a/ledger").json() == before
    assert history_of(rekeyed).sellers == ("a", "b", "c")
    assert load("c,d,2026-02-01\n")["stored"] == 1


def test_live_scores_of_a_joined_seller_are_the_batchs(stocked):
    worker, database = stocked.parts.worker, stocked.context.database
    known = history_of(stocked)
    old = known.sellers[known.complaints.seller[-1]]
    filed = len(known.only([old]).complaints)
    worker.score_everybody()
    assert old in scores_of(stocked)
    with database.writing() as connection:
        change_aliases(connection, [Alias(old, "new name", SINCE)], now=stocked.clock.now)
    late = stocked.complaint("late", seller_id="new name", filed_at=stocked.clock.text)
    assert stocked.as_("ingest").post("/v1/complaints", json=late).is_success
    stocked.clock.pass_time(minutes=3)
    worker.score_everybody()
    with database.writing() as connection:
        request_rescoring(connection, [old, "new name"], stocked.clock.now)
    batch = scores_of(stocked)
    assert old not in batch
    assert worker.score_requested() == 2
    live = scores_of(stocked)
    assert live["new name"] == pytest.approx(batch["new name"], abs=1e-12)
    answer = stocked.as_("analyst").post(
        "/v1/scores", json={"seller_ids": [old, "new name", "nobody"]}
    )
    told = answer.json()
    assert [one["seller_id"] for one in told["scores"]] == ["new name"]
    assert (told["joined"], told["unknown"]) == ({old: "new name"}, ["nobody"])
    whole = history_of(stocked, old)
    assert whole.sellers == ("new name",)
    assert len(whole.complaints) == filed + 1


def scores_of(service):
    with service.context.database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT seller_id, score FROM assessments")
        return {row.seller_id: row.score for row in rows}


def test_a_round_that_closes_cases_and_new_aliases_do_not_wait_for_each_other(start, postgres_url):
    """Both lock assessments before the audit's chain."""
    context = start(postgres_url).context
    database, policies = context.database, context.policies
    row = Assessment("a", 1, 0.0, 0.0, 1.0, 1.0, False, 1, (), "seller")
    with database.writing() as connection:
        request_rescoring(connection, ["a"], 1)
        store_assessments(connection, [row], now=1, model="v0001")

    def accept():
        with database.writing() as connection:
            aliases = [Alias("a", "b", SINCE)]
            accept_aliases(connection, aliases, policies, caller=OPERATOR, now=2)

    with database.writing() as connection:
        outdated_sellers(connection, {"a": 1}, now=1)  # as a round does
        thread = threading.Thread(target=accept)
        thread.start()
        waiting = sql("SELECT count(*) FROM pg_locks WHERE NOT granted")
        while thread.is_alive() and not connection.execute(waiting).scalar_one():
            time.sleep(0.01)
        assert thread.is_alive()
        record(connection, "case.closed", "case c_1", at=2, caller=OPERATOR)
    thread.join()
    with database.reading() as connection:
        assert [alias.new for alias in aliases_in(connection)] == ["b"]
