"""The records of a period over HTTP: from the case, as they were when applied, naming nobody."""

import csv
from io import StringIO

import pytest

from detector.rules.reports.transparency import FIELDS, check_record
from tests.service.notices.test_routes import SECRET, open_case, photograph

UPHELD = {"outcome": "upheld", "reason": "fake", "evidence": ["photo_received", "photo_official"]}
MARCH = {"from": "2026-03-01", "to": "2026-04-01"}


def suspend(service, seller, *, detected=False, **said):
    """Take all points of a seller, and have the suspension approved."""
    ids = [f"{seller}-{n}" for n in (1, 2)]
    batch = [service.complaint(one, seller_id=seller, buyer_id="jane", **said) for one in ids]
    service.as_("ingest").post("/v1/complaints", json={"complaints": batch})
    service.prove(*ids)
    photograph(service, ids[0])
    if detected:
        open_case(service, service.clock.now)
    mia = service.as_("moderator", "mia")
    for one in ids:
        assert mia.post(f"/v1/complaints/{one}/verdict", json=UPHELD).is_success
    waiting = service.as_("analyst").get("/v1/sanctions").json()["sanctions"]
    [name] = [one["sanction_id"] for one in waiting if one["seller_id"] == seller]
    approval = service.as_("reviewer", "noa").post(
        f"/v1/sanctions/{name}/approve", json={"reason": "seen"}
    )
    assert approval.is_success
    return ids


def records(service, **params):
    answered = service.as_("ingest").get("/v1/transparency", params=MARCH | params)
    assert answered.status_code == 200, answered.text
    assert not any(name in answered.text for name in (*SECRET, "s1", "s2", "s3", "order of"))
    return answered


def test_each_restriction_of_the_period_has_a_checked_record_and_others_none(either):
    suspend(either, "s1", detected=True)
    either.clock.pass_time(days=1)
    suspend(either, "s2")
    told = records(either).json()["statements"]
    for one in told:
        check_record(one)
    assert [one["application_date"] for one in told] == ["2026-03-02", "2026-03-03"]
    assert [one["automated_detection"] for one in told] == ["Yes", "No"]
    assert {one["source_type"] for one in told} == {"SOURCE_ARTICLE_16"}
    assert records(either, to="2026-03-03").json()["statements"] == told[:1]
    assert records(either, **{"from": "2026-03-04"}).json()["statements"] == []


def test_a_record_says_who_brought_it_as_the_statement_and_the_notice_do(either):
    flagged = {"source": "trusted_flagger", "source_identity": "Fair Trade e.V."}
    suspend(either, "s1", **flagged)
    [one, _] = suspend(either, "s2", source="own_initiative")
    by_flagger, by_nobody = records(either).json()["statements"]
    assert by_flagger["source_type"] == "SOURCE_TRUSTED_FLAGGER"
    assert by_flagger["source_identity"] == "Fair Trade e.V."
    assert by_nobody["source_type"] == "SOURCE_VOLUNTARY"
    assert "source_identity" not in by_nobody
    analyst = either.as_("analyst")
    said = [analyst.get(f"/v1/sellers/{one}/statement").text for one in ("s1", "s2")]
    assert "on the notice of a trusted flagger" in said[0]
    assert "on its own initiative; nobody gave notice" in said[1]
    notice = analyst.get(f"/v1/complaints/{one}/notice").json()["text"]
    assert notice.startswith("The marketplace itself raised this on ")
    assert "on its own initiative; nobody gave notice" in notice


def test_an_appeal_that_is_won_later_leaves_the_record_as_it_was(service):
    one, _ = suspend(service, "s1")
    before = records(service).json()["statements"]
    service.clock.pass_time(hours=1)
    appeal = service.as_("ingest").post(f"/v1/complaints/{one}/appeal", json={"reason": "x"}).json()
    decision = f"/v1/appeals/{appeal['appeal_id']}/decision"
    granted = {"outcome": "granted", "reason": "genuine"}
    assert service.as_("reviewer").post(decision, json=granted).is_success
    assert records(service).json()["statements"] == before
    assert "2 complaint(s)" in before[0]["decision_facts"]


def test_pages_follow_each_other_and_csv_holds_the_same(service):
    for seller in ("s1", "s2", "s3"):
        suspend(service, seller)
    whole = records(service).json()["statements"]
    first = records(service, limit=2).json()
    rest = records(service, limit=2, cursor=first["next_cursor"]).json()
    assert first["statements"] + rest["statements"] == whole
    assert rest["next_cursor"] is None
    sheet = records(service, limit=2, format="csv")
    assert sheet.headers["content-type"].startswith("text/csv")
    assert sheet.headers["next-cursor"] == first["next_cursor"]
    names, *rows = csv.reader(StringIO(sheet.text))
    assert tuple(names) == FIELDS
    assert [row[names.index("puid")] for row in rows] == [one["puid"] for one in whole[:2]]


@pytest.mark.parametrize(
    "params", [{"to": "2026-02-01"}, {"from": "soon"}, {"cursor": "?"}, {"format": "xml"}]
)
def test_a_period_that_is_none_is_refused(service, params):
    answered = service.as_("analyst").get("/v1/transparency", params=MARCH | params)
    assert answered.status_code == 422


def test_it_takes_a_key(service):
    assert service.client.get("/v1/transparency", params=MARCH).status_code == 401
