"""Previews over HTTP: what would happen, in full, and nothing does."""

import pytest
from sqlalchemy import select

from service.database.engine import metadata
from tests.service.conftest import PHOTOS

UPHELD = {"outcome": "upheld", "reason": "The stamp is not the maker's.", "evidence": list(PHOTOS)}
ADDRESS = "/v1/complaints/c{}/verdict"


@pytest.fixture
def two(either):
    """A service with two complaints about one seller, all evidence on file."""
    batch = [either.complaint(one) for one in ("c1", "c2")]
    either.as_("ingest").post("/v1/complaints", json={"complaints": batch})
    either.prove("c1", "c2")
    return either


def everything(service):
    with service.context.database.reading() as connection:
        return {
            name: connection.execute(select(table)).all() for name, table in metadata.tables.items()
        }


def test_what_is_foreseen_comes_to_the_word_and_nothing_was_stored_before(two):
    mia = two.as_("moderator", "mia")
    for number in (1, 2):
        address = ADDRESS.format(number)
        before = everything(two)
        preview = mia.post(f"{address}/preview", json=UPHELD).json()
        assert everything(two) == before
        seen = {"If-Match": f'"{preview["version"]}"'}
        given = mia.post(address, json=UPHELD, headers=seen)
        assert given.status_code == 201
        assert given.json()["standing"] == preview["standing"]
        waiting = [one for one in preview["sanctions"] if one["waits"]]
        assert len(given.json()["awaiting_approval"]) == len(waiting)
        notice = mia.get(f"/v1/complaints/c{number}/notice").json()
        assert notice["text"] == preview["notice"]
    statements = mia.get("/v1/sellers/s1/statement").json()["statements"]
    foreseen = preview["sanctions"][-1]["statement"]
    assert statements[-1]["text"] == foreseen
    assert preview["points_taken"] == 6
    assert [one["kind"] for one in preview["sanctions"]] == ["suspend"]
    assert waiting


def test_a_verdict_that_lacks_evidence_is_told_what_is_missing(two):
    body = UPHELD | {"evidence": [PHOTOS[0]]}
    preview = two.as_("moderator").post(ADDRESS.format(1) + "/preview", json=body).json()
    assert preview["result"] == "refused"
    assert preview["refusal"]["type"] == "urn:detector:verdict-refused"
    assert preview["evidence_wanted"]["missing"]


def test_only_deciders_ask_and_only_of_what_there_is(two):
    for role in ("ingest", "analyst"):
        refused = two.as_(role).post(ADDRESS.format(1) + "/preview", json=UPHELD)
        assert refused.status_code == 403
    assert two.as_("moderator").post("/v1/complaints/no/verdict/preview", json=UPHELD).is_error
