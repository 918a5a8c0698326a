"""Who complains moves a case in the queue, and no points."""

import pytest

from service.cases.complainants import beliefs_of

UNFOUNDED = {"outcome": "unfounded", "reason": "the article is genuine"}
UPHELD = {
    "outcome": "upheld",
    "reason": "fake",
    "evidence": ["photo_received", "photo_official"],
}


@pytest.fixture
def told(either):
    """Complaints of a buyer, each decided; then the belief in one more, about another seller."""

    def belief(outcomes, *, complaints=1, buyer="rival"):
        filed = [
            either.complaint(f"c{n}", seller_id=f"s{n}", order_id=f"o{n}", buyer_id="rival")
            for n in range(len(outcomes))
        ]
        filed += [
            either.complaint(f"d{n}", seller_id="new", order_id=f"p{n}", buyer_id=buyer)
            for n in range(complaints)
        ]
        answer = either.as_("ingest").post("/v1/complaints", json={"complaints": filed})
        assert answer.is_success
        either.prove()
        mia = either.as_("moderator", "mia")
        for n, outcome in enumerate(outcomes):
            assert mia.post(f"/v1/complaints/c{n}/verdict", json=outcome).is_success
        with either.context.database.reading() as connection:
            now, policies = either.clock.now, either.context.policies
            return beliefs_of(connection, ["new", "s0"], now=now, policies=policies)["new"]

    return belief


def test_a_stranger_is_believed_as_a_stranger(told):
    assert told([], buyer="anybody") == 1.0


def test_somebody_often_right_is_believed_more(told):
    assert told([UPHELD, UPHELD]) > 1.0


def test_somebody_muted_is_not_heard(told):
    assert told([UNFOUNDED] * 5) == 0.0


def test_one_complainant_is_one_voice_however_often(told):
    assert told([], complaints=4, buyer="eager") == 0.25


def test_a_buyer_without_a_name_is_a_stranger(told):
    assert told([], complaints=2, buyer=None) == 1.0
