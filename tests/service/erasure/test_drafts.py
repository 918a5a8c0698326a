"""What somebody typed about a complaint and did not send goes with what its buyer gave."""

import pytest
from sqlalchemy import select

from service.database.engine import metadata
from service.decisions.drafts.store import About, DraftKey, keep_draft

REJECTED = {"outcome": "rejected", "reason": "no proof"}


@pytest.fixture
def typed(either):
    """Two complaints of Jane's, one decided past appeal; somebody has a draft about each."""
    batch = [either.complaint(one, buyer_id="jane") for one in ("decided", "open")]
    either.as_("ingest").post("/v1/complaints", json={"complaints": batch})
    given = either.as_("moderator").post("/v1/complaints/decided/verdict", json=REJECTED)
    assert given.status_code == 201
    either.clock.pass_time(days=31)
    draft(either, "decided")
    draft(either, "open")
    draft_of_seller(either, "c_1", "s1")
    draft_of_seller(either, "c_2", "s2")
    return either


def draft(service, complaint_id):
    with service.context.database.writing() as connection:
        key, about = DraftKey("mia", "verdict", complaint_id), About("s1", complaint_id)
        fields = {"reason": ["jane says so"]}
        keep_draft(connection, key, about, fields, now=service.clock.now)


def draft_of_seller(service, case_id, seller_id):
    with service.context.database.writing() as connection:
        key, about = DraftKey("mia", "verdicts", case_id), About(seller_id)
        keep_draft(connection, key, about, {"reason": ["all lie"]}, now=service.clock.now)


def left(service):
    drafts = metadata.tables["drafts"]
    with service.context.database.reading() as connection:
        return set(connection.execute(select(drafts.c.subject)).scalars())


def test_an_erasure_takes_the_drafts_about_what_is_decided_past_appeal(typed):
    body = {"buyer_id": "jane", "reason": "asked"}
    assert typed.as_("admin").post("/v1/erasures", json=body).is_success
    assert left(typed) == {"open", "c_2"}


def test_retention_takes_all_drafts_in_time_also_of_what_was_erased_before(typed):
    admin = typed.as_("admin")
    admin.post("/v1/erasures", json={"buyer_id": "jane", "reason": "asked"})
    draft(typed, "decided")
    typed.clock.now += typed.context.settings.retain_us + 1
    assert typed.as_("admin").post("/v1/retention", json={}).is_success
    assert left(typed) == set()
