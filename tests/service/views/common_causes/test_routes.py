"""What many sellers share, over HTTP and at the head of the queue, with the cases under it."""

import json
from dataclasses import asdict, replace

import pytest

from detector.evidence.common_causes import CommonCause
from detector.evidence.reasons import Finding
from detector.expectation.panel import ALL
from service.scoring import store
from service.scoring.tables import market_snapshots
from service.tables import cases
from tests.service.cases.test_opening import file, found, rank
from tests.service.console.conftest import person

CAUSE = CommonCause("counterfeit", 7, 2.06, 0.15, 400, 1.0 / 2048, ("a", "b"))
PART = Finding("counterfeit", 7, 12, 6.0, 4.0)


def share(service, *causes):
    """As if the last scoring of the market had found these."""
    now = service.clock.now
    stored = [asdict(one) | {"as_of": now} for one in causes]
    with service.context.database.writing() as connection:
        _, unused = store.last_unused(connection, now=now)
        text = json.dumps(unused | {"common_causes": stored})
        connection.execute(market_snapshots.update().values(unused=text))


@pytest.fixture
def scored(stocked):
    stocked.parts.worker.score_everybody()
    file(stocked, *"abc")
    rows = [
        replace(found("a", 1e-6, flagged=True), findings=(PART,)),
        replace(found("b", 1e-5, flagged=True), findings=(replace(PART, complaints=90),)),
        replace(found("c", 1e-4, flagged=True), findings=(replace(PART, days=14),)),
    ]
    assert rank(stocked, rows) == 3
    return stocked


def test_a_market_without_one_has_none(scored):
    assert scored.as_("analyst").get("/v1/common-causes").json() == {"common_causes": []}


def test_cases_that_are_no_more_than_their_part_stand_under_it(scored):
    share(scored, CAUSE, replace(CAUSE, column="damaged", p_value=0.002))
    one, other = scored.as_("analyst").get("/v1/common-causes").json()["common_causes"]
    assert {case["seller_id"] for case in one["cases"]} == {"a", "c"}
    queue = scored.as_("analyst").get("/v1/queue").json()["cases"]
    order = [case["case_id"] for case in queue if case["seller_id"] in "ac"]
    assert [case["case_id"] for case in one["cases"]] == order
    assert (one["column"], one["days"], one["sellers"]) == ("counterfeit", 7, ["a", "b"])
    assert one["sentence"].startswith("“counterfeit” is up 2.1 times in about 15 of 100 sellers")
    assert other["cases"] == []


def test_the_queue_tells_it_above_the_cases(scored):
    share(scored, CAUSE, replace(CAUSE, column=ALL, p_value=1e-9))
    page = person(scored, "analyst").get("/queue").text
    assert "“counterfeit” is up 2.1 times in about 15 of 100 sellers since" in page
    assert "Chance brings as much on fewer than one in 2,048 days." in page
    assert "2 open cases are no more than part of it" in page
    assert "Complaints of any kind are up 2.1 times" in page
    assert "fewer than one in 1,000,000,000 days" in page
    assert page.count("shared by many sellers") == 2
    assert page.index("is up 2.1 times") < page.index('id="cases"')
    assert "up 2.1 times" not in person(scored, "analyst").get("/queue?which=closed").text


def test_a_broken_record_and_a_brigade_hide_no_other_case(scored):
    share(scored, CAUSE)
    with scored.context.database.writing() as connection:
        broken = cases.update().where(cases.c.seller_id == "a")
        connection.execute(broken.values(findings="[{}]"))
    under = scored.as_("analyst").get("/v1/common-causes").json()["common_causes"][0]["cases"]
    assert [case["seller_id"] for case in under] == ["c"]
    with scored.context.database.writing() as connection:
        connection.execute(cases.update().values(suspicion="brigade"))
    told = scored.as_("analyst").get("/v1/common-causes").json()["common_causes"][0]
    assert told["cases"] == []
