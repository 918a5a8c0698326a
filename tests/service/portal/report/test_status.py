"""What a complainant reads about their complaint, and what they may do: by the API's own rules."""

import pytest

from tests.service.console.conftest import visitor
from tests.service.pictures import picture
from tests.service.portal.conftest import (
    buyer_at,
    hidden_in,
    reference_in,
    send_file,
    sent_by,
    status_link_in,
)

UPHELD = {"outcome": "upheld", "reason": "The label is forged."}
REJECTED = {"outcome": "rejected", "reason": "The label is genuine.", "evidence": []}


@pytest.fixture
def sent(public, buyer):
    """What the page says when a complaint was sent."""
    return sent_by(public, buyer).text


@pytest.fixture
def reference(sent):
    return reference_in(sent)


@pytest.fixture
def complainant(public, sent):
    """Somebody who came back by the link of the confirmation alone."""
    known = visitor(public)
    assert "It waits for a person" in known.get(status_link_in(sent)).text
    return known


def decide(service, reference, verdict):
    if verdict["outcome"] == "upheld":
        service.prove(reference)
    given = service.as_("moderator", "mia").post(
        f"/v1/complaints/{reference}/verdict", json=verdict
    )
    assert given.status_code == 201, given.text


def status(person, reference):
    return person.get(f"/report/status/{reference}").text


def act(person, reference, what, **fields):
    address = f"/report/status/{reference}/{what}"
    return person.form(address, **(hidden_in(person.get(address).text) | fields))


def test_a_missing_document_is_added_later(public, complainant, reference):
    added = send_file(
        complainant, f"/report/status/{reference}/evidence/photo_official", picture("PNG")
    )
    assert "The file is added." in added.text
    pieces = public.as_("ingest").get(f"/v1/complaints/{reference}").json()["evidence"]
    assert [one["kind"] for one in pieces] == ["photo_official"]
    refused = send_file(complainant, f"/report/status/{reference}/evidence/receipt", b"x" * 99)
    assert refused.status_code == 422
    strange = send_file(complainant, f"/report/status/{reference}/evidence/strange", b"")
    assert strange.status_code == 404


def test_no_file_is_taken_once_it_is_decided_or_withdrawn(public, complainant, reference):
    decide(public, reference, REJECTED)
    address = f"/report/status/{reference}/evidence/receipt"
    assert complainant.get(address).status_code == 404
    assert send_file(complainant, address, picture("PNG")).status_code == 404


def test_the_answer_of_the_seller_is_told_and_not_what_it_says(public, complainant, reference):
    answered = public.as_("ingest").post(
        f"/v1/complaints/{reference}/answer", json={"text": "My own words."}
    )
    assert answered.is_success
    page = status(complainant, reference)
    assert "The seller answered" in page
    assert "My own words." not in page


def test_a_decision_is_told_with_its_reason_and_without_who_took_it(public, complainant, reference):
    decide(public, reference, UPHELD)
    page = status(complainant, reference)
    assert "We decided: you are right" in page
    assert "The label is forged." in page
    assert "mia" not in page
    assert "/appeal" not in page


def test_who_was_not_believed_appeals_once_and_in_time(public, complainant, reference):
    decide(public, reference, REJECTED)
    assert "/appeal" in status(complainant, reference)
    empty = act(complainant, reference, "appeal", words=" ")
    assert "Write why, in your own words." in empty.text
    appealed = act(complainant, reference, "appeal", words="Look at the seams.")
    assert "Your appeal is with us." in appealed.text
    assert "You appealed" in appealed.text
    assert f"{reference}/appeal" not in appealed.text
    (found,) = public.as_("reviewer").get("/v1/appeals").json()["appeals"]
    assert (found["by"], found["reason"]) == ("complainant", "Look at the seams.")


def test_an_appeal_out_of_time_is_not_offered_and_not_taken(public, buyer, reference):
    decide(public, reference, REJECTED)
    form = hidden_in(buyer.get(f"/report/status/{reference}/appeal").text)
    public.clock.pass_time(days=31)
    buyer = buyer_at(public)
    assert f"{reference}/appeal" not in status(buyer, reference)
    late = buyer.form(f"/report/status/{reference}/appeal", **form, words="late")
    assert late.status_code == 409
    assert public.as_("reviewer").get("/v1/appeals").json()["appeals"] == []
    assert buyer.get(f"/report/status/{reference}/appeal").url.path.endswith(reference)


def test_a_complaint_is_taken_back_by_who_means_it(public, complainant, reference):
    unsure = act(complainant, reference, "withdraw")
    assert "Tick the box if you are sure." in unsure.text
    taken = act(complainant, reference, "withdraw", sure="yes", words="It was my mistake.")
    assert "You took your complaint back." in taken.text
    shown = public.as_("ingest").get(f"/v1/complaints/{reference}").json()
    assert shown["stage"] == "withdrawn"
    assert shown["withdrawal"]["reason"] == "It was my mistake."
    assert f"{reference}/withdraw" not in taken.text
    assert f"{reference}/evidence" not in taken.text


def test_the_same_form_twice_withdraws_once(public, complainant, reference):
    form = hidden_in(complainant.get(f"/report/status/{reference}/withdraw").text)
    address = f"/report/status/{reference}/withdraw"
    answers = [complainant.form(address, **form, sure="yes") for _ in "12"]
    assert [one.status_code for one in answers] == [200, 200]


def test_after_a_withdrawal_the_order_may_be_complained_of_again(public, buyer, reference):
    act(buyer, reference, "withdraw", sure="yes")
    assert reference_in(sent_by(public, buyer).text) != reference


def test_a_complaint_that_the_marketplace_filed_is_shown_by_the_orders_link(public, buyer):
    filed = public.complaint("from the/shop", order_id="o/1", buyer_id="b1")
    assert public.as_("ingest").post("/v1/complaints", json=filed).is_success
    page = buyer.get("/report")
    assert "/report/status/from%20the%2Fshop" in page.text
    assert "It waits for a person" in buyer.get("/report/status/from%20the%2Fshop").text


def test_no_page_tells_who_works_on_it(public, complainant, reference, open_cases):
    open_cases(public, 1.0)
    public.as_("moderator", "mia").post("/v1/queue/claim")
    assert "mia" not in status(complainant, reference)
