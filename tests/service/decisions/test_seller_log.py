"""What is kept of a log says what the log says, whatever happened since it was read."""

import json
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import asdict, fields

from detector.rules import bundled, event_of, fold
from detector.rules.instants import DAY, text_of
from service.database.engine import Database
from service.decisions import seller_log
from service.decisions.ledger import store as ledger
from service.decisions.ledger.rules import entries_page, entry_with, standing_of, step_of
from service.decisions.log_records import log_of
from service.decisions.seller_log import GATE, ReadLog, SellerLog, kept_logs
from service.refusals import VerdictRefused
from tests.detector.rules.conftest import Story
from tests.laws.approved_logs import approved_logs
from tests.laws.messy_logs import TIMES

OTHER_RULES = bundled("standard")
DONE = ("look", "look back", "other rules", "step", "lost step", "read", "read")


@pytest.fixture
def _every_log_is_long(monkeypatch):
    monkeypatch.setattr("service.decisions.log_records.LONG", 1)


def events_named(*ids, days=None):
    """Upheld verdicts, one a day, or on the days given."""
    story = Story()
    for one, day in zip(ids, days or range(len(ids)), strict=True):
        story.verdict(one, f"2026-05-{day + 1:02}T10:00:00Z")
    return [event_of(one) for one in story.events]


def check_kept(read):
    log = SellerLog.so_far("S", read)
    at = log.last_recorded_at
    expected = fold(list(log), OTHER_RULES, as_of=at, approvals="recorded").sellers["S"]
    assert standing_of(log, OTHER_RULES, now=at).level == expected.level
    entries = entries_page(log, OTHER_RULES, now=at, limit=10)
    assert [one.id for one in entries] == [one.id for one in expected.entries]


def test_a_log_given_out_before_all_was_read_anew_changes_nothing_that_is_kept():
    first, lost, second = events_named("c1", "c2", "c3")
    read = ReadLog()
    read_on(read, [first, lost])
    given_out = SellerLog.so_far("S", read)
    read.begin_again()  # the transaction that recorded the second was rolled back
    read_on(read, [first])
    check_kept(read)
    assert len(entries_page(given_out, OTHER_RULES, now=given_out.last_recorded_at, limit=9)) == 2
    read_on(read, [second])
    check_kept(read)


def test_a_log_that_goes_out_of_order_is_folded_in_order():
    early, late, between = events_named("c1", "c2", "c3", days=(0, 20, 10))
    read = ReadLog()
    for event in (early, late, between):
        read_on(read, [event])
        check_kept(read)


def fields_of(event):
    """An event as the log writes it."""
    known = {"event": type(event).__struct_config__.tag}
    needed = {one.name for one in fields(type(event)) if one.required}
    for name, value in asdict(event).items():
        if name != "extra" and (value is not None or name in needed):
            is_time = name in (*TIMES, "until") and value is not None
            known[name] = text_of(value) if is_time else value
    return known


def ledger_of(events, rules, at):
    return fold(events, rules, as_of=at, approvals="recorded").sellers.get("S")


def check_look(log, rules, at):
    expected = ledger_of(list(log), rules, at)
    state = standing_of(log, rules, now=at)
    everything = entries_page(log, rules, now=at, limit=10_000)
    assert (state is None) == (expected is None)
    if state is None or expected is None:
        return
    known = asdict(expected)
    assert tuple(everything) == known.pop("entries")
    assert asdict(state) == known
    found, place = [], None
    while page := entries_page(log, rules, now=at, limit=2, after=place):
        found += page
        place = page[-1].opened_at, page[-1].id
    assert found == everything
    for one in everything:
        its = [entry_with(log, name, rules, now=at) for name in one.grounds]
        assert its == [one] * len(its)
        assert one in entries_page(log, rules, now=at, limit=10_000, state=one.state)


@given(approved_logs(), st.lists(st.tuples(st.sampled_from(DONE), st.integers(0, 60))))
def test_a_log_read_and_folded_on_says_what_the_fold_from_its_start_says(drawn, script):
    events, rules = drawn
    read, given_out = ReadLog(), []
    for done, number in script:
        log = SellerLog.so_far("S", read)
        given_out.append(log)
        at = log.last_recorded_at + number * DAY
        following = events[log.count : log.count + 1 + number % 4]
        if done == "look":
            check_look(log, rules, at)
        elif done == "look back":
            earlier = given_out[number % len(given_out)]
            check_look(earlier, rules, earlier.last_recorded_at)
        elif done == "other rules":
            check_look(log, OTHER_RULES, at)
        elif done == "read":
            read_on(read, following)
        elif following:
            check_step(log, rules, following[0])
            if done == "step":
                read_on(read, following[:1])
    read_on(read, events[len(read.events) :])
    check_look(SellerLog.so_far("S", read), rules, read.last_recorded_at)


def read_on(read, events):
    first = len(read.events) + 1
    read.add((place, json.dumps(fields_of(one))) for place, one in enumerate(events, first))


def check_step(log, rules, event):
    at = event.recorded_at
    ledger = fold([*log, event], rules, as_of=at, approvals="recorded")
    refused = [one.why for one in ledger.refused if one.line == log.count + 1]
    if refused:
        with pytest.raises(VerdictRefused) as caught:
            step_of(log, fields_of(event), rules, now=at)
        assert [str(caught.value)] == refused
        return
    step = step_of(log, fields_of(event), rules, now=at)
    before, after = ledger_of(list(log), rules, at), ledger.sellers.get("S")
    for state, expected in ((step.before, before), (step.after, after)):
        if expected is not None:
            known = asdict(expected)
            del known["entries"]
            assert asdict(state) == known
    known = set(before.entries) if before else set()
    entries = after.entries if after else ()
    assert step.changed == tuple(one.id for one in entries if one not in known)


def decided(service, *ids, outcome="upheld", **changed):
    """File complaints about one seller and decide them."""
    shop, mia = service.as_("ingest"), service.as_("moderator", "mia")
    batch = [service.complaint(one, buyer_id=f"buyer of {one}", **changed) for one in ids]
    assert shop.post("/v1/complaints", json={"complaints": batch}).status_code == 201
    service.prove(*ids)
    for one in ids:
        service.clock.pass_time(minutes=1)
        body = {"outcome": outcome, "reason": "the prints differ"}
        assert mia.post(f"/v1/complaints/{one}/verdict", json=body).status_code == 201


def log_in(database):
    with database.reading() as connection:
        return log_of(connection, "s1")


@pytest.mark.usefixtures("_every_log_is_long")
def test_only_what_is_new_is_read_again(either):
    decided(either, "c1", "c2")
    database = either.context.database
    first = log_in(database)
    decided(either, "c3")
    second = log_in(database)
    assert second.read is first.read
    assert second.events is first.events  # the same list, longer by what is new
    assert ([one.complaint_id for one in first], second.count) == (["c1", "c2"], 3)


@pytest.mark.usefixtures("_every_log_is_long")
def test_an_erasure_by_another_process_is_seen(either):
    decided(either, "c1", "c2")
    assert {one.buyer_id for one in log_in(either.context.database)} == {
        "buyer of c1",
        "buyer of c2",
    }
    another = Database(either.context.settings.database)
    before = log_in(another)
    body = {"buyer_id": "buyer of c1", "reason": "asked for"}
    assert either.as_("admin").post("/v1/erasures", json=body).status_code == 200
    for database in (either.context.database, another):
        buyers = [one.buyer_id for one in log_in(database)]
        assert buyers[0] != "buyer of c1"
        assert buyers[1] == "buyer of c2"
    assert next(iter(before)).buyer_id == "buyer of c1"
    another.close()


@pytest.mark.usefixtures("_every_log_is_long")
def test_an_event_that_was_rolled_back_is_not_in_the_log(either):
    decided(either, "c1")
    database = either.context.database
    body = fields_of(next(iter(log_in(database)))) | {"id": "never", "complaint_id": "c2"}
    counts = []

    def record_without_the_audit():
        with database.writing() as connection:
            ledger.add_event(connection, "s1", body, recorded_at=either.clock.now)
            counts.append(log_of(connection, "s1").count)

    with pytest.raises(RuntimeError, match="without a record"):
        record_without_the_audit()
    assert counts == [2]
    assert log_in(database).count == 1
    decided(either, "c3")
    assert [one.complaint_id for one in log_in(database)] == ["c1", "c3"]


@pytest.mark.usefixtures("_every_log_is_long")
def test_a_step_that_was_not_recorded_leaves_no_trace(either):
    decided(either, "c1")
    log, policies = log_in(either.context.database), either.context.policies
    body = fields_of(next(iter(log))) | {"id": "v2", "complaint_id": "c2", "order_id": "o2"}
    now = either.clock.now
    assert step_of(log, body, policies, now=now).after.level == 12
    again = log_in(either.context.database)
    assert standing_of(again, policies, now=now).level == 6
    assert either.as_("analyst").get("/v1/sellers/s1").json()["standing"]["points"] == 6


@pytest.mark.usefixtures("_every_log_is_long")
def test_a_look_waits_its_turn_to_fold_and_a_decision_does_not(service, monkeypatch):
    decided(service, "c1", "c2", "c3")
    monkeypatch.setattr(seller_log, "LONG", 1)
    database, policies = service.context.database, service.context.policies
    kept_logs(database.engine).find("s1").begin_again()
    with GATE:
        decided(service, "c4")
        assert standing_of(log_in(database), policies, now=service.clock.now).level == 24
        kept_logs(database.engine).find("s1").begin_again()
        looking = threading.Thread(target=log_in, args=(database,), daemon=True)
        looking.start()
        looking.join(0.2)
        assert looking.is_alive()
    looking.join(10)
    assert not looking.is_alive()


def test_the_logs_looked_at_longest_ago_are_let_go(monkeypatch):
    monkeypatch.setattr(seller_log, "KEPT_MAX", 5)
    logs = seller_log.KeptLogs()
    for name, count in (("a", 2), ("b", 2), ("c", 1)):
        logs.keep(name).events.extend([None] * count)
    logs.drop_oldest()
    assert logs.find("a") is not None  # looked at last now
    logs.keep("d").events.extend([None] * 2)
    logs.drop_oldest()
    assert [logs.find(name) is not None for name in "abcd"] == [True, False, True, True]
    logs.keep("longer than all together").events.extend([None] * 6)
    logs.drop_oldest()
    assert logs.find("longer than all together") is None


@pytest.mark.usefixtures("_every_log_is_long")
def test_a_key_pays_for_long_logs_and_waits_when_it_has_used_up_its_share(
    start, database_url, monkeypatch
):
    monkeypatch.setattr(seller_log, "LONG", 1)
    service = start(database_url, events_per_second=0.5)
    decided(service, *(f"c{number}" for number in range(4)))
    greedy, other = service.as_("analyst"), service.as_("analyst")
    kept = kept_logs(service.context.database.engine)
    kept.find("s1").begin_again()
    looks = [greedy.get("/v1/sellers/s1") for _ in range(5)]
    assert [look.status_code for look in looks] == [200] * 5  # what is kept costs nothing
    kept.find("s1").begin_again()
    refused = greedy.get("/v1/sellers/s1")
    assert refused.status_code == 429
    assert "0.5 events of sellers' logs a second" in refused.json()["detail"]
    assert int(refused.headers["retry-after"]) >= 5  # three events on credit, and one more
    assert greedy.get("/v1/queue").status_code == 200
    assert other.get("/v1/sellers/s1/ledger").status_code == 200
