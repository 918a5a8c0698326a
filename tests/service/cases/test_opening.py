"""Two ways into the queue: flagged sellers always, the next best while there is room."""

from dataclasses import replace

import pytest
from sqlalchemy import update

from detector.assess import Assessment
from detector.capacity import QUIET_DAYS, Capacity
from detector.evidence.reasons import Finding
from detector.history.aliases import Alias
from service.cases.opening import CaseTerms, open_cases, open_for_capacity
from service.database.revisions import downgrade, upgrade
from service.scoring.actions import store_assessments
from service.sellers.store import change_aliases
from service.tables import cases

DAY_US = 86_400_000_000


def found(seller_id, p, *, flagged=False, reasons=("because",)):
    return Assessment(
        seller_id, 0, 9.0, 5.0, p, 0.5, flagged, 1, reasons, "seller", false_chance=0.25
    )


def file(service, *sellers, about="first"):
    batch = [
        service.complaint(f"{about} {seller}", seller_id=seller, buyer_id=f"b {seller}")
        for seller in sellers
    ]
    assert service.as_("ingest").post("/v1/complaints", json={"complaints": batch}).is_success


def rank(service, ranked, cases_a_day=3.0):
    """What a scoring of the whole market does with its assessments; how many cases it opened."""
    context = service.context
    terms = CaseTerms(context.policies, DAY_US, Capacity(cases_a_day=cases_a_day))
    with context.database.writing() as connection:
        flagged = [row for row in ranked if row.flagged]
        known = {"now": service.clock.now, "model": "v0001", "terms": terms}
        opened = open_cases(connection, flagged, **known)
        return opened + open_for_capacity(connection, ranked, **known)


def ways(service):
    shown = service.as_("analyst").get("/v1/queue").json()["cases"]
    return {case["seller_id"]: case["opened_for"] for case in shown}


@pytest.fixture
def ranked(either):
    """Five sellers with a complaint each, best first; the second is flagged."""
    file(either, *"abcde")
    rows = [found(seller, 10.0**-n) for seller, n in zip("abcde", (6, 5, 4, 3, 3), strict=True)]
    return [rows[0], replace(rows[1], flagged=True), *rows[2:]]


def test_capacity_takes_the_best_while_the_days_cases_leave_room(either, ranked):
    assert rank(either, ranked) == 3
    assert ways(either) == {"a": "capacity", "b": "certainty", "c": "capacity"}
    chances = [c["false_chance"] for c in either.as_("analyst").get("/v1/queue").json()["cases"]]
    assert chances == [0.25] * 3
    either.clock.pass_time(hours=23)
    assert rank(either, ranked) == 0
    either.clock.pass_time(hours=2)
    assert rank(either, ranked) == 2
    assert set(ways(either)) == set("abcde")


def test_flagged_sellers_have_cases_whatever_the_capacity(either, ranked):
    rows = [replace(row, flagged=True) for row in ranked]
    assert rank(either, rows, cases_a_day=1.0) == 5
    assert set(ways(either).values()) == {"certainty"}


@pytest.mark.parametrize("flagged", [True, False])
def test_late_complaints_about_an_old_name_have_its_case(either, flagged):
    file(either, "old", "other")
    aliases = [Alias("old", "new", 1), Alias("silent", "other", 1)]
    with either.context.database.writing() as connection:
        change_aliases(connection, aliases, now=either.clock.now)
    way = "certainty" if flagged else "capacity"
    rows = [found(name, 1e-6, flagged=flagged) for name in ("new", "other")]
    assert rank(either, rows) == 2
    assert ways(either) == {"old": way, "other": way}
    assert rank(either, rows) == 0


def test_below_the_floor_of_evidence_no_room_is_taken(either, ranked):
    assert rank(either, [replace(row, flagged=False, p_value=0.02) for row in ranked]) == 0
    assert rank(either, [replace(row, flagged=False, reasons=()) for row in ranked]) == 0


def test_a_case_of_capacity_becomes_one_of_certainty_and_stays_so(either, ranked):
    rank(either, ranked)
    rank(either, [replace(ranked[0], flagged=True, false_chance=0.01), *ranked[1:]])
    assert ways(either)["a"] == "certainty"
    rank(either, ranked)
    assert ways(either)["a"] == "certainty"


def test_a_seller_whose_case_was_closed_is_not_opened_again_by_the_same_complaints(either, ranked):
    rank(either, ranked[:1])
    moderator = either.as_("moderator")
    case = moderator.post("/v1/queue/claim").json()["case_id"]
    assert moderator.post(f"/v1/cases/{case}/close", json={}).is_success
    either.clock.pass_time(days=2)
    assert rank(either, ranked[:1]) == 0
    either.clock.pass_time(days=QUIET_DAYS)
    assert rank(either, ranked[:1]) == 0
    file(either, "a", about="second")
    assert rank(either, ranked[:1]) == 1


def test_a_closed_case_of_another_seller_hides_no_complaint(either, ranked):
    rank(either, ranked[:1])
    moderator = either.as_("moderator")
    case = moderator.post("/v1/queue/claim").json()["case_id"]
    assert moderator.post(f"/v1/cases/{case}/close", json={}).is_success
    assert rank(either, ranked[1:3]) == 2


def close_one(service):
    moderator = service.as_("moderator")
    case = moderator.post("/v1/queue/claim").json()["case_id"]
    assert moderator.post(f"/v1/cases/{case}/close", json={}).is_success


def test_news_soon_after_a_closed_case_waits_for_a_flag_and_to_stand_out_alone(either, ranked):
    rank(either, ranked[:1])
    close_one(either)
    either.clock.pass_time(days=2)
    category = either.complaint("any")["category"]
    spike = replace(ranked[0], findings=(Finding(category, 28, 40, 0.3, 60.0),))
    flagged = replace(spike, flagged=True)
    file(either, "a", about="second")
    assert rank(either, [flagged]) == 0
    for about in ("third", "fourth", "fifth"):
        file(either, "a", about=about)
    assert rank(either, [spike]) == 0
    assert rank(either, [replace(flagged, findings=())]) == 0
    assert rank(either, [flagged]) == 1
    assert ways(either)["a"] == "certainty"
    # While the case is open, whatever a flag finds is shown in it, much news or not.
    assert rank(either, [replace(flagged, reasons=("another",), findings=())]) == 0
    [case] = either.as_("analyst").get("/v1/queue").json()["cases"]
    assert case["reasons"] == ["another"]


def test_complaints_seen_in_a_closed_case_are_not_counted_as_news(either, ranked):
    for about in ("second", "third", "fourth", "fifth"):
        file(either, "a", about=about)
    finding = Finding(either.complaint("any")["category"], 28, 40, 0.3, 60.0)
    flagged = replace(ranked[0], flagged=True, findings=(finding,))
    assert rank(either, [flagged]) == 1
    close_one(either)
    either.clock.pass_time(days=1)
    file(either, "a", about="sixth")
    assert rank(either, [flagged]) == 0
    either.clock.pass_time(days=QUIET_DAYS)
    assert rank(either, [flagged]) == 1


@pytest.mark.parametrize("flagged", [True, False])
def test_a_case_closed_under_one_name_of_a_joined_seller_is_not_opened_under_another(
    either, flagged
):
    finding = Finding(either.complaint("any")["category"], 28, 40, 0.3, 60.0)
    file(either, "old")
    assert rank(either, [found("old", 1e-6, flagged=True)]) == 1
    close_one(either)
    with either.context.database.writing() as connection:
        change_aliases(connection, [Alias("old", "new", 1)], now=either.clock.now)
    either.clock.pass_time(days=1)
    row = replace(found("new", 1e-6, flagged=flagged), findings=(finding,))
    file(either, "new")
    assert rank(either, [row]) == 0
    for about in ("second", "third", "fourth", "fifth"):
        file(either, "new", about=about)
    assert rank(either, [row]) == flagged


def test_cases_of_before_were_opened_for_certainty(either, ranked):
    rank(either, ranked[:1])
    database = either.context.database
    downgrade(database, "0016")
    upgrade(database)
    assert ways(either) == {"a": "certainty"}
    [case] = either.as_("analyst").get("/v1/queue").json()["cases"]
    assert case["false_chance"] is None


def test_older_versions_find_only_ways_in_that_they_know(either, ranked):
    rank(either, ranked)
    database = either.context.database
    with database.writing() as connection:
        for seller, way in (("a", "exploration"), ("c", "level")):
            its = update(cases).where(cases.c.seller_id == seller)
            connection.execute(its.values(opened_for=way))
    for revision, first in (("0038", "exploration"), ("0037", "capacity")):
        downgrade(database, revision)
        upgrade(database)
        assert ways(either) == {"a": first, "b": "certainty", "c": "capacity"}


def test_what_another_hosts_clock_opened_or_closed_just_ahead_counts(either, ranked):
    either.clock.pass_time(seconds=5)
    assert rank(either, ranked) == 3
    either.clock.pass_time(seconds=-5)
    assert rank(either, ranked) == 0
    either.clock.pass_time(days=2, seconds=5)
    moderator = either.as_("moderator")
    case = moderator.post("/v1/queue/claim").json()
    assert moderator.post(f"/v1/cases/{case['case_id']}/close", json={}).is_success
    either.clock.pass_time(seconds=-5)
    file(either, case["seller_id"], about="second")
    theirs = [row for row in ranked if row.seller_id == case["seller_id"]]
    assert rank(either, [replace(row, flagged=False) for row in theirs]) == 0


def assess_again(service, row):
    context = service.context
    terms = CaseTerms(context.policies, DAY_US, Capacity(cases_a_day=3.0))
    given = {"as_of": row.as_of, "now": service.clock.now, "model": "v0001", "terms": terms}
    with context.database.writing() as connection:
        store_assessments(connection, [row], **given)
        open_for_capacity(connection, [row], now=service.clock.now, model="v0001", terms=terms)


@pytest.mark.parametrize("flagged", [True, False])
def test_an_older_assessment_changes_no_case_and_opens_none(either, flagged):
    file(either, "a", "b")
    older = found("a", 1e-6, flagged=flagged, reasons=("an hour ago",))
    newer = replace(older, as_of=older.as_of + 60 * 60_000_000, reasons=("now",))
    calm = replace(newer, seller_id="b", flagged=False, p_value=0.5, reasons=())
    for row in (newer, calm, older, replace(older, seller_id="b")):
        assess_again(either, row)
    [case] = either.as_("analyst").get("/v1/queue").json()["cases"]
    assert (case["seller_id"], case["reasons"]) == ("a", ["now"])


def test_what_was_known_at_the_opening_stays_whatever_is_found_later(either, ranked):
    first = replace(ranked[1], kinds=(("(all)", 3.5), ("(one hour)", 0.1)))
    rank(either, [ranked[0], first])
    known = {
        "model": "v0001",
        "score": 9.0,
        "p_value": 1e-5,
        "q_value": 0.5,
        "rank": 1,
        "shown_chance": 1.0,
        "opened_for": "certainty",
        "kinds": {"(all)": 3.5, "(one hour)": 0.1},
    }
    rank(either, [replace(first, score=99.0, rank=7, kinds=(("(all)", 12.0),), reasons=("now",))])
    cases = {c["seller_id"]: c for c in either.as_("analyst").get("/v1/queue").json()["cases"]}
    assert (cases["b"]["reasons"], cases["b"]["opening"]) == (["now"], known)
    shown = either.as_("analyst").get(f"/v1/cases/{cases['a']['case_id']}").json()
    assert shown["opening"] == known | {"p_value": 1e-6, "kinds": {}, "opened_for": "capacity"}
