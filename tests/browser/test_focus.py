"""What has the focus is seen, and who is about to be signed out hears it in time."""

import pytest
from sqlalchemy import update

from detector.durations import MINUTE_US
from service.console.sessions.tables import sessions
from tests.browser.people import TABS_MAX, expect

IS_SEEN = """() => {
    const here = document.activeElement;
    const { left, right, top, bottom } = here.getBoundingClientRect();
    const inset = (from, to, share) => from + (to - from) * share;
    return [0.1, 0.5, 0.9].some((x) => [0.1, 0.5, 0.9].some((y) => {
        const seen = document.elementFromPoint(inset(left, right, x), inset(top, bottom, y));
        return seen && (here.contains(seen) || seen.contains(here));
    }));
}"""
TO_THE_END = """[...document.querySelectorAll('main a, main button, main summary')]
    .filter((one) => one.checkVisibility()).at(-1).focus()"""
AT = "document.activeElement.outerHTML.slice(0, 120)"


@pytest.fixture
def served(sqlite_served):
    return sqlite_served


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("key", ["Tab", "Shift+Tab"])
def test_2_4_11_no_focus_is_hidden_behind_what_stays_in_place(visit, served, width, key):
    page = visit("moderator", "Ana with the tabulator")
    page.set_viewport_size({"width": width, "height": 600})
    page.goto(f"/cases/{served.open_case()}")
    page.get_by_role("button", name="Claim", exact=True).click()
    expect(page.get_by_role("button", name="Give it back")).to_be_visible()
    if key == "Shift+Tab":
        page.evaluate(TO_THE_END)
    hidden, seen = [], set()
    for _ in range(TABS_MAX):
        page.keyboard.press(key)
        at = page.evaluate(AT)
        if at.startswith("<body"):
            break
        seen.add(at)
        if not page.evaluate(IS_SEEN):
            hidden.append(at)
    assert hidden == []
    assert len(seen) > 15


def test_2_2_1_who_is_about_to_be_signed_out_is_warned_and_stays(visit, served):
    page = visit()
    page.clock.install()
    page.goto("/login")
    page.get_by_label("Your key").fill(served.key("moderator", "Ana who reads for an hour"))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/queue")
    warning = page.get_by_role("alert").filter(has_text="you are signed out")
    page.clock.fast_forward(59 * 60 * 1000)  # the service has seen less time pass, and says so
    expect(warning).to_be_hidden()
    with served.context.database.writing() as connection:
        seen_at = served.context.clock() - 59 * MINUTE_US
        hers = sessions.c.person == "Ana who reads for an hour"
        connection.execute(update(sessions).where(hers).values(seen_at=seen_at))
    page.clock.fast_forward(59 * 60 * 1000)
    expect(warning).to_be_visible()
    page.get_by_label("Category").focus()
    page.get_by_role("button", name="Stay signed in").click()
    expect(warning).to_be_hidden()
    expect(page.get_by_label("Category")).to_be_focused()
