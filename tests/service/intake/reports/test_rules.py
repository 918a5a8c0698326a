"""Which reports somebody may read, what one lacks, and what addresses of offers tell."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.intake.reports.rules import (
    BY_LINK,
    DRAFT_US,
    OPEN,
    UNVERIFIED,
    Report,
    addresses_in,
    complainant_of,
    lacking,
    may_read,
    offer_in,
)
from service.links.rules import COMPLAINT, REPORT, Link

REPORTED = Report(
    report_id="R-1",
    door=BY_LINK,
    link_id="l_1",
    seller_id="s1",
    order_id="o1",
    listing_id=None,
    buyer_id="b1",
    category="counterfeit",
    addresses=None,
    seller_named=None,
    words="fake",
    name=None,
    email=None,
    good_faith=None,
    language="en",
    begun_at=1,
    saved_at=1,
    sent_at=None,
    complaint_id=None,
    erased_at=None,
)
LINK = Link(
    link_id="l_1",
    digest=b"",
    kind=COMPLAINT,
    seller_id="s1",
    order_id="o1",
    listing_id=None,
    buyer_id="b1",
    report_id=None,
    language=None,
    made_at=0,
    expires_at=10,
    revoked_at=None,
)
TEMPLATE = "https://shop.example/{seller_id}/items/{listing_id}"
IDS = st.text("abcdefghijklmnopqrstuvwxyz0123456789-_.", min_size=1, max_size=20).filter(
    lambda one: one not in (".", "..")
)


@given(seller=IDS, listing=IDS, rest=st.sampled_from(["", "/", "?ref=1", "#top", "/?a=b"]))
def test_an_offers_address_tells_what_the_template_has_in_it(seller, listing, rest):
    address = f"https://shop.example/{seller}/items/{listing}{rest}"
    assert offer_in(address, TEMPLATE) == {"seller_id": seller, "listing_id": listing}


@given(st.text())
def test_no_other_text_tells_a_seller(text):
    assert offer_in(f"https://other.example/{text}", TEMPLATE) == {}
    assert offer_in(text, None) == {}


@given(st.lists(IDS, max_size=5), st.lists(st.sampled_from(["x", "ftp://a.b", "http://a b.c"])))
def test_the_lines_of_a_text_are_addresses_or_not(good, bad):
    addresses = [f"https://shop.example/{one}" for one in good]
    found, refused = addresses_in("\n".join([*addresses, *bad]))
    assert found == list(dict.fromkeys(addresses))
    assert refused == bad


@pytest.mark.parametrize("line", ["https://[", "https://localhost", "https://a.b/\u0000", "a.b"])
def test_what_no_browser_would_open_is_no_address(line):
    assert addresses_in(line) == ([], [line])


def test_only_a_notice_without_a_link_needs_the_address_of_an_offer():
    assert lacking(REPORTED) == []
    assert lacking(replace(REPORTED, door=OPEN)) == ["addresses"]
    empty = replace(REPORTED, door=OPEN, category=None, words=" … ")
    assert lacking(empty) == ["category", "addresses", "words"]


def test_who_came_by_no_link_is_known_by_their_mail_alone():
    assert complainant_of(REPORTED) == "b1"
    notice = replace(REPORTED, door=OPEN, buyer_id="b1", email="Ann@Example.org")
    assert complainant_of(notice) == f"{UNVERIFIED}ann@example.org"
    assert complainant_of(replace(notice, email=None)) is None


@given(after=st.integers(0, 2 * DRAFT_US))
def test_a_draft_is_kept_for_a_week_and_what_was_sent_for_good(after):
    assert REPORTED.is_kept(REPORTED.saved_at + after) == (after < DRAFT_US)
    assert replace(REPORTED, sent_at=1).is_kept(REPORTED.saved_at + after)


@pytest.mark.parametrize(
    ("link", "facts", "is_theirs"),
    [
        (LINK, ("s1", "o1", "b1"), True),
        (LINK, ("s1", "o1", None), True),
        (LINK, ("s1", "o1", "b2"), False),
        (LINK, ("s2", "o1", "b1"), False),
        (LINK, ("s1", "o2", "b1"), False),
        (LINK, ("s1", None, "b1"), False),
        (replace(LINK, order_id=None, seller_id=None), (None, None, None), False),
        (replace(LINK, kind=REPORT, order_id=None, report_id="R-1"), ("s9", "o9", "b9"), True),
        (replace(LINK, kind=REPORT, order_id=None, report_id="R-2"), ("s1", "o1", "b1"), False),
    ],
)
def test_a_link_leads_to_its_order_or_its_report_and_to_nothing_else(link, facts, is_theirs):
    assert may_read(link, REPORTED, facts) == is_theirs
