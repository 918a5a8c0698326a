"""Complaints over HTTP: stored once, under their own id."""

import pytest

from service.tables import complaints, rescore_requests


def rows(service, table):
    with service.context.database.reading() as connection:
        return connection.execute(table.select()).all()


def test_a_complaint_is_stored_and_told_back(either):
    ingest = either.as_("ingest")
    body = either.complaint(buyer_id="b1", evidence_count=2)
    answer = ingest.post("/v1/complaints", json=body)
    assert answer.status_code == 201
    shown = ingest.get("/v1/complaints/c1").json()
    assert shown["buyer_id"] == "b1"
    assert shown["filed_at"] == "2026-03-01T10:00:00Z"
    assert (shown["evidence"], shown["verdict"], shown["appeal"]) == ([], None, None)


def test_who_brought_a_complaint_is_told_back_and_is_an_ordinary_notice_where_nobody_says(either):
    ingest = either.as_("ingest")
    flagged = {"source": "trusted_flagger", "source_identity": "Fair Trade e.V."}
    bodies = {"c1": {}, "c2": flagged, "c3": {"source": "own_initiative"}}
    for one, said in bodies.items():
        filed = ingest.post("/v1/complaints", json=either.complaint(one, **said))
        assert filed.status_code == 201
        for told in (filed.json(), ingest.get(f"/v1/complaints/{one}").json()):
            assert told["source"] == said.get("source", "notice")
            assert told["source_identity"] == said.get("source_identity")
    same = ingest.post("/v1/complaints", json=either.complaint("c1", source="notice"))
    assert same.status_code == 200
    other = ingest.post("/v1/complaints", json=either.complaint("c3", source="notice"))
    assert other.status_code == 409


def test_a_complaint_keeps_its_group_and_is_another_with_another(either):
    ingest = either.as_("ingest")
    filed = ingest.post("/v1/complaints", json=either.complaint("c1", group="north"))
    assert filed.json()["group"] == "north"
    assert ingest.get("/v1/complaints/c1").json()["group"] == "north"
    several = [either.complaint("c2", group="süd"), either.complaint("c3")]
    assert ingest.post("/v1/complaints", json={"complaints": several}).status_code == 201
    assert ingest.get("/v1/complaints/c2").json()["group"] == "süd"
    assert ingest.get("/v1/complaints/c3").json()["group"] is None
    for group, status in (("north", 200), ("south", 409), (None, 409)):
        again = ingest.post("/v1/complaints", json=either.complaint("c1", group=group))
        assert again.status_code == status


@pytest.mark.parametrize(
    "said",
    [
        {"source": "a friend"},
        {"source": None},
        {"source_identity": "Bea"},
        {"source": "own_initiative", "source_identity": "Bea"},
        {"source": "trusted_flagger", "source_identity": ""},
        {"source": "trusted_flagger", "source_identity": "x" * 201},
    ],
)
def test_a_source_that_is_none_and_the_name_of_a_person_are_refused(service, said):
    filed = service.as_("ingest").post("/v1/complaints", json=service.complaint(**said))
    assert filed.status_code == 422
    assert "source" in filed.text


def test_the_same_complaint_again_changes_nothing(either):
    ingest = either.as_("ingest")
    ingest.post("/v1/complaints", json=either.complaint())
    before = rows(either, complaints), rows(either, rescore_requests)
    either.clock.pass_time(hours=1)
    # The same instant written in another zone is the same body.
    again = ingest.post(
        "/v1/complaints", json=either.complaint(filed_at="2026-03-01T11:00:00+01:00")
    )
    assert again.status_code == 200
    assert (rows(either, complaints), rows(either, rescore_requests)) == before


def test_the_same_id_with_another_body_is_refused(either):
    ingest = either.as_("ingest")
    ingest.post("/v1/complaints", json=either.complaint())
    other = ingest.post("/v1/complaints", json=either.complaint(category="damaged"))
    assert other.status_code == 409
    assert other.headers["content-type"] == "application/problem+json"
    assert other.json()["type"] == "urn:detector:complaint-differs"
    assert ingest.get("/v1/complaints/c1").json()["category"] == "counterfeit"


def test_a_category_that_nobody_knows_is_told_and_stored(either):
    ingest = either.as_("ingest")

    def told(one, category):
        body = either.complaint(one, category=category, order_id=None)
        filed = ingest.post("/v1/complaints", json=body)
        assert filed.status_code == 201
        assert ingest.get(f"/v1/complaints/{one}").json()["warnings"] == filed.json()["warnings"]
        return filed.json()["warnings"]

    assert [told(word, word) for word in ("counterfeit", "damaged", "not_received")] == [[]] * 3
    for word in ("Counterfeit", "COUNTERFEIT", "counterfiet", " counterfeit"):
        [warning] = told(f"of {word}", word)
        assert warning.endswith("did you mean 'counterfeit'?")
    [warning] = told("c5", "wrong_colour")
    assert "category 'wrong_colour' is unknown" in warning
    batch = [either.complaint(f"b{n}", category=f"word {n % 25}") for n in range(50)]
    warnings = ingest.post("/v1/complaints", json={"complaints": batch}).json()["warnings"]
    assert (len(warnings), warnings[-1]) == (21, "5 more categories are unknown")


def test_a_batch_is_stored_whole_or_not_at_all(either):
    ingest = either.as_("ingest")
    ingest.post("/v1/complaints", json=either.complaint("c1"))
    clash = [either.complaint("c2"), either.complaint("c1", category="damaged")]
    assert ingest.post("/v1/complaints", json={"complaints": clash}).status_code == 409
    assert ingest.get("/v1/complaints/c2").status_code == 404
    fits = [either.complaint("c2"), either.complaint("c1")]
    answer = ingest.post("/v1/complaints", json={"complaints": fits})
    told = {"stored": 1, "repeated": 1, "warnings": []}
    assert (answer.status_code, answer.json()) == (201, told)
    answer = ingest.post("/v1/complaints", json={"complaints": fits})
    told = {"stored": 0, "repeated": 2, "warnings": []}
    assert (answer.status_code, answer.json()) == (200, told)


def test_one_id_twice_in_a_batch_must_say_the_same(either):
    ingest = either.as_("ingest")
    same = [either.complaint("c1"), either.complaint("c1")]
    assert ingest.post("/v1/complaints", json={"complaints": same}).json()["repeated"] == 1
    differs = [either.complaint("c2"), either.complaint("c2", category="damaged")]
    assert ingest.post("/v1/complaints", json={"complaints": differs}).status_code == 409


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"filed_at": "2026-03-02T13:00:00Z"}, "in the future"),
        ({"filed_at": "yesterday"}, "ISO 8601"),
        ({"filed_at": 1_700_000_000}, "ISO 8601"),
        ({"filed_at": "1969-12-31T00:00:00Z"}, "before 1970"),
        ({"evidence_count": -1}, "greater than or equal to 0"),
        ({"outcome": "upheld"}, "decided_at"),
        ({"outcome": "maybe"}, "pending"),
        ({"seller_id": ""}, "at least 1"),
        ({"seller_id": "a\u0000b"}, "pattern"),
        ({"selller_id": "s1"}, "not permitted"),
    ],
)
def test_what_the_format_does_not_allow_is_refused_by_name(service, changed, told):
    answer = service.as_("ingest").post("/v1/complaints", json=service.complaint(**changed))
    assert answer.status_code == 422
    assert told in answer.json()["detail"]
    assert rows(service, complaints) == []


def test_an_id_may_hold_what_marketplaces_put_into_ids(either):
    ingest = either.as_("ingest")
    odd = "shop/7, \"Ünïque\" 🙂 'x'; DROP TABLE complaints"
    ingest.post("/v1/complaints", json=either.complaint(odd, seller_id=odd))
    from urllib.parse import quote

    assert ingest.get(f"/v1/complaints/{quote(odd, safe='')}").json()["seller_id"] == odd
    assert ingest.get(f"/v1/sellers/{quote(odd, safe='')}").json()["seller_id"] == odd


def test_a_batch_larger_than_allowed_is_refused(start, sqlite_url):
    service = start(sqlite_url, batch_max=1)
    batch = {"complaints": [service.complaint("c1"), service.complaint("c2")]}
    answer = service.as_("ingest").post("/v1/complaints", json=batch)
    assert answer.status_code == 422
    assert "at most 1" in answer.json()["detail"]


def test_filing_tells_what_evidence_is_missing_until_it_is_there(either):
    ingest = either.as_("ingest")
    wanted = ingest.post("/v1/complaints", json=either.complaint()).json()["evidence_wanted"]
    assert (wanted["enough"], wanted["kinds_min"]) == (False, 2)
    assert ["photo_official", "photo_received"] in wanted["missing"]
    assert wanted["missing"][0] == ["authenticity_document"]
    for kind in ("photo_received", "photo_official"):
        link = {"kind": kind, "link": "https://e.example/1"}
        assert ingest.post("/v1/complaints/c1/evidence", json=link).status_code == 201
        wanted = ingest.get("/v1/complaints/c1").json()["evidence_wanted"]
        if kind == "photo_received":
            assert wanted["missing"][0] == ["authenticity_document"]
            assert ["photo_official"] in wanted["missing"]
    assert (wanted["enough"], wanted["lacks"], wanted["missing"]) == (True, None, [])


def test_where_the_rules_charge_nothing_no_evidence_is_asked_for(service):
    filed = service.as_("ingest").post("/v1/complaints", json=service.complaint(category="late"))
    assert filed.json()["evidence_wanted"] is None
