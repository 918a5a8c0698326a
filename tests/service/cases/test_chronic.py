"""One case for a seller that is bad by level, and none by the same facts."""

from dataclasses import replace
from functools import partial

import pytest

from detector.capacity import QUIET_DAYS, Capacity
from detector.history.aliases import Alias
from detector.levels import Level
from service.cases.chronic import open_for_levels
from service.cases.opening import CaseTerms, open_cases, open_for_capacity, reopen_cases
from service.sellers.store import change_aliases
from tests.service.cases.test_exploring import close_all
from tests.service.cases.test_opening import DAY_US, file, found
from tests.service.decisions.sanctions.test_routes import judge, settle


def level(seller_id, low=5.0, column="(all)", **rates):
    return Level(seller_id, 0, column, low + 2, low, low + 4, 40, 40 / (low + 2), 406, rates)


def look(service, *levels, share=0.5, cases_a_day=4.0):
    """What a day's look at levels does; how many cases it opened."""
    capacity = Capacity(cases_a_day=cases_a_day)
    terms = CaseTerms(service.context.policies, DAY_US, capacity, levels=share)
    with service.context.database.writing() as connection:
        return open_for_levels(connection, levels, now=service.clock.now, terms=terms)


def later(service, *sellers, days=QUIET_DAYS + 1):
    """After a time in which people complained again; a case closed lately is none any more."""
    service.clock.pass_time(days=days)
    file(service, *sellers, about=f"at {service.clock.now}")


def queue(service):
    return service.as_("analyst").get("/v1/queue").json()["cases"]


@pytest.fixture
def filed(either):
    file(either, *"abc")
    return either


def test_the_worst_have_a_case_each_within_their_share_and_the_ceiling(filed):
    levels = [level("a", 9.0), level("b"), level("c", 4.0)]
    assert look(filed, *levels, share=0.0) == 0
    assert look(filed, *levels, cases_a_day=0.0) == 0
    assert look(filed, *levels) == 2
    cases = {case["seller_id"]: case for case in queue(filed)}
    assert set(cases) == {"a", "b"}
    case = cases["a"]
    assert (case["opened_for"], case["false_chance"], case["opening"]) == ("level", None, None)
    assert case["reasons"] == [level("a", 9.0).sentence()]
    assert (case["level"]["low"], case["level"]["seen"]) == (9.0, {"(all)": 11.0})
    assert look(filed, *levels) == 0
    filed.clock.pass_time(days=2)
    # The best of the rest had all of the room of the day.
    rows = [found(seller, 1e-4) for seller in "c"]
    terms = CaseTerms(filed.context.policies, DAY_US, Capacity(cases_a_day=1.0))
    with filed.context.database.writing() as connection:
        assert open_for_capacity(connection, rows, now=filed.clock.now, model="v1", terms=terms)
    close_all(filed)
    assert look(filed, *levels, cases_a_day=1.0) == 0


def test_no_second_case_by_the_same_facts_however_many_complain(filed):
    assert look(filed, level("a")) == 1
    close_all(filed)
    for again in (level("a"), level("a", 6.9), level("a", 4.0)):
        later(filed, "a")
        assert look(filed, again) == 0
    # Surely worse than the 7 times that the case saw.
    assert look(filed, level("a", 7.1)) == 1
    # While it is open it sees what there is, and so it closes on 12 times.
    assert look(filed, level("a", 10.0)) == 0
    assert queue(filed)[0]["reasons"] == [level("a", 10.0).sentence()]
    close_all(filed)
    later(filed, "a")
    assert look(filed, level("a", 11.9)) == 0
    # Another category is another matter, and afterwards it is known as well.
    assert look(filed, level("a", 4.0, "damaged")) == 1
    close_all(filed)
    later(filed, "a")
    assert look(filed, level("a", 4.0, "damaged")) == 0
    assert look(filed, level("a", 5.0)) == 0


def test_a_case_closed_lately_and_complaints_that_a_case_was_about_open_none(filed):
    rows = [replace(found("a", 1e-6), flagged=True)]
    terms = CaseTerms(filed.context.policies, DAY_US)
    with filed.context.database.writing() as connection:
        open_cases(connection, rows, now=filed.clock.now, model="v1", terms=terms)
    assert look(filed, level("a")) == 0
    close_all(filed)
    later(filed, "a", days=2)
    assert look(filed, level("a")) == 0
    filed.clock.pass_time(days=QUIET_DAYS - 1)
    assert look(filed, level("a")) == 1
    # A flag later tells why a person was asked; the level is kept.
    with filed.context.database.writing() as connection:
        open_cases(connection, rows, now=filed.clock.now, model="v1", terms=terms)
    look(filed, level("a", 8.0))
    [case] = queue(filed)
    assert (case["opened_for"], case["reasons"]) == ("certainty", ["because"])
    assert case["level"]["low"] == 8.0


def test_a_joined_seller_has_one_case_under_whichever_name_and_its_past_is_known(filed):
    assert look(filed, level("a")) == 1
    with filed.context.database.writing() as connection:
        change_aliases(connection, [Alias("a", "z", 1)], now=filed.clock.now)
    file(filed, "z", about="under the new name")
    # Its open case, under the old name, is told of the level now; there is no other.
    assert look(filed, level("z", 8.0)) == 0
    [case] = queue(filed)
    assert (case["seller_id"], case["level"]["low"]) == ("a", 8.0)
    close_all(filed)
    later(filed, "z", days=2)
    assert look(filed, level("z", 20.0)) == 0
    later(filed, "z")
    assert look(filed, level("z", 9.9)) == 0
    assert look(filed, level("z", 10.1)) == 1
    assert queue(filed)[0]["seller_id"] == "z"


def test_where_only_an_old_name_has_complaints_the_case_is_about_that(filed):
    with filed.context.database.writing() as connection:
        change_aliases(connection, [Alias("a", "z", 1)], now=filed.clock.now)
    assert look(filed, level("z")) == 1
    assert queue(filed)[0]["seller_id"] == "a"
    assert look(filed, level("z")) == 0


def test_a_seller_bad_in_several_categories_has_one_case_until_one_of_them_tells_more(filed):
    assert look(filed, level("a", damaged=6.0)) == 1
    close_all(filed)
    later(filed, "a")
    # It is as bad as it was, whichever of the two happens to be the worst today.
    assert look(filed, level("a", 5.9, "damaged")) == 0
    assert look(filed, level("a", 6.1, "damaged")) == 1


def remove(service, between=lambda: None):
    """Have s1 suspended, do something, and have it removed."""
    mia = service.as_("moderator", "mia")
    for ids in (("c1", "c2"), ("c3", "c4")):
        judge(service, mia, *ids)
        if ids[0] == "c3":
            between()
        assert settle(service).status_code == 200
        service.clock.pass_time(days=20)
    assert mia.get("/v1/sellers/s1").json()["standing"]["status"] == "removed"


def opened(service):
    file(service, "s1")
    assert look(service, level("s1")) == 1


def test_a_removed_seller_is_passed_over_and_its_case_stays_as_it_is(either):
    file(either, "b")
    remove(either, partial(opened, either))
    look(either, level("s1", 9.0))
    assert [case["level"]["low"] for case in queue(either)] == [5.0]
    close_all(either)
    later(either, "s1", "b")
    assert look(either, level("s1", 9.0), level("b")) == 1
    assert [case["seller_id"] for case in queue(either)] == ["b"]


def test_who_was_removed_under_an_old_name_has_a_case_under_the_one_it_trades_by(either):
    remove(either)
    with either.context.database.writing() as connection:
        change_aliases(connection, [Alias("s1", "z", 1)], now=either.clock.now)
    # What waits is about the account that was removed: no case is opened about that.
    file(either, "s1", about="late")
    assert look(either, level("z")) == 0
    file(either, "z")
    assert look(either, level("z")) == 1
    assert [case["seller_id"] for case in queue(either)] == ["z"]


def lift_removal(service):
    """Take a removal back as an exception."""
    page = service.as_("analyst").get("/v1/sanctions", params={"state": "carried_out"})
    [one] = [one for one in page.json()["sanctions"] if one["kind"] == "remove"]
    path = f"/v1/sanctions/{one['sanction_id']}/lift"
    assert service.as_("reviewer", "rae").post(path, json={"reason": "it was us"}).is_success


def test_a_case_about_the_level_of_a_seller_removed_since_closes_by_itself(either):
    worker = either.parts.worker
    file(either, "b")
    assert look(either, level("b")) == 1
    assert worker.close_removed() == 0
    remove(either, partial(opened, either))
    assert [worker.close_removed(), worker.close_removed()] == [1, 0]
    assert [case["seller_id"] for case in queue(either)] == ["b"]
    [case] = either.as_("analyst").get("/v1/sellers/s1/cases").json()["cases"]
    names = ("closed_by", "outcome", "label_reason")
    assert [case[name] for name in names] == ["the service", "removed", "upheld"]
    # Nobody judged its level: should the seller come back, it is asked about once more.
    lift_removal(either)
    later(either, "s1")
    assert look(either, level("s1")) == 1
    assert worker.close_removed() == 0


def appeal_with_success(service, complaint_id):
    """Reject a complaint, and let it wait again."""
    shop, rae = service.as_("ingest"), service.as_("reviewer", "rae")
    path = f"/v1/complaints/{complaint_id}"
    rejected = {"outcome": "rejected", "violation": "not_as_described", "reason": "seen"}
    assert service.as_("moderator", "mia").post(f"{path}/verdict", json=rejected).is_success
    service.clock.pass_time(seconds=1)
    appeal = {"by": "complainant", "reason": "look at the seams"}
    appeal_id = shop.post(f"{path}/appeal", json=appeal).json()["appeal_id"]
    granted = {"outcome": "granted", "reason": "so"}
    assert rae.post(f"/v1/appeals/{appeal_id}/decision", json=granted).is_success


def test_a_case_with_a_complaint_that_waits_again_stays_though_its_seller_is_removed(either):
    def between():
        opened(either)
        appeal_with_success(either, "first s1")

    remove(either, between)
    assert either.parts.worker.close_removed() == 0
    assert [case["seller_id"] for case in queue(either)] == ["s1"]


def test_a_case_about_an_old_name_closes_when_the_seller_is_removed_under_its_last(either):
    def between():
        file(either, "o")
        assert look(either, level("o")) == 1
        with either.context.database.writing() as connection:
            change_aliases(connection, [Alias("o", "s1", 1)], now=either.clock.now)

    remove(either, between)
    assert either.parts.worker.close_removed() == 1
    assert queue(either) == []


def test_a_case_that_an_appeal_opened_stays_open_though_its_seller_is_removed(either):
    remove(either, partial(opened, either))
    assert either.parts.worker.close_removed() == 1
    appeal_with_success(either, "first s1")
    terms = CaseTerms(either.context.policies, DAY_US)
    with either.context.database.writing() as connection:
        assert reopen_cases(connection, ["s1"], now=either.clock.now, terms=terms) == 1
    assert either.parts.worker.close_removed() == 0
    assert [case["seller_id"] for case in queue(either)] == ["s1"]
