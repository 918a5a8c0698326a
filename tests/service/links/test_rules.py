"""A pass opens what its link opens, for two hours, and cannot be made up."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.links.rules import PASS_US, SELLER, Link, digest_of, is_good_pass, link_in, pass_for

MADE_AT = 1_700_000_000_000_000
LINK = Link(
    link_id="l_1",
    digest=digest_of("token"),
    kind=SELLER,
    seller_id="s1",
    order_id=None,
    listing_id=None,
    buyer_id=None,
    report_id=None,
    language=None,
    made_at=MADE_AT,
    expires_at=MADE_AT + 10 * PASS_US,
    revoked_at=None,
)


@given(after=st.integers(0, 3 * PASS_US))
def test_a_pass_is_good_for_two_hours(after):
    kept = pass_for(LINK, now=MADE_AT)
    assert link_in(kept) == LINK.link_id
    assert is_good_pass(kept, LINK, now=MADE_AT + after) == (after < PASS_US)


@given(left=st.integers(1, PASS_US))
def test_a_pass_never_outlives_its_link(left):
    short = replace(LINK, expires_at=MADE_AT + left)
    assert not is_good_pass(pass_for(short, now=MADE_AT), short, now=short.expires_at)


@given(kept=st.text())
def test_no_text_passes_for_a_pass(kept):
    assert not is_good_pass(kept, LINK, now=MADE_AT)


@pytest.mark.parametrize("part", range(3))
def test_a_pass_that_was_changed_opens_nothing(part):
    parts = pass_for(LINK, now=MADE_AT).split(".")
    parts[part] = f"{'9' if part == 1 else 'a'}{parts[part][1:]}x"[: len(parts[part])]
    other = replace(LINK, link_id=parts[0])
    assert not is_good_pass(".".join(parts), other, now=MADE_AT)


def test_a_pass_of_another_token_opens_nothing():
    other = replace(LINK, digest=digest_of("another"))
    assert not is_good_pass(pass_for(other, now=MADE_AT), LINK, now=MADE_AT)
