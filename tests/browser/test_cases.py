"""A case is claimed, held, given back, passed on and closed: by mouse, by keys, without scripts."""

import pytest

from tests.browser.people import Hand, expect, said

WAYS = pytest.mark.parametrize("way", ["mouse", "keys", "no scripts"])


@pytest.fixture
def hand(visit):
    """Somebody who comes to work in one of these ways."""
    return lambda way, role, name: Hand(visit(role, name, scripts=way != "no scripts"), way)


def claimed(visit, name, case_id):
    """The page of a case that somebody has just claimed."""
    page = visit("moderator", name)
    page.goto(f"/cases/{case_id}")
    page.get_by_role("button", name="Claim", exact=True).click()
    expect(page.get_by_role("button", name="Give it back")).to_be_visible()
    return page


@WAYS
def test_claim_next_takes_the_first_case_and_it_is_held_and_given_back(hand, served, way):
    case_id = served.open_case()
    ana = hand(way, "moderator", f"Ana by {way}")
    ana.press("Claim next")
    ana.page.wait_for_url(f"**/cases/{case_id}?said=claimed")
    ana.press("Hold it for longer")
    expect(said(ana.page)).to_have_text("You hold this case for longer.")
    ana.press("Give it back")
    expect(said(ana.page)).to_have_text("The case is back in the queue.")
    expect(ana.page.get_by_role("button", name="Claim", exact=True)).to_be_visible()


@WAYS
def test_a_case_is_passed_on_with_a_note_and_closed_by_a_reviewer(hand, served, way):
    case_id = served.open_case()
    ben = hand(way, "moderator", f"Ben by {way}")
    ben.page.goto(f"/cases/{case_id}")
    ben.press("Claim")
    ben.unfold("Give it to a reviewer")
    ben.write("Note to the reviewer", "I know the seller.")
    ben.press("Give it to a reviewer")
    expect(said(ben.page)).to_have_text("The case waits for a reviewer.")
    rea = hand(way, "reviewer", f"Rea by {way}")
    rea.page.goto(f"/cases/{case_id}")
    expect(rea.page.get_by_text("I know the seller.").first).to_be_visible()
    rea.press("Claim")
    rea.unfold("Close it")
    rea.page.locator("#label_reason").select_option("settled")
    rea.write(rea.page.locator("#close-note"), "Settled.")
    rea.press("Close the case")
    expect(said(rea.page)).to_have_text("The case is closed.")
    expect(rea.page.get_by_text("Settled.").first).to_be_visible()


def test_of_two_moderators_one_holds_the_case_and_the_other_sees_who(visit, served):
    case_id = served.open_case()
    ben = visit("moderator", "Ben")
    ben.goto(f"/cases/{case_id}")
    claimed(visit, "Ana", case_id)
    ben.get_by_role("button", name="Claim", exact=True).click()
    expect(ben.get_by_role("alert")).to_contain_text("Ana")
    ben.goto(f"/cases/{case_id}")
    expect(ben.get_by_role("main")).to_contain_text("Held by Ana")
    expect(ben.get_by_role("button", name="Claim", exact=True)).to_have_count(0)


def test_a_double_click_claims_one_case(visit, served):
    first, second = served.open_case(), served.open_case()
    page = visit("moderator", "Ana who clicks twice")
    page.get_by_role("button", name="Claim next").dblclick()
    page.wait_for_url(f"**/cases/{second}?said=claimed")
    page.goto("/queue?which=mine")
    expect(page.locator("[data-row]")).to_have_count(1)
    page.goto(f"/cases/{first}")
    expect(page.get_by_role("button", name="Claim", exact=True)).to_be_visible()


def test_neither_back_nor_reload_does_it_again(visit, served):
    case_id = served.open_case()
    page = visit("moderator", "Ana who goes back")
    page.get_by_role("button", name="Claim next").click()
    page.wait_for_url(f"**/cases/{case_id}?said=claimed")
    page.get_by_role("button", name="Give it back").click()
    expect(said(page)).to_have_text("The case is back in the queue.")
    reader = served.api("analyst", "Ida")
    for move in (page.reload, page.go_back, page.go_back, page.go_forward):
        move()
        assert reader.get(f"/v1/cases/{case_id}")["lease"] is None


def test_the_focus_is_at_the_outcome_of_a_form_and_at_what_went_wrong(visit, served):
    case_id = served.open_case()
    page = claimed(visit, name := "Ana whose focus counts", case_id)
    expect(said(page)).to_be_focused()
    hold = page.get_by_role("button", name="Hold it for longer")
    hold.click()
    expect(said(page)).to_have_text("You hold this case for longer.")
    expect(hold).to_be_focused()
    served.api("moderator", name).post(f"/v1/cases/{case_id}/release")
    page.get_by_role("button", name="Give it back").click()
    expect(page.locator("#problem")).to_be_focused()


def test_a_lapse_disables_nothing_and_the_words_stay(visit, served):
    case_id = served.open_case()
    page = claimed(visit, name := "Ana who was away", case_id)
    page.get_by_label("Note to colleagues", exact=True).first.fill("I asked the shop.")
    served.api("moderator", name).post(f"/v1/cases/{case_id}/release")
    page.get_by_role("button", name="Hold it for longer").click()
    expect(page.get_by_role("button", name="Claim", exact=True)).to_be_focused()
    note = page.get_by_label("Note to colleagues", exact=True).first
    expect(note).to_have_value("I asked the shop.")
    page.get_by_role("button", name="Claim", exact=True).click()
    expect(note).to_have_value("I asked the shop.")
