"""What closed cases taught: from labels as they stand, kept by the day, used where it is wanted."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import text as sql

from detector.assess import Assessment
from detector.capacity import Capacity
from service.cases.learning import keep_learning, last_learning, learn_again
from service.cases.opening import CaseTerms, open_cases, open_for_capacity
from service.cases.store import insert_cases

DAY_US = 86_400_000_000
GOOD, BAD = (("(all)", 4.0), ("(one category)", 9.0)), (("(all)", 4.0), ("(one hour)", 9.0))


def found(seller_id, score, kinds, **more):
    p, reasons = 1e-4, ("because",)
    row = Assessment(seller_id, 0, score, 5.0, p, 0.5, False, 1, reasons, "seller", kinds=kinds)
    return replace(row, **more)


def closed(service, number, kinds, label, *, days_ago=1.0, opening=True, **more):
    """A case that was closed with a label."""
    known = {"model": "v0001", "score": 8.0, "p_value": 1e-4, "q_value": 0.5, "rank": 1}
    ended = service.clock.now - round(days_ago * DAY_US)
    row = {
        "case_id": f"c_{number}",
        "seller_id": f"s{number}",
        "status": "closed",
        "suspicion": "seller",
        "opened_at": ended - DAY_US,
        "due_at": ended,
        "base": "{}",
        "order_key": 0.0,
        "reasons": "[]",
        "closed_at": ended,
        "closed_by": "mia",
        "label": label,
        "opening": json.dumps(known | {"shown_chance": 1.0, "kinds": dict(kinds)} | more)
        if opening
        else None,
    }
    with service.context.database.writing() as connection:
        insert_cases(connection, [row])


def learn_now(service):
    with service.context.database.writing() as connection:
        keep_learning(connection, now=service.clock.now)


def taught(service):
    """Twenty cases: one kind of evidence was always a problem, another never."""
    for number in range(10):
        closed(service, number, GOOD, "problem")
        closed(service, number + 10, BAD, "false_alarm", days_ago=200.0)
    learn_now(service)


def test_it_is_empty_before_the_first_time_and_then_says_what_was_learnt(either):
    analyst = either.as_("analyst")
    nothing = analyst.get("/v1/learning").json()
    assert (nothing["learned_at"], nothing["cases"], nothing["kinds"]) == (None, 0, [])
    assert (nothing["score_weight"], nothing["is_used"]) == (1.0, False)
    taught(either)
    closed(either, 30, BAD, "unclear")
    closed(either, 31, BAD, None)
    closed(either, 32, BAD, "problem", opening=False)
    closed(either, 33, BAD, "problem", days_ago=721.0)
    closed(either, 34, BAD, "problem", days_ago=-1.0)
    closed(either, 35, BAD, "problem", opened_for="exploration")
    learn_now(either)
    shown = analyst.get("/v1/learning").json()
    assert (shown["cases"], shown["upheld"]) == (20, 10)
    weights = {one["kind"]: one for one in shown["kinds"]}
    assert weights["(one category)"]["weight"] > 0.2 > -0.1 > weights["(one hour)"]["weight"]
    assert all(one["low"] < one["weight"] < one["high"] for one in shown["kinds"])
    assert len(shown["in_words"]) == len(weights) == 3


def test_what_was_learnt_on_a_day_is_kept_and_learnt_again_to_the_bit(either):
    taught(either)
    first = either.clock.now
    either.clock.pass_time(hours=1)
    learn_now(either)
    either.clock.pass_time(days=1)
    closed(either, 40, BAD, "false_alarm", days_ago=0.5)
    learn_now(either)
    with either.context.database.reading() as connection:
        days = connection.execute(sql("SELECT learned_at FROM learnings ORDER BY day")).scalars()
        assert [*days] == [first + DAY_US // 24, either.clock.now]
        for instant, cases in ((first + DAY_US // 24, 20), (either.clock.now, 21)):
            kept = last_learning(connection, now=instant)
            assert kept == learn_again(connection, until=instant)
            assert kept.learnt.cases == cases


def test_a_label_that_is_corrected_teaches_what_it_says_now(either):
    taught(either)
    with either.context.database.writing() as connection:
        connection.execute(sql("UPDATE cases SET label = 'false_alarm' WHERE case_id = 'c_0'"))
        kept = last_learning(connection, now=either.clock.now)
        again = learn_again(connection, until=either.clock.now)
    assert (kept.learnt.upheld, again.learnt.upheld) == (10, 9)
    assert kept.lessons != again.lessons


@pytest.fixture
def ranked(either):
    """Three sellers with a complaint each, the one that resembles false alarms first."""
    batch = [either.complaint(f"c {one}", seller_id=one, buyer_id=f"b {one}") for one in "abc"]
    assert either.as_("ingest").post("/v1/complaints", json={"complaints": batch}).is_success
    return [found("a", 8.2, BAD), found("b", 8.1, GOOD), found("c", 8.0, GOOD)]


def opened(service, rows, *, learns, cases_a_day=2.0):
    context = service.context
    terms = CaseTerms(context.policies, DAY_US, Capacity(cases_a_day=cases_a_day), learns)
    known = {"now": service.clock.now, "model": "v0001", "terms": terms}
    with context.database.writing() as connection:
        open_cases(connection, [row for row in rows if row.flagged], **known)
        open_for_capacity(connection, rows, **known)
    return service.as_("analyst").get("/v1/queue").json()["cases"]


def test_used_it_moves_who_gets_the_room_and_the_order_of_the_queue(either, ranked):
    taught(either)
    cases = opened(either, ranked, learns=True)
    assert {case["seller_id"] for case in cases} == {"b", "c"}
    assert all(case["breakdown"]["past_cases"] > 0.0 for case in cases)
    assert any("times for past cases" in part for part in cases[0]["breakdown_in_words"])


@pytest.mark.parametrize("learns", [True, False])
def test_without_labels_or_unused_all_is_as_it_was(either, ranked, learns):
    if not learns:
        taught(either)
    cases = opened(either, ranked, learns=learns)
    assert {case["seller_id"] for case in cases} == {"a", "b"}
    assert all("past_cases" not in case["breakdown"] for case in cases)


def test_it_hides_no_flagged_seller(either, ranked):
    taught(either)
    flagged = [replace(row, flagged=True) for row in ranked]
    cases = opened(either, flagged, learns=True, cases_a_day=0.0)
    assert [case["seller_id"] for case in cases][-1] == "a"
    assert len(cases) == 3
    assert cases[-1]["breakdown"]["past_cases"] < 0.0


def test_who_only_delivers_complaints_reads_nothing_of_it(service):
    assert service.as_("ingest").get("/v1/learning").status_code == 403


def test_what_cannot_be_learnt_from_keeps_no_market_from_being_scored(
    start, sqlite_url, small_market
):
    service = start(sqlite_url, models=small_market / "models")
    closed(service, 1, GOOD, "problem")
    with service.context.database.writing() as connection:
        connection.execute(sql("UPDATE cases SET opening = '{}'"))
    service.parts.worker.score_everybody()
    warnings = service.client.get("/readyz").json()["warnings"]
    assert any("learning from closed cases failed" in one["sentence"] for one in warnings)


def test_a_case_that_was_opened_again_teaches_once_by_its_last_end(either):
    closed(either, 1, GOOD, "false_alarm", days_ago=2.0)
    closed(either, 2, GOOD, "problem", days_ago=1.0)
    with either.context.database.writing() as connection:
        connection.execute(sql("UPDATE cases SET seller_id = 's1'"))
    learn_now(either)
    found = either.as_("analyst").get("/v1/learning").json()
    assert (found["cases"], found["upheld"]) == (1, 1)
