"""Sellers without a case are drawn once a week, looked at without a score, and corrected."""

import json

import pytest
from sqlalchemy import text as sql

from detector.history.aliases import Alias
from service.audit_sample.store import complaints_about
from service.cases.store import insert_cases
from service.sellers.store import change_aliases
from tests.service.cases.test_learning import closed

DAY_US = 86_400_000_000
ADDRESS = "/v1/audit-sample"
WEEK = "2026-W10"  # of Monday, 2026-03-02


def complaints(service, seller_id, count, *, on="2026-02-20", **changed):
    return [
        service.complaint(
            f"{seller_id} {on} {n}",
            seller_id=seller_id,
            buyer_id=f"b{n}",
            filed_at=f"{on}T10:00:00Z",
            **changed,
        )
        for n in range(count)
    ]


def filed(service, *batches):
    shop = service.as_("ingest", "shop")
    rows = [row for batch in batches for row in batch]
    assert shop.post("/v1/complaints", json={"complaints": rows}).is_success
    return shop


def opened(service, seller_id, *, days_ago):
    row = {
        "case_id": f"c_{seller_id}",
        "seller_id": seller_id,
        "status": "open",
        "suspicion": "seller",
        "opened_at": service.clock.now - days_ago * DAY_US,
        "due_at": service.clock.now,
        "base": "{}",
        "order_key": 0.0,
        "reasons": "[]",
    }
    with service.context.database.writing() as connection:
        insert_cases(connection, [row])


@pytest.fixture
def market(either):
    """Sellers of every kind, of whom `big` and `small` may be drawn."""
    return stocked(either)


def stocked(service):
    shop = filed(
        service,
        complaints(service, "big", 9),
        complaints(service, "small", 3),
        complaints(service, "few", 2),
        complaints(service, "long ago", 9, on="2026-02-01"),
        complaints(service, "has a case", 5),
        complaints(service, "had a case", 5),
        complaints(service, "taken back", 3),
    )
    assert shop.post("/v1/complaints/taken%20back%202026-02-20%200/withdrawal", json={}).is_success
    opened(service, "has a case", days_ago=60)
    closed(service, 1, (), "problem", days_ago=2.0)
    with service.context.database.writing() as connection:
        connection.execute(sql("UPDATE cases SET seller_id = 'had a case' WHERE case_id = 'c_1'"))
    return service


def records_of(service):
    found = service.as_("analyst").get("/v1/audit?limit=500").json()["records"]
    return [one for one in found if one["action"].startswith("audit_sample.")]


def test_who_has_complaints_and_no_case_is_drawn_once_a_week(market):
    mia = market.as_("moderator", "mia")
    nothing = mia.get(ADDRESS).json()
    assert (nothing["week"], nothing["drawn_at"], nothing["sellers"]) == (WEEK, None, [])
    drawn = mia.post(ADDRESS, json={"size": 7}).json()
    assert [(one["seller_id"], one["complaints"]) for one in drawn["sellers"]] == [
        ("big", 9),
        ("small", 3),
    ]
    assert {one["chance"] for one in drawn["sellers"]} == {1.0}
    assert (drawn["size"], drawn["frame_sellers"], drawn["frame_complaints"]) == (7, 2, 12)
    market.clock.pass_time(days=1)
    filed(market, complaints(market, "new", 50))
    assert mia.post(ADDRESS).json() == drawn == mia.get(f"{ADDRESS}?week={WEEK}").json()
    [record] = records_of(market)
    assert (record["actor"], record["subject"]) == ("mia", f"audit sample {WEEK}")
    assert record["after"]["drawn"] == {"big": 1.0, "small": 1.0}
    market.clock.pass_time(days=6)
    later = mia.post(ADDRESS).json()
    assert (later["week"], later["size"]) == ("2026-W11", 20)
    assert [one["seller_id"] for one in later["sellers"]] == ["big", "new", "small"]


def test_a_finding_is_stored_corrected_and_estimated_and_takes_no_points(market):
    mia, rae = market.as_("moderator", "mia"), market.as_("reviewer", "rae")
    mia.post(ADDRESS)
    one = mia.post(f"{ADDRESS}/{WEEK}/big", json={"finding": "no_harm"}).json()
    assert one["estimate"]["share"] == 0.0
    assert (one["estimate"]["looks"], one["estimate"]["unanswered"]) == (1, 1)
    said = {"finding": "harm", "note": "Nine buyers tell the same."}
    two = rae.post(f"{ADDRESS}/{WEEK}/big", json=said).json()
    big = two["sellers"][0]
    assert {name: big[name] for name in (*said, "decided_by")} == {**said, "decided_by": "rae"}
    assert two["estimate"]["share"] == 1.0  # the other seller is missing by chance
    three = rae.post(f"{ADDRESS}/{WEEK}/small", json={"finding": "no_harm"}).json()["estimate"]
    assert three["share"] == pytest.approx(9 / 12)
    assert three["low"] < three["share"] <= three["high"] <= 1.0
    assert three["in_words"].endswith("; 2 looks, 0 unanswered.")
    found = [one for one in records_of(market) if one["action"] == "audit_sample.found"]
    assert [(r["before"], r["after"], r["seller_id"]) for r in found] == [
        (None, "no_harm", "small"),
        ("no_harm", "harm", "big"),
        (None, "no_harm", "big"),
    ]
    assert found[1]["why"] == said["note"]
    assert mia.get("/v1/sellers/big/ledger").json()["entries"] == []
    assert mia.get("/v1/sellers/big/cases").json()["cases"] == []


def test_no_answer_holds_a_score_a_reason_or_a_model(market):
    drawn = market.as_("moderator").post(ADDRESS).text
    named = set(json.loads(drawn)["sellers"][0])
    assert named == {
        *("seller_id", "complaints", "chance"),
        *("finding", "note", "decided_by", "decided_at"),
    }
    assert not any(word in drawn for word in ("score", "reason", "p_value", "rank", "because"))


def test_a_lot_of_its_own_draws_each_seller(service):
    filed(service, *(complaints(service, f"s{n:02}", 3 + n % 5) for n in range(40)))
    drawn = service.as_("moderator").post(ADDRESS, json={"size": 10}).json()
    total = sum(3 + n % 5 for n in range(40))
    assert (drawn["frame_sellers"], drawn["frame_complaints"]) == (40, total)
    assert 1 <= len(drawn["sellers"]) < 30
    for one in drawn["sellers"]:
        assert one["chance"] == pytest.approx(10 * one["complaints"] / total)


@pytest.mark.parametrize("address", [f"{ADDRESS}/{WEEK}/nobody", f"{ADDRESS}/2026-W09/big"])
def test_who_was_not_drawn_has_no_finding(service, address):
    stocked(service).as_("moderator").post(ADDRESS)
    refused = service.as_("moderator").post(address, json={"finding": "harm"})
    assert (refused.status_code, refused.json()["type"]) == (404, "urn:detector:not-drawn")


def test_what_is_no_week_no_finding_or_no_size_is_refused(service):
    mia = service.as_("moderator")
    for answer in (
        mia.get(f"{ADDRESS}?week=2026-48"),
        mia.post(f"{ADDRESS}/48/s", json={"finding": "harm"}),
        mia.post(f"{ADDRESS}/{WEEK}/s", json={"finding": "fraud"}),
        mia.post(ADDRESS, json={"size": 0}),
    ):
        assert answer.status_code == 422, answer.text


def test_who_may_read_may_not_draw_and_the_platform_reads_nothing(service):
    ann, shop = service.as_("analyst"), service.as_("ingest")
    assert ann.get(ADDRESS).status_code == 200
    assert ann.post(ADDRESS).status_code == shop.get(ADDRESS).status_code == 403
    found = ann.post(f"{ADDRESS}/{WEEK}/s", json={"finding": "harm"})
    assert found.status_code == 403


def test_a_joined_seller_is_drawn_once_with_what_was_filed_about_all_its_names(either):
    filed(
        either,
        complaints(either, "old", 2),
        complaints(either, "new", 1),
        complaints(either, "had", 4),
        complaints(either, "has", 4),
    )
    opened(either, "had", days_ago=1)
    aliases = [Alias("old", "new", 1), Alias("had", "has", 1)]
    with either.context.database.writing() as connection:
        change_aliases(connection, aliases, now=either.clock.now)
    mia = either.as_("moderator", "mia")
    drawn = mia.post(ADDRESS, json={"size": 7}).json()
    assert [(one["seller_id"], one["complaints"]) for one in drawn["sellers"]] == [("new", 3)]
    with either.context.database.reading() as connection:
        rows = complaints_about(connection, "new", drawn_at=either.clock.now, limit=9)
    assert sorted(row.seller_id for row in rows) == ["new", "old", "old"]
