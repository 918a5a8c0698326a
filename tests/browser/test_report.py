"""A buyer on a telephone files a complaint with three bad photos and a good one, and comes back."""

from datetime import timedelta

import pytest

from detector.instants import text_of
from service.console.languages.catalogues import PSEUDO
from service.intake.reports.rules import BY_LINK
from service.portal.report.sending import LEAST_US
from service.roles import Role
from tests.browser.accessibility import findings
from tests.browser.people import Faults, Hand, expect, newcomer
from tests.browser.served import serving
from tests.service.pictures import picture

HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(200)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"/>'
PHONE = 390


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A service with public pages."""
    folder = tmp_path_factory.mktemp("shop")
    url = f"sqlite:///{folder}/store.sqlite3"
    with serving(url, folder, public=True, public_requests_per_second=1_000) as served:
        yield served


@pytest.fixture(params=[True, False], ids=["scripts", "plain"])
def phone(request, browser, shop):
    """A buyer's telephone; nothing may go wrong in it."""
    faults = Faults()
    with newcomer(browser, shop.url, faults, scripts=request.param, width=PHONE) as page:
        page.has_scripts = request.param
        yield page
    assert faults == []


def link_for(shop, order_id):
    ends = text_of(shop.context.clock() + int(timedelta(days=9).total_seconds() * 1e6))
    wanted = {"kind": "complaint", "seller_id": "s1", "order_id": order_id, "buyer_id": "b1"}
    made = shop.api(Role.INGEST, "shop").post("/v1/links", json={**wanted, "expires_at": ends})
    return made["address"]


def fits(page):
    # A page that was just asked for has no root element yet; a locator waits for it.
    return page.locator("html").evaluate("html => html.scrollWidth <= innerWidth")


def go_on(page, name="Go on"):
    page.locator("main").get_by_role("button", name=name, exact=True).click()


def choose(page, chosen):
    page.get_by_label("Show how the real one looks").set_input_files(chosen)


def file(name, content, kind="image/jpeg"):
    return {"name": name, "mimeType": kind, "buffer": content}


def send(page, chosen):
    """Send a file that is no good, and read why; the focus is on what is wrong."""
    choose(page, chosen)
    go_on(page, "Add this file")
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    assert page.title().startswith("Error: ")
    if page.has_scripts:
        assert page.evaluate("document.activeElement.id") == "problem"
    return page.locator("#problem").inner_text()


def test_a_complaint_with_bad_photos_is_filed_and_completed_later(phone, shop, tmp_path):
    page = phone
    page.goto(link_for(shop, f"o-{page.has_scripts}"))
    assert page.url == f"{shop.url}/report"
    go_on(page, "Start")
    go_on(page)  # without an answer
    expect(page.locator("#problem")).to_contain_text("Choose what is wrong.")
    page.locator("#problem a").click()
    page.get_by_label("It is a fake").check()
    go_on(page)
    page.get_by_label("What happened?").fill("The label is wrong.")
    go_on(page)
    assert not page.has_scripts or fits(page)
    page.get_by_role("link", name="A photo of what you got").click()
    page.get_by_label("Show what you got").set_input_files(file("a.jpg", picture("JPEG")))
    go_on(page, "Add this file")
    expect(page.locator("#said")).to_have_text("The file is added.")
    page.get_by_role("link", name="A photo by the brand").click()
    large = tmp_path / "large.jpg"  # a path: bytes would go to the browser as text in JSON
    with large.open("wb") as opened:
        opened.truncate(40_000_000)
    if page.has_scripts:
        choose(page, large)
        expect(page.locator("#file-told")).to_have_text(
            "This file is too large. Save it smaller and choose that."
        )
        assert page.get_by_label("Show how the real one looks").input_value() == ""
    else:
        assert "The file has 40.0 MB." in send(page, large)
    assert "This is a HEIC photo" in send(page, file("IMG_1.jpg", HEIC))
    assert "This is an SVG drawing" in send(page, file("photo.png", SVG))
    page.get_by_role("link", name="Back").click()
    expect(page.get_by_role("button", name="Take off")).to_have_count(1)
    page.locator("main").get_by_role("link", name="Go on", exact=True).click()
    expect(page.get_by_role("heading", name="Check what you wrote")).to_be_visible()
    page.wait_for_timeout(LEAST_US[BY_LINK] // 1_000)
    go_on(page, "Send it now")
    expect(page.get_by_role("heading", name="We have your complaint")).to_be_visible()
    address = page.locator(".address").inner_text()
    page.context.clear_cookies()
    page.goto(address)
    assert "/report/status/R-" in page.url
    expect(page.get_by_text("Still missing for your complaint to be upheld")).to_be_visible()
    page.get_by_role("link", name="A photo by the brand").click()
    choose(page, file("b.png", picture("PNG", seed=3), "image/png"))
    go_on(page, "Add this file")
    expect(page.get_by_text("You have added all that the rules ask for.")).to_be_visible()
    assert not page.has_scripts or fits(page)


def test_what_answers_a_form_is_clean_for_axe(browser, shop):
    """`test_pages.py` looks at the pages that an address shows."""
    faults = Faults()
    with newcomer(browser, shop.url, faults) as page:
        page.goto(link_for(shop, "o-axe"))
        go_on(page, "Start")
        go_on(page)
        assert findings(page) == []  # nothing was chosen
        page.get_by_label("It is a fake").check()
        go_on(page)
        page.get_by_label("What happened?").fill("fake")
        go_on(page)
        page.goto("/report/later")
        go_on(page, "Make the link")
        assert findings(page) == []
        page.goto("/report/check")
        page.wait_for_timeout(LEAST_US[BY_LINK] // 1_000)
        go_on(page, "Send it now")
        expect(page.locator(".reference")).to_be_visible()
        assert findings(page) == []
    assert faults == []


def test_a_complaint_is_filed_by_keys_alone_from_right_to_left(browser, shop):
    faults = Faults()
    with newcomer(browser, shop.url, faults, width=PHONE) as page:
        page.set_extra_http_headers({"Accept-Language": PSEUDO})
        page.goto(link_for(shop, "o-keys"))
        assert page.evaluate("document.documentElement.dir") == "rtl"
        hand = Hand(page, "keys")

        def press(wanted, leads_to):
            hand.press(page.locator(wanted))
            page.wait_for_url(f"**/report/{leads_to}")

        press("main button.primary", "what")
        hand._tab_to(page.locator("#category"))
        page.keyboard.press("Space")
        press("main button.primary", "why")
        hand.write(page.locator("#words"), "fake")
        press("main button.primary", "evidence")
        assert fits(page)
        press("main a.primary", "check")
        page.wait_for_timeout(LEAST_US[BY_LINK] // 1_000)
        hand.press(page.locator("#send"))
        expect(page.locator(".reference")).to_be_visible()
        assert fits(page)
    assert faults == []
