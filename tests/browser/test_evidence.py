"""Pictures of evidence: fetched when they are asked for, one at a time, gone on leaving."""

import pytest

from tests.browser.people import Hand, expect, focused


@pytest.fixture
def look(visit, served):
    """Go to a complaint with two pictures; also what was fetched of them since."""

    def at(scripts=True):
        page = visit("moderator", scripts=scripts)
        fetched = []
        page.on("request", lambda one: fetched.append(one.url) if "/file" in one.url else None)
        page.goto(f"/complaints/{served.facts['complaint']}")
        return page, fetched

    return at


def test_nothing_is_fetched_before_it_is_asked_for(look):
    page, fetched = look()
    expect(page.get_by_role("heading", name="Evidence")).to_be_visible()
    page.mouse.wheel(0, 5_000)
    page.wait_for_load_state("networkidle")
    assert fetched == []


def test_one_at_a_time_and_escape_goes_back_to_its_button(look):
    page, fetched = look()
    buttons = page.locator("[data-look]")
    Hand(page, "keys").press(buttons.first)
    pictures = page.locator("main img")
    expect(pictures.first).to_be_visible()
    assert len(fetched) == pictures.count()
    buttons.last.click()
    expect(buttons.first).to_have_attribute("aria-expanded", "false")
    expect(buttons.last).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(pictures).to_have_count(0)
    expect(buttons.last).to_be_focused()
    assert focused(page) == "BUTTON"


def test_who_leaves_and_comes_back_finds_it_veiled(look):
    page, _ = look()
    page.locator("[data-look]").first.click()
    expect(page.locator("main img").first).to_be_visible()
    page.goto("/queue")
    page.go_back()
    expect(page.get_by_role("heading", name="Evidence")).to_be_visible()
    expect(page.locator("main img")).to_have_count(0)


def test_without_scripts_a_link_shows_one(look):
    page, fetched = look(scripts=False)
    assert fetched == []
    expect(page.locator("[data-look]:visible")).to_have_count(0)
    page.get_by_role("link", name="On a page of its own").first.click()
    expect(page.locator("main img").first).to_be_visible()
    assert fetched
