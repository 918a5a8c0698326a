"""A lot among sellers whom only a challenger names: bounded, recorded, and fair."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import select

from detector.capacity import Capacity
from detector.history.aliases import Alias
from service.assessments.shadows import ShadowRun, ShadowTerm, keep
from service.cases.exploring import explore, held_back
from service.cases.opening import CaseTerms, open_cases, open_for_capacity
from service.sellers.store import change_aliases
from service.tables import explorations
from tests.service.cases.test_opening import DAY_US, file, found, ways

TERM = ShadowTerm("v0002", 0, 2**60)


@pytest.fixture
def named(either):
    """Four sellers whom only the challenger names, and one whom both name."""
    file(either, *"abcde")
    return [replace(found(seller, 1e-4), reasons=(f"odd {seller}",)) for seller in "abcde"]


def terms_of(service, share=0.2, cases_a_day=5.0):
    return CaseTerms(
        service.context.policies, DAY_US, Capacity(cases_a_day=cases_a_day), explores=share
    )


def draw(service, rows, *, seed=1, looked=frozenset("e"), **more):
    """What a challenger's run does after it was kept; how many cases it opened."""
    service.clock.pass_time(seconds=1)
    now = service.clock.now
    sellers = frozenset(row.seller_id for row in rows)
    run = ShadowRun(now, "v0001", "v0002", 5, 5, looked, sellers)
    with service.context.database.writing() as connection:
        keep(connection, run)
        terms = terms_of(service, **more)
        return explore(connection, rows, run, now=now, terms=terms, seed=seed)


def lots(service):
    with service.context.database.reading() as connection:
        return connection.execute(select(explorations).order_by(explorations.c.day)).all()


def rank(service, rows, *, held=0, **more):
    with service.context.database.writing() as connection:
        known = {"now": service.clock.now, "model": "v0001", "terms": terms_of(service, **more)}
        return open_for_capacity(connection, rows, held_back=held, **known)


def held(service, **more):
    with service.context.database.reading() as connection:
        return held_back(connection, TERM, now=service.clock.now, terms=terms_of(service, **more))


def close_all(service):
    moderator = service.as_("moderator")
    while (case := moderator.post("/v1/queue/claim")).status_code == 200:
        moderator.post(f"/v1/cases/{case.json()['case_id']}/close", json={})


def test_a_lot_opens_one_case_a_day_and_says_so_with_its_chance_and_the_challengers_reasons(
    either, named
):
    assert draw(either, named) == 1
    [case] = either.as_("analyst").get("/v1/queue").json()["cases"]
    [lot] = lots(either)
    seller = case["seller_id"]
    assert (case["opened_for"], case["reasons"]) == ("exploration", [f"odd {seller}"])
    opening = case["opening"]
    assert (opening["model"], opening["opened_for"]) == ("v0002", "exploration")
    assert opening["shown_chance"] == lot.chance == 0.25
    assert json.loads(lot.sellers) == list("abcd")
    assert json.loads(lot.cases) == {seller: case["case_id"]}
    listed = either.as_("analyst").get("/v1/cases?which=queue&kind=exploration").json()
    assert [one["seller_id"] for one in listed["cases"]] == [seller]
    # Another run of the day draws nobody, even where the case was closed meanwhile.
    either.clock.pass_time(minutes=10)
    assert draw(either, named, seed=2) == 0
    close_all(either)
    assert draw(either, named, seed=3) == 0
    # The next day draws one of the others: the same complaints open no second case.
    either.clock.pass_time(days=1)
    assert draw(either, named) == 1
    assert json.loads(lots(either)[1].sellers) == [one for one in "abcd" if one != seller]


def test_no_more_cases_than_the_ceiling_and_none_without_a_share(either, named):
    assert draw(either, named, share=0.0) == 0
    assert draw(either, named, cases_a_day=0.0) == 0
    assert draw(either, named, looked=frozenset("abcde")) == 0
    assert lots(either) == []
    assert rank(either, named[:4], cases_a_day=4.0) == 4
    close_all(either)
    assert draw(either, named, share=0.5, cases_a_day=4.0, looked=frozenset()) == 0
    assert draw(either, named, share=0.5, cases_a_day=9.0, looked=frozenset()) == 1
    assert ways(either) == {"e": "exploration"}


def test_looks_are_left_to_the_lot_only_where_the_last_run_found_sellers_for_it(either, named):
    assert held(either, share=0.5) == 0
    with either.context.database.writing() as connection:
        now = either.clock.now
        sides = (frozenset(), frozenset("ab"))
        keep(connection, ShadowRun(now, "v0001", "v0002", 5, 5, *sides))
    assert held(either, share=0.0) == 0
    assert held(either, share=0.2) == 1
    assert held(either, share=0.5) == 2  # of two and a half
    assert rank(either, named[2:], cases_a_day=4.0, held=2) == 2
    either.clock.pass_time(seconds=1)
    either_named = [row for row in named if row.seller_id in "ab"]
    assert draw(either, either_named, share=0.5, cases_a_day=4.0) == 2
    assert sorted(ways(either)) == list("abcd")
    assert held(either, share=0.5) == 0
    # Nor has a clock far ahead run yet, and a run that failed found nobody.
    either.clock.pass_time(days=2)
    with either.context.database.writing() as connection:
        now = either.clock.now
        sides = (frozenset(), frozenset("e"))
        keep(connection, ShadowRun(now, "v0001", "v0002", 5, 0, error="it failed"))
        keep(connection, ShadowRun(now + 2 * DAY_US, "v0001", "v0002", 5, 5, *sides))
    file(either, "e", about="second")
    assert held(either, share=0.5) == 0


def test_a_drawn_case_keeps_the_challengers_reasons_until_the_version_in_use_flags(either, named):
    draw(either, named)
    [seller] = ways(either)
    theirs = replace(found(seller, 1e-3), reasons=("by the version in use",))

    def reasons():
        [case] = either.as_("analyst").get("/v1/queue").json()["cases"]
        return case["opened_for"], case["reasons"]

    rank(either, [theirs])
    assert reasons() == ("exploration", [f"odd {seller}"])
    draw(either, [replace(row, reasons=("odder",)) for row in named])
    assert reasons() == ("exploration", ["odder"])
    with either.context.database.writing() as connection:
        known = {"now": either.clock.now, "model": "v0001", "terms": terms_of(either)}
        open_cases(connection, [replace(theirs, flagged=True)], **known)
    assert reasons() == ("certainty", ["by the version in use"])
    draw(either, named)
    assert reasons() == ("certainty", ["by the version in use"])


def test_a_joined_seller_is_one_of_the_lot_by_any_of_its_names(either, named):
    """Complaints about `a` are of `z`, which has none; `b` goes on as `y` and has a case."""
    rank(either, named[1:2])
    file(either, "y")
    aliases = [Alias("a", "z", 1), Alias("b", "y", 1)]
    with either.context.database.writing() as connection:
        change_aliases(connection, aliases, now=either.clock.now)
    rows = [replace(found(seller, 1e-4), reasons=("odd",)) for seller in "yz"]
    assert held_for(either, "yz") == 1
    assert draw(either, rows) == 1
    [lot] = lots(either)
    assert json.loads(lot.sellers) == ["z"]
    assert ways(either) == {"a": "exploration", "b": "capacity"}
    assert list(json.loads(lot.cases)) == ["a"]
    draw(either, [replace(row, reasons=("odder",)) for row in rows])
    cases = either.as_("analyst").get("/v1/queue").json()["cases"]
    assert next(case["reasons"] for case in cases if case["seller_id"] == "a") == ["odder"]


def held_for(service, sellers):
    with service.context.database.writing() as connection:
        sides = (frozenset(), frozenset(sellers))
        keep(connection, ShadowRun(service.clock.now, "v0001", "v0002", 5, 5, *sides))
    return held(service, share=0.5)
