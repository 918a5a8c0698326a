"""Levels over HTTP: the sellers that the detector's own function lists, one list at a time."""

from dataclasses import replace

from detector.levels import levels_at
from service.scoring.history.histories import stored_history
from service.scoring.levels import listed_levels


def test_the_list_is_the_functions_own_worst_first(stocked):
    told = stocked.as_("analyst").get("/v1/levels?at_least=1&limit=3").json()
    now, trained = stocked.clock.now, stocked.parts.active_model.current().trained
    with stocked.context.database.reading() as connection:
        rows = levels_at(stored_history(connection, before=now), now, trained).above(1.0)
    assert len(rows) > 3
    assert [row["seller_id"] for row in told["levels"]] == [row.seller_id for row in rows[:3]]
    assert [row["reason"] for row in told["levels"]] == [row.sentence() for row in rows[:3]]
    assert told["more"] == len(rows) - 3
    assert told["model"] == "v0001"
    assert told["as_of"] == stocked.clock.text


def test_a_higher_line_lists_no_seller_that_a_lower_one_leaves_out(stocked):
    analyst = stocked.as_("analyst")
    low, high = (
        {row["seller_id"] for row in analyst.get(f"/v1/levels?at_least={line}").json()["levels"]}
        for line in (1, 2)
    )
    assert high < low


def test_once_a_day_the_worst_have_cases_where_a_share_is_left_to_them(stocked, monkeypatch):
    worker, looks = stocked.parts.worker, []

    def listed(connection, model, *, now):
        looks.append(now)
        return model.levels_at(stored_history(connection, before=now), now).above(1.0)

    def opened():
        return stocked.as_("analyst").get("/v1/cases?which=queue&kind=level").json()["cases"]

    monkeypatch.setattr("service.scoring.worker.listed_levels", listed)
    worker.score_everybody()
    assert (looks, opened()) == ([], [])
    for case in stocked.as_("analyst").get("/v1/queue").json()["cases"]:
        assert case["level"] is None
    stocked.clock.pass_time(days=1)
    worker.terms = replace(worker.terms, levels=0.2)
    worker.score_everybody()
    [case] = opened()
    assert case["reasons"][0].endswith(
        f"({case['level']['low']:.1f} to {case['level']['high']:.1f})."
    )
    stocked.clock.pass_time(minutes=10)
    worker.score_everybody()
    assert len(looks) == len(opened()) == 1


def test_a_live_round_that_scores_everybody_does_not_wait_for_a_look_at_levels(
    stocked, monkeypatch
):
    worker, looks = stocked.parts.worker, []

    def listed(connection, model, *, now):
        looks.append(now)
        return ()

    monkeypatch.setattr("service.scoring.worker.listed_levels", listed)
    worker.terms = replace(worker.terms, levels=0.2)
    stocked.clock.pass_time(days=1)
    worker.ensure_snapshot(0)
    assert looks == []
    stocked.clock.pass_time(minutes=10)
    worker.ensure_snapshot(0, in_shadow=True)
    assert len(looks) == 1


def test_a_model_that_learnt_without_orders_lists_nobody(stocked):
    model = stocked.parts.active_model.current()
    facts = replace(model.manifest.facts, orders_known=False)
    model = replace(model, manifest=replace(model.manifest, facts=facts))
    with stocked.context.database.reading() as connection:
        assert listed_levels(connection, model, now=stocked.clock.now) == ()


def test_a_second_list_waits_for_the_first(stocked):
    with stocked.parts.levels_lock:
        answer = stocked.as_("analyst").get("/v1/levels")
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert stocked.as_("analyst").get("/v1/levels").status_code == 200


def test_without_orders_there_is_nothing_to_compare_with(start, sqlite_url, small_market):
    service = start(sqlite_url, models=small_market / "models")
    service.as_("ingest").post("/v1/complaints", json=service.complaint("c1"))
    answer = service.as_("analyst").get("/v1/levels")
    assert answer.status_code == 422
    assert "levels need orders" in answer.json()["detail"]


def test_systems_of_the_marketplace_and_lines_below_the_market_are_refused(stocked):
    assert stocked.as_("ingest").get("/v1/levels").status_code == 403
    assert stocked.as_("analyst").get("/v1/levels?at_least=0.5").status_code == 422
