"""The worker: live scores equal a batch's, nobody is scored twice at once, a restart catches up."""

import io
import json
import shutil
import threading
import time
from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy import text

from detector.assess import assess
from detector.durations import DAY_US
from detector.expectation.groups import NO_GROUPS, Groups
from detector.feed import FeedFault, FeedReport
from service.cases.learning import last_learning
from service.demo.story import Market, load
from service.scoring import actions, live, store
from service.scoring.history.histories import stored_history
from service.scoring.market import load_view
from service.scoring.worker import worker_for
from service.sellers.store import request_rescoring
from service.tables import (
    assessments,
    cases,
    market_snapshots,
    rescore_requests,
    scoring_leases,
)
from tests.service.until import until

MINUTE_US = 60_000_000


def another(service):
    """Return a worker beside the one that the service runs."""
    context, model = service.context, service.parts.active_model
    return worker_for(
        context.settings, context.database, context.policies, model, clock=service.clock
    )


def file(service, seller_id, first=0, count=5, **changed):
    batch = [
        service.complaint(f"{seller_id}-{n}", seller_id=seller_id, buyer_id=f"b{n}", **changed)
        for n in range(first, first + count)
    ]
    assert service.as_("ingest").post("/v1/complaints", json={"complaints": batch}).is_success


def stored(service):
    with service.context.database.reading() as connection:
        return {row.seller_id: row for row in connection.execute(assessments.select())}


@pytest.mark.parametrize("with_orders", [True, False])
def test_live_scores_are_the_batchs_to_the_twelfth_digit(
    start, database_url, small_market, with_orders
):
    service = start(database_url, models=small_market / "models")
    worker = service.parts.worker
    load(Market(small_market, 0, 0), service.context, now=service.clock.now, orders=with_orders)
    worker.score_everybody()
    file(service, "s00", count=3)
    file(service, "s07", count=9, category="damaged")
    file(service, "newcomer", count=2)
    service.clock.pass_time(minutes=3)
    assert worker.score_requested() == 3
    model, view = service.parts.active_model.current(), worker._view
    with service.context.database.reading() as connection:
        history = stored_history(connection, before=service.clock.now)
    batch = assess(history, service.clock.now, model.trained, market=view.market)
    live = stored(service)
    for seller in ("s00", "s07", "newcomer"):
        expected = batch.of(seller)
        assert live[seller].as_of == service.clock.now
        assert live[seller].score == pytest.approx(expected.score, rel=1e-12, abs=1e-12)
        assert live[seller].surprise == pytest.approx(expected.surprise, rel=1e-12)
        assert live[seller].p_value == pytest.approx(expected.p_value, rel=1e-12)


def test_without_news_live_scores_flag_as_the_market_does(stocked):
    worker = stocked.parts.worker
    file(stocked, "s03", count=12)
    stocked.clock.pass_time(minutes=1)
    worker.score_everybody()
    stocked.clock.pass_time(days=1)
    worker.score_everybody()
    market = stored(stocked)
    sellers = sorted(market, key=lambda seller: market[seller].q_value)[:5]
    assert market[sellers[0]].q_value < 1.0
    with stocked.context.database.writing() as connection:
        request_rescoring(connection, sellers, now=stocked.clock.now)
    assert worker.score_requested() == len(sellers)
    live = stored(stocked)
    for seller in sellers:
        assert live[seller].q_value == pytest.approx(market[seller].q_value, rel=1e-9)
        assert live[seller].flagged == market[seller].flagged


def test_a_snapshot_that_an_earlier_version_took_is_none(stocked):
    stocked.parts.worker.score_everybody()
    database, now = stocked.context.database, stocked.clock.now
    with database.writing() as connection:
        assert load_view(connection, now=now) is not None
        with np.load(io.BytesIO(store.last_snapshot(connection, now=now).arrays)) as arrays:
            earlier = {name: arrays[name] for name in arrays if name != "in_blocks"}
        stream = io.BytesIO()
        np.savez(stream, **earlier)
        connection.execute(market_snapshots.update().values(arrays=stream.getvalue()))
        assert load_view(connection, now=now) is None


def test_a_snapshot_keeps_what_moves_groups(stocked):
    stocked.parts.worker.score_everybody()
    database, now = stocked.context.database, stocked.clock.now
    numbers = np.arange(24.0).reshape(2, 3, 4)
    sums = (numbers, numbers + 1, numbers / 9)
    groups = Groups(("north", "süd"), np.array([0.6, 0.4]), 0.9, *sums, np.ones((3, 4)))
    with database.writing() as connection:
        view = load_view(connection, now=now)
        assert view.market.groups.names == ()
        market = replace(view.market, groups=groups)
        given = {"as_of": now, "model": view.model, "has_orders": True, "unused": {}}
        store.save_snapshot(connection, market=market, **given)
        kept = load_view(connection, now=now).market.groups
        assert kept.names == groups.names
        assert kept.named == groups.named
        for part in ("shares", "seen", "due", "scatter", "scale"):
            assert np.array_equal(getattr(kept, part), getattr(groups, part))
        with np.load(io.BytesIO(store.last_snapshot(connection, now=now).arrays)) as arrays:
            earlier = {name: arrays[name] for name in arrays if not name.startswith("group")}
        stream = io.BytesIO()
        np.savez(stream, **earlier)
        connection.execute(market_snapshots.update().values(arrays=stream.getvalue()))
        assert load_view(connection, now=now).market.groups is NO_GROUPS


def test_a_seller_that_names_no_group_is_scored_in_a_market_that_does(stocked):
    """Both by itself, as complaints come, and with all others."""
    ingest, worker = stocked.as_("ingest"), stocked.parts.worker
    seller = stored(stocked)
    named = [
        stocked.complaint(f"g{n}", seller_id=f"g{n % 5}", group="north", filed_at="2026-02-20")
        for n in range(20)
    ]
    ingest.post("/v1/complaints", json={"complaints": named})
    worker.score_everybody()
    assert load_groups(stocked) == ("north",)
    ingest.post("/v1/complaints", json=stocked.complaint("nameless", seller_id="s9999"))
    stocked.clock.pass_time(minutes=3)
    assert worker.score_requested() >= 1
    assert "s9999" in stored(stocked)
    assert seller.keys() <= stored(stocked).keys()


def load_groups(service):
    with service.context.database.reading() as connection:
        return load_view(connection, now=service.clock.now).market.groups.names


def test_photos_that_follow_end_the_suspicion_of_a_brigade(stocked):
    worker = stocked.parts.worker
    worker.score_everybody()
    for n in range(30):  # at all hours, so that nothing but their photos is missing
        at = f"2026-03-01T{n % 24:02}:{n:02}:00Z"
        file(stocked, "s03", first=n, count=1, evidence_count=0, filed_at=at)
    stocked.clock.pass_time(minutes=1)
    worker.score_requested()
    assert stored(stocked)["s03"].suspicion == "brigade"
    for n in range(30):
        photo = {"kind": "photo_received", "link": f"https://example.org/{n}"}
        added = stocked.as_("ingest").post(f"/v1/complaints/s03-{n}/evidence", json=photo)
        assert added.status_code == 201
    stocked.clock.pass_time(minutes=1)
    assert worker.score_requested() == 1
    assert stored(stocked)["s03"].suspicion == "seller"
    theirs = photo | {"party": "seller"}
    added = stocked.as_("ingest").post("/v1/complaints/s03-0/evidence", json=theirs)
    assert added.status_code == 201
    stocked.clock.pass_time(minutes=1)
    assert worker.score_requested() == 0


def test_a_case_opens_when_the_market_has_been_scored_not_when_that_began(stocked):
    file(stocked, "s03", count=30)
    stocked.clock.pass_time(minutes=1)
    begun = stocked.clock.now

    def slow_clock():
        stocked.clock.pass_time(minutes=2)
        return stocked.clock.now

    context, model = stocked.context, stocked.parts.active_model
    worker_for(
        context.settings, context.database, context.policies, model, clock=slow_clock
    ).score_everybody()
    with context.database.reading() as connection:
        opened = [row.opened_at for row in connection.execute(cases.select())]
        assessed = {row.as_of for row in connection.execute(assessments.select())}
        learning = last_learning(connection, now=stocked.clock.now)
        known = [json.loads(row.opening) for row in connection.execute(cases.select())]
    assert assessed == {begun + 2 * MINUTE_US}
    assert opened
    assert min(opened) > begun + 2 * MINUTE_US
    assert learning is not None
    assert learning.learnt.cases == 0
    assert all(one["model"] == model.current().version and one["kinds"] for one in known)


def test_a_round_scores_only_marked_sellers_and_answers_just_their_marks(stocked):
    worker = stocked.parts.worker
    worker.score_everybody()
    before = stored(stocked)
    stocked.clock.pass_time(minutes=1)
    file(stocked, "s03")
    assert worker.score_requested() == 1
    assert worker.score_requested() == 0
    after = stored(stocked)
    changed = {seller for seller in after if after[seller].as_of != before[seller].as_of}
    assert changed == {"s03"}
    with stocked.context.database.reading() as connection:
        assert connection.execute(rescore_requests.select()).all() == []
        assert connection.execute(scoring_leases.select()).all() == []


def test_what_a_dead_worker_had_taken_is_scored_once_its_lease_lapses(stocked):
    stocked.parts.worker.score_everybody()
    file(stocked, "s03")
    with stocked.context.database.writing() as connection:
        due = store.due_requests(connection, now=stocked.clock.now, limit=10)
        store.lease_sellers(connection, list(due), worker="dead", now=stocked.clock.now)
    other = another(stocked)
    assert other.score_requested() == 0
    stocked.clock.now += store.LEASE_US
    assert other.score_requested() == 1


def test_a_complaint_from_a_clock_ahead_of_ours_is_scored_when_its_time_comes(stocked):
    worker = stocked.parts.worker
    worker.score_everybody()
    file(stocked, "s03", filed_at="2026-03-02T12:04:00Z")
    assert worker.score_requested() == 0
    stocked.clock.pass_time(minutes=5)
    assert worker.score_requested() == 1


def test_an_older_batch_does_not_overwrite_a_newer_live_score(stocked):
    worker = stocked.parts.worker
    worker.score_everybody()
    stocked.clock.pass_time(minutes=2)
    file(stocked, "s03")
    worker.score_requested()
    newest = stored(stocked)["s03"].as_of
    stocked.clock.pass_time(minutes=-1)
    worker.score_everybody()
    assert stored(stocked)["s03"].as_of == newest


def test_a_promotion_holds_nobody_up_the_former_model_scores_until_the_market_is_scored_anew(
    start, sqlite_url, small_market, tmp_path
):
    shutil.copytree(small_market / "models", tmp_path / "two models")
    service = start(sqlite_url, models=tmp_path / "two models")
    load(Market(small_market, 0, 0), service.context, now=service.clock.now)
    registry, worker = service.parts.active_model.registry, service.parts.worker
    first = registry.promoted()
    worker.score_everybody()
    artifact = registry.load(first)
    registry.promote(registry.save(artifact.arrays, artifact.manifest.facts))
    service.clock.pass_time(minutes=1)
    file(service, "s03")
    assert worker.score_requested() == 1
    assert stored(service)["s03"].model == first
    worker.score_everybody()
    service.clock.pass_time(minutes=1)
    file(service, "s03", first=10)
    worker.score_requested()
    assert stored(service)["s03"].model == registry.promoted() != first


def test_a_round_that_fails_gives_its_sellers_back_at_once(stocked, monkeypatch):
    worker = stocked.parts.worker
    worker.score_everybody()
    file(stocked, "s03")
    with monkeypatch.context() as broken:
        broken.setattr("service.scoring.live.score_sellers", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            worker.score_requested()
    assert another(stocked).score_requested() == 1


@pytest.mark.postgres
def test_two_workers_on_postgresql_share_the_sellers_and_score_none_at_once(
    start, postgres_url, small_market
):
    service = start(postgres_url, models=small_market / "models")
    service.parts.worker.score_everybody()
    for number in range(40):
        file(service, f"seller {number}", count=1)
    held, clashes, done = set(), [], []
    gate = threading.Lock()
    workers = [another(service) for _ in range(3)]

    def drain(worker):
        while True:
            now = service.clock.now
            with service.context.database.writing() as connection:
                due = live.lease_requested(
                    connection, worker=worker.name, now=now, limit=7, only=None
                )
            mine = set(due)
            with gate:
                clashes.extend(mine & held)
                held.update(mine)
                done.extend(mine)
            with service.context.database.writing() as connection:
                store.clear_requests(connection, [m for s in mine for m in due[s]])
                with gate:
                    held.difference_update(mine)
                store.release(connection, list(mine), worker=worker.name)
            if not due:
                return

    threads = [threading.Thread(target=drain, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert clashes == []
    assert sorted(set(done)) == sorted(f"seller {number}" for number in range(40))


@pytest.mark.postgres
def test_two_workers_that_look_at_once_find_different_sellers(start, postgres_url, small_market):
    service = start(postgres_url, models=small_market / "models")
    for number in range(4):
        file(service, f"seller {number}", count=1)
    given = {"now": service.clock.now, "limit": 2, "only": None}
    database = service.context.database
    with database.writing() as first, database.writing() as second:
        second.execute(text("SET LOCAL lock_timeout = '5s'"))  # fail rather than wait for the other
        one = live.lease_requested(first, worker="one", **given)
        other = live.lease_requested(second, worker="two", **given)
    assert [sorted(one), sorted(other)] == [["seller 0", "seller 1"], ["seller 2", "seller 3"]]


def test_a_worker_takes_all_marks_of_its_sellers_and_none_of_one_that_is_being_scored(either):
    for number in range(3):
        file(either, "busy", first=2 * number, count=1)
        file(either, f"seller {number}", count=1)
    given = {"now": either.clock.now, "only": None}
    with either.context.database.writing() as connection:
        first = live.lease_requested(connection, worker="one", limit=1, **given)
        second = live.lease_requested(connection, worker="two", limit=3, **given)
    assert {seller: len(taken) for seller, taken in first.items()} == {"busy": 3}
    assert list(second) == ["seller 0", "seller 1", "seller 2"]
    either.clock.pass_time(seconds=31)  # the worker died, and its leases lapse
    with either.context.database.writing() as connection:
        again = live.lease_requested(
            connection, worker="three", now=either.clock.now, limit=9, only=["busy"]
        )
    assert again == first


def test_news_of_flagged_sellers_renews_each_ones_open_case(start, database_url, small_market):
    service = start(database_url, models=small_market / "models")
    worker = service.parts.worker
    load(Market(small_market, 0, 0), service.context, now=service.clock.now)
    worker.score_everybody()

    def told(first, **counts):
        for seller_id, count in counts.items():
            file(service, seller_id, first=first, count=count)
        service.clock.pass_time(minutes=1)
        worker.score_requested()
        with service.context.database.reading() as connection:
            rows = connection.execute(cases.select()).all()
        return {row.seller_id: row for row in rows if row.seller_id in counts}

    before, after = told(0, one=30, other=40), told(40, one=35, other=45)
    assert set(before) == set(after) == {"one", "other"}
    for seller_id, case in after.items():
        assert case.case_id == before[seller_id].case_id
        assert case.due_at == before[seller_id].due_at
        assert case.reasons != before[seller_id].reasons
        assert case.order_key != before[seller_id].order_key
    assert after["one"].reasons != after["other"].reasons


def test_a_started_worker_scores_without_being_asked_again(start, sqlite_url, small_market):
    service = start(sqlite_url, models=small_market / "models", work=True)
    load(Market(small_market, 0, 0), service.context, now=service.clock.now)
    analyst = service.as_("analyst")
    analyst.post("/v1/scores", json={"seller_ids": ["s00"]})
    file(service, "s-new", count=30)
    until(
        lambda: analyst.get("/v1/sellers/s-new").json()["assessment"] is not None,
        "the new seller is not scored",
    )
    assert analyst.get("/v1/sellers/s-new").json()["case"] is not None


def test_a_round_that_breaks_is_logged_and_the_next_one_runs(start, sqlite_url, monkeypatch):
    service = start(sqlite_url)
    rounds = []

    def broken(*_, **__):
        rounds.append(1)
        raise ZeroDivisionError

    monkeypatch.setattr(service.parts.worker, "score_requested", broken)
    monkeypatch.setattr(service.parts.worker, "ensure_snapshot", broken)
    service.parts.worker.start()
    deadline = time.monotonic() + 60
    while len(rounds) < 4:
        assert time.monotonic() < deadline
        service.parts.worker.arrivals.set()
        time.sleep(0.05)
    service.parts.worker.stop()


def test_who_stood_out_is_noted_by_the_smallest_p_value_of_the_day_and_forgotten(
    start, database_url
):
    service, day = start(database_url), 86_400_000_000
    database, now = service.context.database, service.clock.now
    with database.writing() as connection:
        store.note_standouts(connection, [("a", 1e-3), ("b", 0.5), ("c", 1e-4)], now=now)
        store.note_standouts(connection, [("a", 1e-5), ("c", 1e-2)], now=now)
        store.note_standouts(connection, [("c", 1e-6)], now=now + 10 * day)
    later = now + 11 * day
    with database.reading() as connection:
        lately = store.stood_out_lately(connection, later)
        assert lately.smallest(("a", "b", "c"), later).tolist() == [1e-5, 1.0, 1e-6]
        lately = store.stood_out_lately(connection, now + 30 * day)
    assert lately.seller_id == ("c",)


def test_no_seller_is_flagged_for_a_fault_of_the_feed(stocked, monkeypatch):
    worker, today = stocked.parts.worker, stocked.clock.now // DAY_US
    fault = FeedFault("twins", today - 2, today - 1, 1.0, 0.0, seen_day=today - 2)
    monkeypatch.setattr(actions, "faults_in", lambda _, __: FeedReport((fault,), 90, ()))
    worker.fdr = 0.9999
    file(stocked, "s03", count=12)
    stocked.clock.pass_time(minutes=1)
    worker.score_everybody()
    of_market = stored(stocked)["s03"]
    file(stocked, "s03", first=12, count=1)
    assert worker.score_requested() == 1
    of_news = stored(stocked)["s03"]
    for row in (of_market, of_news):
        assert not row.flagged
        assert json.loads(row.reasons)[-1].startswith("Not flagged: the feed was faulty (")
    told = {one["code"] for one in stocked.client.get("/readyz").json()["warnings"]}
    assert told == {"feed_faulty"}
    worker.holds_flags = False
    worker.score_everybody()
    assert stored(stocked)["s03"].flagged
