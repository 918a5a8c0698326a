"""A complaint is decided after a preview, and what happens is what the preview said."""

import pytest

from tests.browser.people import Hand, expect, said

WAYS = pytest.mark.parametrize("way", ["mouse", "keys", "no scripts"])
REASON = "The stitching differs from the official article."


@pytest.fixture
def previewed(visit, served):
    """A moderator who holds a case and looks at what upholding its first complaint would do."""

    def begin(name, way="mouse", **said):
        case_id = served.open_case(**said)
        hand = Hand(visit("moderator", name, scripts=way != "no scripts"), way)
        hand.page.goto(f"/cases/{case_id}")
        hand.press("Claim")
        expect(hand.page.get_by_role("button", name="Give it back")).to_be_visible()
        number = case_id.removeprefix("c_story")
        hand.page.goto(f"/complaints/story-{number}-1/verdict")
        hand.choose("Upheld: the complaint is right")
        hand.write("Reason for the parties", REASON)
        hand.press("Preview")
        expect(hand.page.locator("#preview")).to_be_visible()
        return hand, f"story-{number}-1"

    return begin


def told(page, term):
    """What the preview says about something."""
    return page.locator("#preview dl > div", has_text=term).locator("dd")


@WAYS
def test_the_outcome_is_what_the_preview_said(previewed, served, way):
    mia, complaint_id = previewed(f"Mia by {way}", way)
    expect(told(mia.page, "Points taken")).to_have_text("6")
    after = told(mia.page, "Points the seller holds").locator("strong")
    expect(after).to_have_text("6 after")
    expect(mia.page.locator("#preview")).to_contain_text(REASON)
    mia.press("Decide")
    expect(said(mia.page)).to_have_text("The verdict is given.")
    expect(mia.page.get_by_role("main")).to_contain_text("6 points left")
    complaint = served.api("analyst", "Ida").get(f"/v1/complaints/{complaint_id}")
    assert complaint["verdict"]["reason"] == REASON


def test_enter_in_a_field_decides_nothing(previewed, served):
    mia, complaint_id = previewed("Mia who presses Enter")
    mia.page.get_by_label("Rejected: it is not proven").check()
    mia.page.keyboard.press("Enter")
    expect(mia.page.locator("#preview")).to_contain_text("It was not upheld")
    complaint = served.api("analyst", "Ida").get(f"/v1/complaints/{complaint_id}")
    assert complaint["verdict"] is None


def test_a_double_click_decides_once(previewed, served):
    mia, complaint_id = previewed("Mia who clicks twice")
    mia.page.get_by_role("button", name="Decide").dblclick()
    expect(said(mia.page)).to_have_text("The verdict is given.")
    seller_id = served.api("analyst", "Ida").get(f"/v1/complaints/{complaint_id}")["seller_id"]
    ledger = served.api("analyst", "Ida").get(f"/v1/sellers/{seller_id}/ledger")
    assert len(ledger["entries"]) == 1


def test_a_complaint_that_changed_meanwhile_is_not_decided_and_the_words_stay(previewed, served):
    mia, complaint_id = previewed("Mia who is overtaken")
    answer = {"text": "It is our own maker's.", "by": "seller"}
    served.api("ingest", "shop").post(f"/v1/complaints/{complaint_id}/answer", json=answer)
    mia.press("Decide")
    problem = mia.page.locator("#problem")
    expect(problem).to_contain_text("Nothing was decided: this changed")
    expect(problem).to_be_focused()
    expect(mia.page.get_by_label("Reason for the parties")).to_have_value(REASON)
    expect(mia.page.get_by_role("main")).to_contain_text("It is our own maker's.")


def test_what_two_people_decide_is_proposed_by_the_first(previewed):
    mia, _ = previewed("Mia who proposes", category="unsafe")
    expect(mia.page.locator("#preview")).to_contain_text("given once 2 people agree")
    mia.press("Decide")
    expect(said(mia.page)).to_have_text("The verdict is proposed; others must agree.")


def test_words_typed_are_there_in_another_tab(visit, served):
    case_id = served.open_case()
    page = visit("moderator", "Mia of two tabs")
    address = f"/complaints/story-{case_id.removeprefix('c_story')}-1/verdict"
    page.goto(address)
    page.get_by_label("Reason for the parties").fill(REASON)
    page.get_by_role("button", name="Keep for later").click()
    page.wait_for_url("**said=draft")
    other = page.context.new_page()
    other.goto(address)
    expect(other.get_by_label("Reason for the parties")).to_have_value(REASON)


def test_twelve_complaints_are_decided_at_once(visit, served):
    case_id = served.open_case(complaints=12)
    page = visit("moderator", "Mia with twelve")
    page.goto(f"/cases/{case_id}")
    page.get_by_role("button", name="Claim", exact=True).click()
    expect(page.get_by_role("button", name="Give it back")).to_be_visible()
    page.goto(f"/cases/{case_id}/verdicts")
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_label("Rejected: it is not proven").check()
    page.get_by_label("Reason for the parties").fill(REASON)
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview")).to_be_focused()
    expect(page.get_by_text("takes 0 points: 12 before, 12 after")).to_have_count(12)
    page.get_by_role("button", name="Decide 12 complaints").click()
    page.wait_for_url("**said=*")
    seller_id = served.api("analyst", "Ida").get(f"/v1/cases/{case_id}")["seller_id"]
    rows = served.api("analyst", "Ida").get(f"/v1/sellers/{seller_id}/complaints")["complaints"]
    assert [row["outcome"] for row in rows] == ["rejected"] * 12
