"""An opinion on an appealed complaint: before the verdict is seen, once, and on the record."""

import pytest
from sqlalchemy import text

from service.audit.verification import verify
from service.decisions.appeals import actions
from service.decisions.appeals.schemas import AppealDecision, Opinion
from service.decisions.transaction import Transaction
from service.http.access.keys import Caller
from service.refusals import (
    AppealAlreadyDecided,
    NoSuchAppeal,
    OpinionMissing,
    OpinionStored,
    SameModerator,
)
from service.roles import Role

UPHELD = {"outcome": "upheld", "reason": "fake"}
THOUGHT = Opinion(outcome="rejected", reason="the stitching is the maker's")
GRANTED = AppealDecision(outcome="granted", reason="it was genuine")


@pytest.fixture
def appealed(service):
    """An upheld complaint against which the seller appeals."""
    shop = service.as_("ingest")
    shop.post("/v1/complaints", json=service.complaint("c1", buyer_id="jane"))
    service.prove("c1")
    service.as_("moderator", "mia").post("/v1/complaints/c1/verdict", json=UPHELD)
    appeal = shop.post("/v1/complaints/c1/appeal", json={"reason": "it was genuine"})
    service.appeal_id = appeal.json()["appeal_id"]
    return service


def by(service, person, act, *given, appeal_id=None):
    """Have a person act on the appeal, in a transaction of its own."""
    context, caller = service.context, Caller(person, Role.REVIEWER, f"key of {person}")
    with context.database.writing() as connection:
        transaction = Transaction(connection, context.policies, caller, service.clock.now)
        return act(transaction, appeal_id or service.appeal_id, *given)


def test_an_opinion_is_stored_once_and_stays(appealed):
    stored = by(appealed, "rae", actions.give_opinion, THOUGHT)
    assert (stored.person, stored.outcome, stored.given_at) == ("rae", "rejected", appealed.clock())
    for spelling in ("rae", "Rae"):
        with pytest.raises(OpinionStored):
            by(appealed, spelling, actions.give_opinion, Opinion(outcome="upheld", reason="no"))
    assert by(appealed, "noa", actions.give_opinion, THOUGHT).person == "noa"


def test_who_gave_the_verdict_has_no_opinion_on_it(appealed):
    with pytest.raises(SameModerator):
        by(appealed, "mia", actions.give_opinion, THOUGHT)


def test_a_decision_that_needs_an_opinion_changes_nothing_without_one(appealed):
    with pytest.raises(OpinionMissing):
        by(appealed, "rae", actions.decide_after_opinion, GRANTED)
    with pytest.raises(SameModerator):
        by(appealed, "mia", actions.decide_after_opinion, GRANTED)
    with pytest.raises(NoSuchAppeal):
        by(appealed, "rae", actions.decide_after_opinion, GRANTED, appeal_id="none")
    by(appealed, "rae", actions.give_opinion, THOUGHT)
    with pytest.raises(OpinionMissing):
        by(appealed, "noa", actions.decide_after_opinion, GRANTED)
    decided = by(appealed, "rae", actions.decide_after_opinion, GRANTED)
    assert (decided.outcome, decided.standing.points) == ("granted", 12)
    with pytest.raises(AppealAlreadyDecided):
        by(appealed, "noa", actions.give_opinion, THOUGHT)


def test_an_opinion_that_was_changed_behind_the_service_is_found(appealed):
    opinion = by(appealed, "rae", actions.give_opinion, THOUGHT)
    with appealed.context.database.writing() as connection:
        assert verify(connection).sentences == []
        for change in ("outcome = 'upheld'", "reason = 'other words'"):
            connection.execute(text(f"UPDATE opinions SET {change}"))
            assert opinion.opinion_id in verify(connection).sentences[-1]


def test_the_words_of_an_opinion_go_with_the_other_words(appealed):
    by(appealed, "rae", actions.give_opinion, THOUGHT)
    by(appealed, "rae", actions.decide_after_opinion, GRANTED)
    appealed.clock.pass_time(days=3_000)
    assert appealed.as_("admin").post("/v1/retention", json={}).json()["complaints"] == 1
    with appealed.context.database.reading() as connection:
        assert connection.execute(text("SELECT reason FROM opinions")).scalars().all() == [""]
        assert verify(connection).sentences == []


def test_an_opinion_is_given_over_the_api_once_by_who_may_decide(appealed):
    address = f"/v1/appeals/{appealed.appeal_id}/opinion"
    body = {"outcome": "rejected", "reason": "the stitching is the maker's"}
    rae = appealed.as_("reviewer", "rae")
    first, again = (rae.post(address, json=body, headers={"Idempotency-Key": "k"}) for _ in "12")
    assert (first.status_code, again.json()) == (201, first.json())
    assert (first.json()["person"], first.json()["outcome"]) == ("rae", "rejected")
    refusals = (
        (rae, address, body, 409),
        (appealed.as_("moderator", "mia"), address, body, 403),
        (appealed.as_("analyst"), address, body, 403),
        (appealed.as_("ingest"), address, body, 403),
        (rae, "/v1/appeals/none/opinion", body, 404),
        (rae, address, {"outcome": "upheld"}, 422),
        (rae, address, {"outcome": "<b>", "reason": "x"}, 422),
    )
    for who, path, given, status in refusals:
        assert who.post(path, json=given).status_code == status, (path, given)
    by(appealed, "rae", actions.decide_after_opinion, GRANTED)
