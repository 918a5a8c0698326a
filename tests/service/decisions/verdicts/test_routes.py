"""Verdicts over HTTP: a person decides, once, and the rules take the points."""

from pathlib import Path

import pytest

from service.tables import assessments, cases, rescore_requests

PHOTOS = ["photo_received", "photo_official"]
UPHELD = {"outcome": "upheld", "violation": "counterfeit", "reason": "fake", "evidence": PHOTOS}


def filed(service, *ids, is_proven=True, **changed):
    batch = [service.complaint(one, **changed) for one in ids]
    assert service.as_("ingest").post("/v1/complaints", json={"complaints": batch}).is_success
    if is_proven:
        service.prove(*ids)


def test_one_upheld_counterfeit_complaint_takes_six_points_and_the_second_suspends(either):
    filed(either, "c1", "c2")
    moderator = either.as_("moderator", "mia")
    first = moderator.post("/v1/complaints/c1/verdict", json=UPHELD)
    assert first.status_code == 201
    assert first.json()["standing"] == {"points": 6, "level": 6, "status": "warned"}
    assert first.json()["moderator"] == "mia"
    second = moderator.post("/v1/complaints/c2/verdict", json=UPHELD).json()
    assert second["standing"] == {"points": 0, "level": 12, "status": "awaiting_approval"}
    ledger = moderator.get("/v1/sellers/s1/ledger").json()
    assert [entry["points"] for entry in ledger["entries"]] == [6, 6]
    assert [sanction["kind"] for sanction in ledger["sanctions"]] == ["warn", "suspend"]
    assert moderator.get("/v1/sellers/s1").json()["standing"] == second["standing"]


def test_a_second_verdict_on_one_complaint_is_a_conflict_that_names_the_first(either):
    filed(either, "c1")
    either.as_("moderator", "mia").post("/v1/complaints/c1/verdict", json=UPHELD)
    again = either.as_("moderator", "noa").post("/v1/complaints/c1/verdict", json=UPHELD)
    assert again.status_code == 409
    assert "mia" in again.json()["detail"]


@pytest.mark.parametrize("outcome", ["rejected", "unfounded"])
def test_only_an_upheld_verdict_takes_points(service, outcome):
    filed(service, "c1")
    body = {"outcome": outcome, "reason": "not proven"}
    given = service.as_("moderator").post("/v1/complaints/c1/verdict", json=body).json()
    assert given["standing"] == {"points": 12, "level": 0, "status": "active"}
    assert service.as_("analyst").get("/v1/complaints/c1").json()["outcome"] == outcome


def test_upholding_without_the_evidence_the_policy_asks_for_is_refused_and_stores_nothing(either):
    filed(either, "c1")
    moderator = either.as_("moderator")
    answer = moderator.post("/v1/complaints/c1/verdict", json=UPHELD | {"evidence": PHOTOS[:1]})
    assert answer.status_code == 422
    assert "2 kinds of evidence" in answer.json()["detail"]
    assert moderator.get("/v1/complaints/c1").json()["verdict"] is None
    assert moderator.post("/v1/complaints/c1/verdict", json=UPHELD).status_code == 201


def test_evidence_on_file_counts_when_the_verdict_lists_none(service):
    filed(service, "c1", is_proven=False)
    moderator = service.as_("moderator")
    for kind in PHOTOS:
        piece = {"kind": kind, "link": f"https://files.example/{kind}.jpg"}
        assert moderator.post("/v1/complaints/c1/evidence", json=piece).status_code == 201
    body = {"outcome": "upheld", "reason": "fake"}
    given = moderator.post("/v1/complaints/c1/verdict", json=body)
    assert given.status_code == 201
    assert sorted(given.json()["evidence"]) == sorted(PHOTOS)
    assert given.json()["violation"] == "counterfeit"


def test_a_complaint_that_came_decided_gets_no_second_verdict(service):
    filed(service, "c1", outcome="rejected", decided_at="2026-03-01T12:00:00Z")
    answer = service.as_("moderator").post("/v1/complaints/c1/verdict", json=UPHELD)
    assert answer.status_code == 409


def test_an_imported_outcome_takes_no_points(service):
    filed(service, "c1", "c2", outcome="upheld", decided_at="2026-03-01T12:00:00Z")
    assert service.as_("analyst").get("/v1/sellers/s1").json()["standing"]["points"] == 12


def test_deleting_every_output_of_the_detector_leaves_the_ledger_as_it_was(either):
    filed(either, "c1", "c2")
    moderator = either.as_("moderator")
    moderator.post("/v1/complaints/c1/verdict", json=UPHELD)
    _plant_detector_output(either)
    before = moderator.get("/v1/sellers/s1/ledger").json()
    with either.context.database.writing() as connection:
        for table in (assessments, cases, rescore_requests):
            assert connection.execute(table.delete()).rowcount
    assert moderator.get("/v1/sellers/s1/ledger").json() == before
    assert before["balance"] == 6


def _plant_detector_output(service):
    numbers = {"score": 9.0, "surprise": 9.0, "p_value": 0.0, "q_value": 0.0}
    with service.context.database.writing() as connection:
        connection.execute(
            assessments.insert().values(
                seller_id="s1",
                as_of=0,
                flagged=True,
                rank=1,
                reasons="[]",
                suspicion="seller",
                model="m1",
                **numbers,
            )
        )
        connection.execute(
            cases.insert().values(
                case_id="x",
                seller_id="s1",
                status="open",
                suspicion="seller",
                opened_at=0,
                due_at=0,
                base="{}",
                order_key=0.0,
                reasons="[]",
            )
        )


def test_a_verdict_about_an_unknown_complaint_is_not_found(service):
    answer = service.as_("moderator").post("/v1/complaints/nothing/verdict", json=UPHELD)
    assert answer.status_code == 404


def test_a_verdict_that_supersedes_another_takes_its_place_and_its_points(either):
    filed(either, "c1", "c2")
    mia = either.as_("moderator", "mia")
    first = mia.post("/v1/complaints/c1/verdict", json=UPHELD).json()
    either.clock.pass_time(hours=1)
    mended = {"outcome": "rejected", "reason": "another's order", "supersedes": first["verdict_id"]}
    second = mia.post("/v1/complaints/c1/verdict", json=mended)
    assert second.status_code == 201, second.text
    assert second.json()["standing"] == {"points": 12, "level": 0, "status": "active"}
    assert second.json()["supersedes"] == first["verdict_id"]
    # The first stands no more, so nothing supersedes it again, and it cannot be appealed.
    again = mia.post("/v1/complaints/c1/verdict", json=mended)
    assert (again.status_code, again.json()["type"]) == (409, "urn:detector:verdict-fallen")
    other = {**mended, "supersedes": "v_none"}
    assert mia.post("/v1/complaints/c2/verdict", json=other).status_code == 409
    assert mia.get("/v1/complaints/c1").json()["verdict"]["reason"] == "another's order"


def test_an_open_appeal_is_decided_before_its_verdict_is_superseded(either):
    filed(either, "c1")
    mia = either.as_("moderator", "mia")
    first = mia.post("/v1/complaints/c1/verdict", json=UPHELD).json()
    either.as_("ingest").post("/v1/complaints/c1/appeal", json={"reason": "genuine"})
    mended = {"outcome": "rejected", "reason": "late", "supersedes": first["verdict_id"]}
    refused = mia.post("/v1/complaints/c1/verdict", json=mended)
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:detector:appeal-open")


@pytest.mark.parametrize(
    ("policy", "said", "level"),
    [
        ("tiktok-shop", {"points": 20}, 20),
        ("tiktok-shop", {}, 4),
        ("amazon-like", {"severity": "critical"}, 200),
    ],
)
def test_the_moderator_says_what_the_policy_leaves_open(start, sqlite_url, policy, said, level):
    service = start(sqlite_url, policy=policy)
    filed(service, "c1")
    given = service.as_("moderator").post("/v1/complaints/c1/verdict", json=UPHELD | said)
    assert given.json()["standing"]["level"] == level


def test_a_policy_that_charges_once_a_listing_sees_the_complaints_listing(start, sqlite_url):
    service = start(sqlite_url, policy="shopee")
    filed(service, "c1", "c2", listing_id="shoe")
    filed(service, "c3", listing_id="bag")
    moderator = service.as_("moderator")
    for one, entries in (("c1", 1), ("c2", 1), ("c3", 2)):
        assert moderator.post(f"/v1/complaints/{one}/verdict", json=UPHELD).is_success
        ledger = moderator.get("/v1/sellers/s1/ledger").json()
        assert len(ledger["entries"]) == entries


def post(person, body, complaint_id="c1"):
    return person.post(f"/v1/complaints/{complaint_id}/verdict", json=body)


def test_nothing_is_upheld_on_evidence_that_is_not_on_file(either):
    filed(either, "c1", is_proven=False)
    mia = either.as_("moderator", "mia")
    refused = post(mia, UPHELD)
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:detector:verdict-refused")
    assert "photo_official, photo_received is not on file" in refused.json()["detail"]
    either.prove("c1", kinds=PHOTOS[:1])
    assert "evidence: photo_official is not on file" in post(mia, UPHELD).json()["detail"]
    for nowhere in ("", " ", "...", "a\nb", "x" * 201):
        assert post(mia, UPHELD | {"elsewhere": nowhere}).status_code == 422
    assert mia.get("/v1/sellers/s1").json()["standing"]["points"] == 12
    given = post(mia, UPHELD | {"elsewhere": "parcel 7 in the archive"})
    assert (given.status_code, given.json()["elsewhere"]) == (201, "parcel 7 in the archive")
    shown = mia.get("/v1/complaints/c1").json()["verdict"]
    assert shown["elsewhere"] == "parcel 7 in the archive"


def test_the_seller_is_told_where_evidence_lies_that_is_not_on_file(either):
    filed(either, "c1", "c2", is_proven=False)
    mia, shop = either.as_("moderator", "mia"), either.as_("ingest")
    for one in ("c1", "c2"):
        assert post(mia, UPHELD | {"elsewhere": "parcel 7"}, one).status_code == 201
    place = "(further evidence is kept under: parcel 7)"
    assert place in shop.get("/v1/complaints/c1/notice").json()["text"]
    statements = shop.get("/v1/sellers/s1/statement").json()["statements"]
    assert all(place in one["text"] for one in statements)
    assert statements


def test_a_rejection_may_rest_on_the_sellers_evidence_and_an_upheld_verdict_may_not(either):
    filed(either, "c1", is_proven=False)
    shop, mia = either.as_("ingest"), either.as_("moderator", "mia")
    for kind in ("authenticity_document", "invoice"):
        piece = {"kind": kind, "link": "https://e.example/x", "party": "seller"}
        assert shop.post("/v1/complaints/c1/evidence", json=piece).is_success
    said = {"reason": "seen", "evidence": ["authenticity_document", "invoice"]}
    assert post(mia, {"outcome": "upheld"} | said).status_code == 422
    assert post(mia, {"outcome": "rejected"} | said).status_code == 201


def test_the_category_decides_what_may_be_found_and_another_violation_needs_a_reason(start, url):
    service = start(url, policy=policy_file(url, "reasons_needed = []", CATEGORIES))
    filed(service, "c1", "c2", "c3", "c4", category="fake")
    filed(service, "c5", category="damaged")
    mia = service.as_("moderator", "mia")
    shown = mia.get("/v1/complaints/c1").json()
    assert shown["evidence_wanted"]["kinds_min"] == 2  # the rules of the violation it means
    given = post(mia, {"outcome": "upheld"})
    assert (given.json()["violation"], given.json()["standing"]["points"]) == ("counterfeit", 6)
    assert post(mia, {"outcome": "upheld", "violation": "counterfeit"}, "c2").status_code == 201
    other = {"outcome": "upheld", "violation": "stolen"}
    refused = post(mia, other, "c3")
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:detector:reason-missing")
    assert "'fake' does not tell of 'stolen'" in refused.json()["detail"]
    assert post(mia, other | {"reason": "the serial number is listed"}, "c3").status_code == 201
    assert "upheld as stolen" in mia.get("/v1/complaints/c3/notice").json()["text"]
    missing = post(mia, {"outcome": "upheld", "violation": "counterfeit", "reason": " "}, "c5")
    assert missing.json()["type"] == "urn:detector:reason-missing"
    assert post(mia, {"outcome": "upheld"}, "c5").json()["violation"] == "damaged"


def test_a_category_that_may_be_two_violations_is_named_by_the_verdict(start, url):
    both = CATEGORIES + '[policy.violations.stolen]\npoints = 3\ncategories = ["fake"]\n'
    service = start(url, policy=policy_file(url, "", both))
    filed(service, "c1", category="fake")
    mia = service.as_("moderator", "mia")
    refused = post(mia, {"outcome": "upheld", "reason": "seen"})
    assert "may be counterfeit or stolen by mine v1; name it" in refused.json()["detail"]
    named = post(mia, {"outcome": "upheld", "violation": "stolen", "reason": "seen"})
    assert named.json()["standing"]["level"] == 3


WORDLESS = ({}, {"reason": ""}, {"reason": " \n"}, {"reason": "..."})


@pytest.mark.parametrize("outcome", ["upheld", "rejected", "unfounded"])
def test_a_verdict_against_somebody_needs_words_unless_the_policy_says_otherwise(
    start, url, outcome
):
    service = start(url, policy=policy_file(url, "", CATEGORIES))
    filed(service, "c1", "c2")
    mia = service.as_("moderator", "mia")
    for wordless in WORDLESS:
        refused = post(mia, {"outcome": outcome} | wordless)
        assert refused.status_code == 422
        assert refused.json()["type"] == "urn:detector:reason-missing"
    lenient = start(url, policy=policy_file(url, 'reasons_needed = ["approval"]', CATEGORIES))
    assert post(lenient.as_("moderator", "mia"), {"outcome": outcome}).status_code == 201


def test_the_default_policy_asks_for_words_where_no_evidence_says_why(either):
    filed(either, "c1", "c2")
    mia = either.as_("moderator", "mia")
    for outcome in ("rejected", "unfounded"):
        for wordless in WORDLESS:
            refused = post(mia, {"outcome": outcome} | wordless)
            assert (refused.status_code, refused.json()["type"]) == (
                422,
                "urn:detector:reason-missing",
            )
    assert post(mia, {"outcome": "upheld"}).status_code == 201
    notice = either.as_("ingest").get("/v1/complaints/c1/notice").json()["text"]
    assert all(kind.replace("_", " ") in notice for kind in PHOTOS)
    assert "The reason given" not in notice


def test_who_acted_for_a_party_gives_no_verdict_and_who_decides_acts_for_none(either):
    filed(either, "c1", "c2", "c3")
    mia, noa = either.as_("moderator", "mia"), either.as_("moderator", "noa")
    answer = {"text": "it is genuine"}
    unsaid = mia.post("/v1/complaints/c1/answer", json=answer)
    assert (unsaid.status_code, unsaid.json()["type"]) == (422, "urn:detector:party-missing")
    assert mia.post("/v1/complaints/c1/answer", json=answer | {"by": "seller"}).status_code == 201
    for person in (mia, either.as_("admin", "Mia")):
        refused = post(person, UPHELD)
        assert (refused.status_code, refused.json()["type"]) == (
            403,
            "urn:detector:same-moderator",
        )
    assert post(noa, UPHELD).status_code == 201
    assert mia.post("/v1/complaints/c2/withdrawal", json={"reason": "x"}).status_code == 422
    assert post(mia, UPHELD, "c2").status_code == 201
    taken = {"by": "complainant", "reason": "they settled"}
    assert mia.post("/v1/complaints/c2/withdrawal", json=taken).status_code == 403
    appeal = {"by": "seller", "reason": "genuine"}
    assert mia.post("/v1/complaints/c2/appeal", json=appeal).status_code == 403
    record = noa.get("/v1/audit", params={"subject": "complaint c1"}).json()["records"]
    assert [(one["actor"], one["after"]) for one in record if one["action"] == "answer.filed"] == [
        ("mia", {"by": "seller"})
    ]


def hold(service, person="noa", **changed):
    """A case about the seller, held by a moderator for a quarter of an hour."""
    lease = {"holder": person, "lease_expires_at": service.clock.now + 900_000_000}
    row = {"case_id": "k1", "seller_id": "s1", "status": "open", "suspicion": "seller"}
    row |= {"opened_at": 0, "due_at": 0, "base": "{}", "order_key": 0.0, "reasons": "[]"}
    row |= lease | changed
    with service.context.database.writing() as connection:
        connection.execute(cases.insert().values(row))


def test_nobody_decides_about_a_seller_whose_case_somebody_else_holds(either):
    filed(either, "c1", "c2")
    hold(either)
    mia, noa = either.as_("moderator", "mia"), either.as_("moderator", "noa")
    for person in (mia, either.as_("admin", "ada")):
        refused = post(person, UPHELD)
        assert (refused.status_code, refused.json()["type"]) == (409, "urn:detector:lease-held")
        assert "noa holds case k1" in refused.json()["detail"]
    assert post(noa, UPHELD).status_code == 201
    either.clock.pass_time(minutes=15)
    assert post(mia, UPHELD, "c2").status_code == 201


def test_about_a_seller_whose_case_was_escalated_a_reviewer_decides(either):
    filed(either, "c1")
    hold(either, holder=None, lease_expires_at=None, escalated_by="mia")
    refused = post(either.as_("moderator", "mia"), UPHELD)
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:detector:wrong-role")
    assert post(either.as_("reviewer", "rae"), UPHELD).status_code == 201


def test_an_order_that_differs_by_blanks_or_capitals_is_told_before_and_after(either):
    for one, order in (("c1", "A 17"), ("c2", "a17"), ("c3", "A18")):
        filed(either, one, order_id=order)
    filed(either, "c4", order_id="a17", seller_id="another")
    mia = either.as_("moderator", "mia")
    [warning] = mia.get("/v1/complaints/c1").json()["warnings"]
    assert "order 'A 17' differs only by blanks or capitals from order 'a17'" in warning
    assert post(mia, UPHELD).json()["warnings"] == [warning]
    for one in ("c3", "c4"):
        assert mia.get(f"/v1/complaints/{one}").json()["warnings"] == []


def test_a_violation_that_the_rules_do_not_know_is_told(either):
    filed(either, "c1", "c2")
    mia = either.as_("moderator", "mia")
    [warning] = post(mia, UPHELD | {"violation": "Counterfeit"}).json()["warnings"]
    assert warning == (
        "violation 'Counterfeit' is unknown, so the rules take no points for it; did you mean "
        "'counterfeit'?"
    )
    assert post(mia, UPHELD, "c2").json()["warnings"] == []


CATEGORIES = """
[policy.violations.counterfeit]
points = 6
categories = ["fake"]
[policy.violations.counterfeit.evidence]
min_items = 2
"""


@pytest.fixture
def url(sqlite_url):
    return sqlite_url


def policy_file(url, field, tables):
    """A policy of our own beside the store."""
    path = Path(url.removeprefix("sqlite:///")).with_name("mine.toml")
    head = '[[policy]]\nid = "mine"\nversion = 1\neffective_from = "2020-01-01T00:00:00Z"\n'
    path.write_text(f"{head}{field}\n{tables}")
    return str(path)
