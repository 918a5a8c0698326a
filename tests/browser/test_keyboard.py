"""Keys of one letter lead somewhere, never act in a field, and can be switched off."""

from service.console.pages.keyboard import KEYS
from tests.browser.people import expect, focused, said


def test_a_question_mark_shows_every_key_and_escape_goes_back(visit):
    page = visit("moderator")
    page.keyboard.press("?")
    shown = page.get_by_role("dialog")
    expect(shown).to_be_visible()
    for key, meaning in KEYS.values():
        expect(shown.locator("div", has_text=meaning).locator("kbd")).to_have_text(key)
    page.keyboard.press("Escape")
    expect(shown).to_be_hidden()


def test_keys_walk_through_the_queue_and_to_the_claim(visit, served):
    served.open_case()
    served.open_case()
    page = visit("moderator")
    rows = page.locator("[data-row]")
    page.keyboard.press("j")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("j")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(rows.nth(0)).to_be_focused()
    page.locator("#cases summary").nth(1).focus()
    page.keyboard.press("j")
    expect(rows.nth(2)).to_be_focused()
    page.locator("#cases summary").nth(1).focus()
    page.keyboard.press("k")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("c")
    expect(page.get_by_role("button", name="Claim next")).to_be_focused()
    page.keyboard.press("j")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/*")
    page.keyboard.press("q")
    page.wait_for_url("**/queue")


def test_in_a_field_a_key_is_a_letter(visit, served):
    page = visit("moderator", "Ana who types")
    page.goto(f"/cases/{served.open_case()}")
    field = page.get_by_label("Note to colleagues")
    field.focus()
    typed = "".join(key for key, _ in KEYS.values())
    address = page.url
    page.keyboard.type(typed)
    expect(field).to_have_value(typed)
    assert page.url == address
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_with_a_key_of_the_browser_nothing_happens(visit):
    page = visit("moderator")
    page.keyboard.press("Alt+j")
    assert focused(page) == "BODY"


def test_keys_are_switched_off_and_on_again(visit):
    page = visit("moderator")
    for choice, count in (("off", 0), ("on: ? shows them", 1)):
        page.goto("/sessions")
        page.get_by_label("Keys of one letter").select_option(choice)
        page.get_by_role("button", name="Keep").click()
        expect(said(page)).to_have_text("Your choice is kept in this browser.")
        page.keyboard.press("?")
        expect(page.get_by_role("dialog")).to_have_count(count)
