"""A seller on a telephone without scripts: answer, decision, reasons, appeal, points back."""

from __future__ import annotations

import pytest

from detector.durations import DAY_US
from detector.instants import text_of
from tests.browser.people import Faults, newcomer
from tests.browser.served import serving
from tests.service.pictures import picture

NARROW = 390
PHOTOS = ["photo_received", "photo_official"]
UPHELD = {"outcome": "upheld", "reason": "The seam is glued.", "evidence": PHOTOS}
NOBODY = ("buyer-", "Mia", "Noa", "photo.png")
"""Names that no page of a seller says."""


@pytest.fixture(scope="module")
def public_served(tmp_path_factory):
    """A store in which there is nothing, whose public pages are switched on."""
    folder = tmp_path_factory.mktemp("public")
    database = f"sqlite:///{folder}/store.sqlite3"
    with serving(database, folder, public=True, public_requests_per_second=1_000) as served:
        yield served


def link_to(served, seller_id):
    expires_at = text_of(served.context.clock() + 200 * DAY_US)
    body = {"kind": "seller", "seller_id": seller_id, "expires_at": expires_at}
    return served.api("ingest", "shop").post("/v1/links", json=body)


def seen(page):
    """What the page says, which names nobody and is no wider than the telephone."""
    words = page.locator("main").inner_text()
    assert not [name for name in NOBODY if name in page.content() + page.url]
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW
    return words


def test_a_seller_answers_loses_reads_why_appeals_wins_and_sees_the_points_back(
    browser, public_served
):
    served, faults = public_served, Faults()
    served.open_case("a shop", complaints=1)
    [complaint] = served.api("analyst", "Ana").get("/v1/sellers/a%20shop/complaints")["complaints"]
    name, link = complaint["complaint_id"], link_to(served, "a shop")
    with newcomer(browser, served.url, faults, scripts=False, width=NARROW) as page:
        page.goto(link["address"])
        assert link["address"].rpartition("/")[2] not in page.url
        assert complaint["order_id"] not in seen(page)
        page.get_by_label("Type the code from your account").fill(link["second_factor"])
        page.get_by_role("button", name="Go on").click()
        assert "up to 6 points" in seen(page)

        page.get_by_role("link", name=f"Order {complaint['order_id']}").click()
        assert "If it is upheld it costs 6 points" in seen(page)
        page.get_by_role("button", name="Send the answer").click()
        assert "Write something first." in seen(page)
        page.get_by_label("Your answer to this complaint").fill("It came from the maker.")
        page.get_by_role("button", name="Send the answer").click()
        assert "Your answer was sent." in seen(page)

        mia = served.api("moderator", "Mia")
        mia.post(f"/v1/complaints/{name}/verdict", json=UPHELD)
        page.reload()
        words = seen(page)
        for said in ("decided against you", "The seam is glued.", "Automated means were used"):
            assert said in words
        page.get_by_label("Why is the decision wrong?").fill("The seam is the maker's own.")
        page.get_by_role("button", name="Appeal", exact=True).click()
        assert "Another person decides about your appeal." in seen(page)
        page.get_by_role("link", name="Back").click()
        assert "You hold 6 of 12 points." in seen(page)

        [appeal] = served.api("reviewer", "Noa").get("/v1/appeals")["appeals"]
        path = f"/v1/appeals/{appeal['appeal_id']}/decision"
        granted = {"outcome": "granted", "reason": "The maker confirms it."}
        served.api("reviewer", "Noa").post(path, json=granted)
        page.reload()
        assert "You hold 12 of 12 points." in seen(page)
        page.get_by_role("link", name=f"Order {complaint['order_id']}").click()
        words = seen(page)
        for said in ("decided for you on appeal", "you won", "The maker confirms it."):
            assert said in words
        page.get_by_role("link", name="Back").click()
        page.get_by_role("button", name="Leave this page").click()
        assert "You have left the page" in seen(page)
    assert faults == []


def test_a_large_file_is_told_before_it_is_sent_and_what_was_done_is_said_once(
    browser, public_served, tmp_path
):
    served, faults = public_served, Faults()
    served.open_case("a large shop", complaints=1)
    listed = served.api("analyst", "Ana").get("/v1/sellers/a%20large%20shop/complaints")
    [complaint] = listed["complaints"]
    link = link_to(served, "a large shop")
    with newcomer(browser, served.url, faults, width=NARROW) as page:
        page.goto(link["address"])
        page.get_by_label("Type the code from your account").fill(link["second_factor"])
        page.get_by_role("button", name="Go on").click()
        page.get_by_role("link", name=f"Order {complaint['order_id']}").click()
        assert "You can write up to 4,000 letters." in seen(page)
        page.get_by_role("link", name="A photo of the real thing").click()
        assert "10.0 MB at most" in seen(page)
        file = page.get_by_label("A photo of the real thing")
        large = tmp_path / "a.jpg"
        large.write_bytes(bytes(10_000_001))
        file.set_input_files(large)
        assert page.locator("#file-told").inner_text().startswith("This file is too large.")
        assert file.input_value() == ""
        good = {"name": "photo.png", "mimeType": "image/png", "buffer": picture()}
        file.set_input_files(good)
        page.get_by_role("button", name="Add this file").click()
        assert "Your evidence was added." in page.locator("#said").inner_text()
        page.reload()
        assert page.locator("#said").inner_text() == ""
    assert faults == []
