"""A verdict rests on what was seen: the version of a complaint, part by part, over HTTP."""

import pytest
from hypothesis import given
from hypothesis.strategies import integers, lists, text

from service.decisions.versions import CHANGES, Version, check_seen
from service.refusals import VersionChanged
from tests.service.conftest import PHOTOS

UPHELD = {"outcome": "upheld", "reason": "fake", "evidence": list(PHOTOS)}
PIECE = {"kind": "document", "link": "https://e.example/x"}


def filed(service, *ids):
    batch = [service.complaint(one) for one in ids]
    assert service.as_("ingest").post("/v1/complaints", json={"complaints": batch}).is_success
    service.prove(*ids)


def tag(service, complaint_id="c1"):
    return service.as_("analyst").get(f"/v1/complaints/{complaint_id}").headers["ETag"]


def post(path, role="moderator", person="mia", **body):
    return lambda service: service.as_(role, person).post(f"/v1/{path}", json=body)


versions = lists(integers(0, 2), min_size=7, max_size=7).map(lambda n: Version(*map(str, n)))


@given(versions, versions)
def test_what_changed_is_told_part_by_part(earlier, later):
    told = later.changes_since(earlier.text)
    pairs = zip(CHANGES, earlier, later, strict=True)
    assert told == [CHANGES[name] for name, then, now in pairs if then != now]


@given(versions, text())
def test_what_is_no_version_of_it_passes_nowhere(version, seen):
    with pytest.raises(VersionChanged):
        check_seen(version, {seen})


@given(versions)
def test_a_version_passes_when_it_is_among_those_seen_or_any_will_do(version):
    check_seen(version, {version.text, "another"})
    check_seen(version, None)
    with pytest.raises(VersionChanged):
        check_seen(version, ())


CHANGING = {
    "evidence": post("complaints/c1/evidence", **PIECE),
    "answer": post("complaints/c1/answer", "ingest", text="genuine"),
    "withdrawal": post("complaints/c1/withdrawal", "ingest"),
    "verdict": post("complaints/c1/verdict", **UPHELD),
    "ledger": post("complaints/c2/verdict", **UPHELD),
}


@pytest.mark.parametrize("part", CHANGING)
def test_a_verdict_on_what_is_not_there_any_more_is_refused_and_says_what_changed(either, part):
    filed(either, "c1", "c2")
    seen = tag(either)
    assert CHANGING[part](either).is_success
    before = either.as_("analyst").get("/v1/complaints/c1").json()
    late = either.as_("moderator", "noa").post(
        "/v1/complaints/c1/verdict", json=UPHELD, headers={"If-Match": seen}
    )
    assert late.status_code == 412
    assert late.json()["type"] == "urn:detector:version-changed"
    assert CHANGES[part] in late.json()["detail"]
    assert either.as_("analyst").get("/v1/complaints/c1").json() == before


def test_an_appeal_changes_the_version_that_a_correction_rests_on(service):
    filed(service, "c1")
    given_first = CHANGING["verdict"](service).json()
    seen = tag(service)
    service.as_("ingest").post("/v1/complaints/c1/appeal", json={"reason": "genuine"})
    body = {"outcome": "rejected", "reason": "not fake", "supersedes": given_first["verdict_id"]}
    late = service.as_("moderator").post(
        "/v1/complaints/c1/verdict", json=body, headers={"If-Match": seen}
    )
    assert late.status_code == 412
    assert CHANGES["appeal"] in late.json()["detail"]


@pytest.mark.parametrize("header", [None, "*", "{tag}", '"other", {tag}', '{tag} , "x"'])
def test_a_verdict_on_what_was_seen_is_given(service, header):
    filed(service, "c1")
    headers = {} if header is None else {"If-Match": header.format(tag=tag(service))}
    given_now = service.as_("moderator").post(
        "/v1/complaints/c1/verdict", json=UPHELD, headers=headers
    )
    assert given_now.status_code == 201


@pytest.mark.parametrize("header", ["", "W/{tag}", '"other"', "{bare}", '{bare}"', '"*"'])
def test_what_is_no_strong_tag_of_it_matches_nothing(service, header):
    filed(service, "c1")
    seen = tag(service)
    value = header.format(tag=seen, bare=seen.strip('"'))
    refused = service.as_("moderator").post(
        "/v1/complaints/c1/verdict", json=UPHELD, headers={"If-Match": value}
    )
    assert refused.status_code == 412


def test_looking_and_time_change_no_version(service, clock):
    filed(service, "c1")
    seen = tag(service)
    clock.pass_time(days=1)
    assert tag(service) == seen


def test_who_reads_no_proposals_is_told_no_version(service):
    filed(service, "c1")
    assert "ETag" not in service.as_("ingest").get("/v1/complaints/c1").headers


def test_who_says_to_hold_the_case_holds_it(service, open_cases):
    open_cases(service, 1.0)
    batch = [service.complaint(one, seller_id="s0") for one in ("c1", "c2")]
    service.as_("ingest").post("/v1/complaints", json={"complaints": batch})
    service.prove("c1", "c2")
    mia, noa = service.as_("moderator", "mia"), service.as_("moderator", "noa")
    address = "/v1/complaints/c1/verdict?holding=true"
    nobody = mia.post(address, json=UPHELD)
    assert (nobody.status_code, nobody.json()["type"]) == (409, "urn:detector:lease-lost")
    assert noa.post("/v1/cases/c_0/claim").is_success
    assert mia.post(address, json=UPHELD).status_code == 409
    assert mia.get("/v1/complaints/c1").json()["verdict"] is None
    assert noa.post(address, json=UPHELD).status_code == 201
    noa.post("/v1/cases/c_0/close", json={"note": "seen"})
    assert mia.post("/v1/complaints/c2/verdict?holding=true", json=UPHELD).status_code == 201


def test_a_case_that_changed_is_left_as_it_is(service, open_cases):
    open_cases(service, 1.0)
    mia = service.as_("moderator", "mia")
    seen = mia.get("/v1/cases/c_0").headers["ETag"]
    assert mia.post("/v1/cases/c_0/claim", headers={"If-Match": seen}).status_code == 200
    held = mia.get("/v1/cases/c_0")
    assert held.headers["ETag"] != seen
    for act in ("renew", "release", "escalate", "close"):
        refused = mia.post(f"/v1/cases/c_0/{act}", json={}, headers={"If-Match": seen})
        assert refused.status_code == 412, act
    assert mia.get("/v1/cases/c_0").json() == held.json()
    tags = {"If-Match": held.headers["ETag"]}
    assert mia.post("/v1/cases/c_0/close", json={}, headers=tags).status_code == 200


def test_a_case_that_only_waits_keeps_its_version(service, open_cases, clock):
    open_cases(service, 1.0)
    seen = service.as_("analyst").get("/v1/cases/c_0").headers["ETag"]
    clock.pass_time(hours=5)
    assert service.as_("analyst").get("/v1/cases/c_0").headers["ETag"] == seen
