"""What a clock that was ten years off left behind holds nothing up once it is right again."""

import pytest
from sqlalchemy import insert, update

from detector.durations import DAY_US, HOUR_US
from service.demo.story import Market, load
from service.outbox import actions as outbox
from service.scoring import store
from service.tables import (
    assessments,
    cases,
    complaints,
    deliveries,
    market_snapshots,
    requests,
    rescore_requests,
)
from tests.service.conftest import FakeClock
from tests.service.scoring.test_worker import another, file

YEARS = 10 * 365 * DAY_US
OFF = pytest.mark.parametrize("off", [YEARS, -YEARS, DAY_US], ids=["ahead", "back", "a day ahead"])


@pytest.fixture
def market(start, database_url, small_market):
    """A service that knows the small market and has its model, on each store in turn."""
    service = start(database_url, models=small_market / "models")
    load(Market(small_market, 0, 0), service.context, now=service.clock.now)
    return service


@pytest.fixture
def elsewhere(market):
    """The same moment by a clock that is off: a worker of another host."""

    def at(off):
        other = another(market)
        other.clock = FakeClock(market.clock.now + off)
        return other

    return at


def rows(service, table):
    with service.context.database.reading() as connection:
        return connection.execute(table.select()).all()


@OFF
def test_leases_of_a_worker_whose_clock_was_off_hold_no_seller_and_no_market(market, off):
    worker, wrong = market.parts.worker, market.clock.now + off
    worker.score_everybody()
    file(market, "s03")
    with market.context.database.writing() as connection:
        for sellers in (["s03"], [store.MARKET]):
            assert store.lease_sellers(connection, sellers, worker="dead", now=wrong)
    market.clock.pass_time(minutes=1)
    assert worker.score_requested() == 1
    worker.ensure_snapshot(0)
    assert {row.as_of for row in rows(market, assessments)} == {market.clock.now}


@OFF
def test_a_scoring_by_a_clock_that_was_off_hides_no_later_one(market, elsewhere, off):
    worker = market.parts.worker
    elsewhere(off).score_everybody()
    worker.ensure_snapshot(600_000_000)
    assert max(row.as_of for row in rows(market, market_snapshots)) == market.clock.now
    assert {row.as_of for row in rows(market, assessments)} == {market.clock.now}
    market.clock.pass_time(minutes=1)
    file(market, "s03", count=30)
    assert worker.score_requested() == 1
    [scored] = [row for row in rows(market, assessments) if row.seller_id == "s03"]
    assert scored.as_of == market.clock.now
    assert scored.flagged


@OFF
def test_complaints_recorded_by_a_clock_that_was_off_are_scored_at_once(market, off):
    worker = market.parts.worker
    worker.score_everybody()
    market.clock.pass_time(minutes=1)
    file(market, "s03", count=30)
    wrong = market.clock.now + off
    with market.context.database.writing() as connection:
        connection.execute(update(rescore_requests).values(marked_at=wrong))
        connection.execute(
            update(complaints).where(complaints.c.seller_id == "s03").values(recorded_at=wrong)
        )
    assert worker.score_requested() == 1
    assert rows(market, rescore_requests) == []
    assert "s03" in {row.seller_id for row in rows(market, cases)}


@OFF
def test_a_case_that_was_opened_snoozed_or_closed_by_a_clock_that_was_off_comes_back(market, off):
    worker = market.parts.worker
    worker.score_everybody()
    market.clock.pass_time(minutes=1)
    file(market, "s03", count=30)
    worker.score_requested()
    mia, wrong = market.as_("moderator", "mia"), market.clock.now + off

    def queued():
        found = mia.get("/v1/queue", params={"limit": 500}).json()["cases"]
        return [one for one in found if one["seller_id"] == "s03"]

    def set_theirs(**values):
        with market.context.database.writing() as connection:
            theirs = update(cases).where(cases.c.seller_id == "s03")
            connection.execute(theirs.values(values))

    set_theirs(snoozed_until=wrong + 2 * DAY_US, due_at=wrong + 72 * HOUR_US, opened_at=wrong)
    asleep = off == DAY_US  # three days ahead: so long may anybody snooze a case
    assert bool(queued()) is not asleep
    assert mia.get("/v1/desk").json()["snoozed"] == int(asleep)
    file(market, "s03", first=30, count=1)
    market.clock.pass_time(minutes=1)
    worker.score_requested()
    [due] = {row.due_at for row in rows(market, cases) if row.seller_id == "s03"}
    assert due <= market.clock.now + 72 * HOUR_US
    set_theirs(status="closed", closed_at=wrong, closed_by="mia", snoozed_until=None)
    file(market, "s03", first=31, count=1)
    market.clock.pass_time(minutes=1)
    worker.score_requested()
    assert queued()


@OFF
def test_a_lease_on_a_case_by_a_clock_that_was_off_bars_no_verdict_and_no_claim(
    either, open_cases, off
):
    open_cases(either, *[1.0] * 11)
    either.as_("ingest").post(
        "/v1/complaints",
        json={"complaints": [either.complaint(f"c{n}", seller_id="s1") for n in range(2)]},
    )
    with either.context.database.writing() as connection:
        held = update(cases).where(cases.c.case_id != "c_10")
        connection.execute(held.values(holder="noa", lease_expires_at=either.clock.now + off))
    mia, noa = either.as_("moderator", "mia"), either.as_("moderator", "noa")
    assert mia.get("/v1/complaints/c0").json()["stage"] == "filed"
    assert noa.get("/v1/desk").json()["mine"] == 0
    assert noa.get("/v1/cases", params={"which": "mine"}).json()["cases"] == []
    assert mia.get("/v1/cases/c_1").json()["lease"] is None
    assert noa.post("/v1/cases/c_1/renew").status_code == 409
    rejected = {"outcome": "rejected", "reason": "no"}
    assert mia.post("/v1/complaints/c0/verdict", json=rejected).status_code == 201
    assert noa.post("/v1/cases/c_10/claim").status_code == 200
    assert mia.post("/v1/cases/c_1/claim").status_code == 200
    assert mia.post("/v1/complaints/c1/verdict", json=rejected).status_code == 201


@OFF
@pytest.mark.parametrize("attempts", [0, 1, 5, 11])
def test_a_delivery_put_off_by_a_clock_that_was_off_is_sent(either, off, attempts):
    either.as_("admin").post("/v1/webhooks", json={"url": "http://127.0.0.1:1/"})
    wrong = either.clock.now + off
    with either.context.database.writing() as connection:
        outbox.announce(connection, "case.opened", {}, at=wrong)
        later = {"attempts": attempts, "next_at": wrong + outbox.delay_us(attempts)}
        connection.execute(update(deliveries).values(later))
    either.parts.webhook_dispatcher.do_housekeeping()
    assert either.parts.webhook_dispatcher.deliver() == 1
    assert [row.attempts for row in rows(either, deliveries)] == [attempts + 1]


def test_a_delivery_that_waits_for_its_next_attempt_goes_on_waiting(either):
    either.as_("admin").post("/v1/webhooks", json={"url": "http://127.0.0.1:1/"})
    with either.context.database.writing() as connection:
        outbox.announce(connection, "case.opened", {}, at=either.clock.now)
        waiting = {"attempts": 11, "next_at": either.clock.now + outbox.delay_us(11)}
        connection.execute(update(deliveries).values(waiting))
    either.parts.webhook_dispatcher.do_housekeeping()
    assert either.parts.webhook_dispatcher.deliver() == 0


def test_stored_answers_are_tidied_after_the_clock_stepped_back(either):
    dispatcher = either.parts.webhook_dispatcher
    stored = {"owner": "k", "request_key": "r", "fingerprint": b"", "status": 200}
    either.clock.now += YEARS
    dispatcher.do_housekeeping()
    with either.context.database.writing() as connection:
        connection.execute(insert(requests).values(at=either.clock.now, **stored))
    either.clock.now -= YEARS
    dispatcher.do_housekeeping()
    assert [row.at for row in rows(either, requests)] == [either.clock.now]
    either.clock.pass_time(hours=49)
    dispatcher.do_housekeeping()
    assert rows(either, requests) == []


def test_a_term_that_passed_is_told_within_the_skew_and_one_that_cannot_holds_up_no_other(either):
    ids = [f"{seller}{n}" for seller in "abc" for n in range(3)]
    batch = [either.complaint(one, seller_id=one[0]) for one in ids]
    either.as_("ingest").post("/v1/complaints", json={"complaints": batch})
    either.prove()

    def judge(one, outcome):
        verdict = {"outcome": outcome, "reason": "seen"}
        path = f"/v1/complaints/{one}/verdict"
        assert either.as_("moderator", "mia").post(path, json=verdict).status_code == 201

    for one in ids:
        if one[1] != "2":
            judge(one, "upheld")
    either.clock.pass_time(days=8)
    for seller, ahead in {"a": {"minutes": 4}, "b": {"days": 2}}.items():
        either.clock.pass_time(**ahead)
        judge(f"{seller}2", "rejected")
        either.clock.pass_time(**{unit: -much for unit, much in ahead.items()})
    worker = either.parts.worker
    assert worker.settle_lapsed() == 2
    either.clock.pass_time(days=2)
    assert worker.settle_lapsed() == 1
