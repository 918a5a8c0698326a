"""A seller's page over HTTP: opened by a link and a code, it names nobody and loses nothing."""

import re
from html import unescape
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from detector.instants import text_of
from service.database.engine import metadata
from service.links.rules import TRIES_MAX
from tests.service.console.conftest import visitor
from tests.service.pictures import picture

PHOTOS = ["photo_received", "photo_official"]
UPHELD = {"outcome": "upheld", "reason": "the seam is glued", "evidence": PHOTOS}
SECRET = ("jane", "mia", "noa", "secret.png", "the complainant's letter")
DAY_US = 86_400_000_000


def shop_of(start, url, **settings):
    """A service with public pages and two complaints about a seller."""
    service = start(url, public=True, public_requests_per_second=1_000, **settings)
    service.shop, service.mia = service.as_("ingest", "shop"), service.as_("moderator", "mia")
    batch = [service.complaint(one, buyer_id="jane") for one in ("c/1", "c2")]
    service.shop.post("/v1/complaints", json={"complaints": batch})
    service.prove()
    return service


@pytest.fixture
def shop(start, sqlite_url):
    return shop_of(start, sqlite_url)


def link_for(service, seller_id="s1", **more):
    body = {"kind": "seller", "seller_id": seller_id, **more}
    body["expires_at"] = text_of(service.clock.now + 200 * DAY_US)
    made = service.shop.post("/v1/links", json=body)
    assert made.status_code == 201, made.text
    return made.json() | {"address": urlsplit(made.json()["address"]).path}


def came_by(service, link, code=None):
    """A browser that opened a link, and typed its code."""
    browser = visitor(service)
    assert browser.get(link["address"]).status_code == 200
    code = link["second_factor"] if code is None else code
    entered = browser.form("/seller/code", code=code)
    assert (entered.status_code, entered.url.path) == (200, "/seller")
    return browser


def page(browser, address="/seller", status=200):
    got = browser.get(address)
    assert got.status_code == status, got.text
    checked(got)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", got.text)).split())


def checked(got):
    """Nobody keeps the page, finds it or learns its address; and it names nobody."""
    assert got.headers["cache-control"] == "no-store"
    assert got.headers["referrer-policy"] == "no-referrer"
    assert got.headers["x-robots-tag"].startswith("noindex")
    assert not [name for name in SECRET if name in got.text + str(got.url)]


def everything_in(service):
    with service.context.database.reading() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table))))
            for table in metadata.sorted_tables
        }


class TestTheCode:
    """What the mail does not hold."""

    def test_a_link_alone_shows_nothing_of_the_seller(self, shop):
        link = link_for(shop)
        browser = visitor(shop)
        browser.get(link["address"])
        told = page(browser)
        assert "Type the code from your account" in told
        assert "order of" not in told
        asked = browser.get("/seller/complaints/c2")
        assert asked.url.path == "/seller"
        assert "order of" not in asked.text

    def test_the_drawn_code_is_eight_digits_answered_once_and_kept_as_a_hash(self, shop):
        link = link_for(shop)
        code = link["second_factor"]
        assert re.fullmatch(r"[0-9]{8}", code)
        assert code not in repr(everything_in(shop))
        assert link_for(shop)["second_factor"] != code
        assert "You hold 12 of 12 points." in page(came_by(shop, link))

    def test_a_code_of_the_marketplaces_own_may_be_typed_as_people_type(self, shop):
        link = link_for(shop, second_factor="Blue-Whale 77")
        assert link["second_factor"] is None
        assert "You hold" in page(came_by(shop, link, "blue whale77"))

    def test_after_a_few_wrong_codes_none_is_taken_and_nothing_typed_is_not_counted(self, shop):
        link = link_for(shop)
        browser = visitor(shop)
        browser.get(link["address"])
        for _ in range(2 * TRIES_MAX):
            assert browser.form("/seller/code").status_code == 422
        for _ in range(TRIES_MAX - 1):
            assert "This is not the code." in browser.form("/seller/code", code="1").text
        browser.form("/seller/code", code="1")
        locked = browser.form("/seller/code", code=link["second_factor"])
        assert (locked.status_code, "takes no code any more" in locked.text) == (403, True)
        assert "takes no code any more" in page(browser, status=403)

    def test_the_right_code_forgets_the_wrong_ones_before_it(self, shop):
        link = link_for(shop)
        for _ in range(3):
            browser = visitor(shop)
            browser.get(link["address"])
            for _ in range(TRIES_MAX - 1):
                browser.form("/seller/code", code="1")
            browser.form("/seller/code", code=link["second_factor"])
            assert "You hold" in page(browser)

    def test_what_one_links_code_opened_opens_no_other_link(self, shop):
        first, second = link_for(shop), link_for(shop, "s2")
        browser = came_by(shop, first)
        browser.get(second["address"])
        assert "Type the code" in page(browser)

    def test_it_ends_with_the_pass_the_link_and_by_leaving(self, shop):
        link = link_for(shop)
        browser = came_by(shop, link)
        assert "You have left" in browser.form("/seller/leave").text
        assert browser.get("/seller").status_code == 404
        browser = came_by(shop, link)
        shop.shop.delete(f"/v1/links/{link['link_id']}")
        assert browser.get("/seller").status_code == 404


def test_a_seller_answers_is_decided_against_appeals_wins_and_has_the_points_back(shop):
    browser = came_by(shop, link_for(shop))
    told = page(browser)
    assert "Order order of c/1" in told
    assert "not decided up to 6 points" in told
    address = "/seller/complaints/c%2F1"
    told = page(browser, address)
    assert "If it is upheld it costs 6 points; you hold 12." in told
    key = browser.key_on(address)
    fields = {"words": "the receipt is <b>attached</b>", "idempotency_key": key}
    for _ in range(2):
        sent = browser.form(f"{address}/answer", **fields)
        assert (sent.status_code, "Your answer was sent" in sent.text) == (200, True)
    assert "Your answer was sent" not in page(browser, str(sent.url))
    told = page(browser, address)
    assert "the receipt is <b>attached</b>" in told
    assert "Send the answer" not in told
    shown = shop.mia.get("/v1/complaints/c/1").json()["answer"]
    assert shown["filed_by"] == "the seller, by a link"

    assert shop.mia.post("/v1/complaints/c/1/verdict", json=UPHELD).is_success
    told = page(browser, address)
    for words in ("decided against you", "The reason given: the seam is glued", "Appeal until"):
        assert words in told
    told = page(browser)
    assert "You hold 6 of 12 points." in told
    assert "A complaint was upheld 2 Mar 2026, 12:00 UTC -6 6" in told
    assert "Left now 6" in told
    assert "Warning: in force" in told

    sent = browser.form(f"{address}/appeal", words="it is genuine", idempotency_key="k")
    assert "Your appeal was sent" in sent.text
    assert "Another person decides about your appeal." in page(browser, address)
    [appeal] = shop.as_("reviewer").get("/v1/appeals").json()["appeals"]
    decision = f"/v1/appeals/{appeal['appeal_id']}/decision"
    granted = {"outcome": "granted", "reason": "the seam is genuine"}
    assert shop.as_("reviewer", "noa").post(decision, json=granted).is_success
    told = page(browser, address)
    for words in ("decided for you on appeal", "you won", "the seam is genuine"):
        assert words in told
    assert "You hold 12 of 12 points." in page(browser)


def test_a_suspension_is_told_with_its_statement_and_not_before_it_was_approved(shop):
    for one in ("c/1", "c2"):
        shop.mia.post(f"/v1/complaints/{one}/verdict", json=UPHELD)
    browser = came_by(shop, link_for(shop))
    assert "Suspension: not in force" in page(browser)
    [waiting] = shop.as_("analyst").get("/v1/sanctions").json()["sanctions"]
    approval = f"/v1/sanctions/{waiting['sanction_id']}/approve"
    shop.as_("reviewer", "noa").post(approval, json={"reason": "the complainant's letter"})
    told = page(browser)
    assert "Suspension: in force" in told
    assert "Your shop is suspended from 2 March 2026, 12:00 UTC until 9 March 2026" in told
    assert "You can go to a court at any time." in told


def test_another_sellers_complaint_is_no_page_and_takes_no_answer(shop):
    shop.shop.post("/v1/complaints", json=shop.complaint("c9", seller_id="s9"))
    browser = came_by(shop, link_for(shop))
    assert browser.get("/seller/complaints/c9").status_code == 404
    assert browser.form("/seller/complaints/c9/answer", words="mine").status_code == 404
    assert browser.form("/seller/complaints/c9/appeal", words="mine").status_code == 404
    assert shop.mia.get("/v1/complaints/c9").json()["answer"] is None


@pytest.mark.parametrize(
    ("act", "words", "said"),
    [
        ("answer", " ", "Write something first."),
        ("answer", "x" * 4_001, "Write 4000 letters at most."),
        ("appeal", "", "Write something first."),
    ],
)
def test_acting_takes_words_and_what_is_wrong_stands_at_the_field(shop, act, words, said):
    shop.mia.post("/v1/complaints/c2/verdict", json=UPHELD)
    name = "c%2F1" if act == "answer" else "c2"
    browser = came_by(shop, link_for(shop))
    before = everything_in(shop)
    refused = browser.form(f"/seller/complaints/{name}/{act}", words=words)
    assert refused.status_code == 422
    assert said in unescape(refused.text)
    assert 'href="#words"' in refused.text
    assert "<title>Error:" in refused.text
    assert everything_in(shop) == before


def test_a_complaint_decided_meanwhile_keeps_the_words(shop):
    browser = came_by(shop, link_for(shop))
    shop.mia.post("/v1/complaints/c2/verdict", json=UPHELD)
    refused = browser.form("/seller/complaints/c2/answer", words="my words")
    assert refused.status_code == 409
    assert "my words" in refused.text


def test_who_complained_and_appealed_is_told_without_their_words(shop):
    shop.mia.post("/v1/complaints/c2/verdict", json=UPHELD | {"outcome": "rejected"})
    body = {"reason": "the complainant's letter", "by": "complainant"}
    shop.shop.post("/v1/complaints/c2/appeal", json=body)
    told = page(came_by(shop, link_for(shop)), "/seller/complaints/c2")
    assert "Who complained has appealed." in told
    assert "decided for you" in told


def test_a_scanner_opens_every_address_and_presses_every_lone_button_and_nothing_changes(shop):
    shop.mia.post("/v1/complaints/c2/verdict", json=UPHELD)
    link = link_for(shop)
    scanner = visitor(shop)
    scanner.get(link["address"])
    before = everything_in(shop)
    for _ in range(10):
        scanner.get(link["address"])
        assert_nothing_pressed_does(scanner, "/seller")
    proved = came_by(shop, link)
    before = everything_in(shop)
    for address in ("/seller", "/seller/complaints/c2", "/seller/complaints/c%2F1"):
        assert_nothing_pressed_does(proved, address)
        proved = came_by(shop, link)
    assert everything_in(shop) == before


def assert_nothing_pressed_does(browser, address):
    """Send each form of a page as it is drawn, with nothing typed or ticked."""
    for action, inside in re.findall(
        r'<form action="([^"]+)"[^>]*>(.*?)</form>', browser.get(address).text, re.DOTALL
    ):
        fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', inside))
        fields |= dict.fromkeys(re.findall(r'<(?:input id|textarea id)="([^"]+)"', inside), "")
        browser.form(action, **fields)


def test_a_seller_of_whom_nothing_is_known_has_an_empty_page_in_their_language(shop):
    link = link_for(shop, "nobody knows", language="de")
    assert "Es gibt keine Beschwerde über Ihren Shop." in page(came_by(shop, link))


def test_long_lists_are_paged(shop):
    batch = [shop.complaint(f"n{n:02}", order_id=f"o{n:02}") for n in range(30)]
    shop.shop.post("/v1/complaints", json={"complaints": batch})
    browser = came_by(shop, link_for(shop))
    first = browser.get("/seller").text
    address = re.search(r'href="(/seller\?cursor=[^"]+)"', first)[1]
    second = page(browser, unescape(address))
    assert "The newest complaints" in second
    assert len(re.findall("/seller/complaints/", first)) == 25


def test_a_seller_adds_evidence_that_does_not_count_against_them(shop):
    browser = came_by(shop, link_for(shop))
    address = "/seller/complaints/c%2F1/evidence/invoice"
    assert "An invoice of where you bought it" in page(browser, address)

    def send(name, content):
        files, same = {"file": (name, content, "image/png")}, {"Sec-Fetch-Site": "same-origin"}
        return browser.post(address, files=files, headers=same)

    before = everything_in(shop)
    for bad in (b"", b"no picture"):
        refused = send("secret.png", bad)
        assert (refused.status_code, 'href="#file"' in refused.text) == (422, True)
        checked(refused)
    assert everything_in(shop) == before
    added = send("secret.png", picture("PNG"))
    assert "Your evidence was added." in added.text
    checked(added)
    assert "An invoice of where you bought it" in page(browser, "/seller/complaints/c%2F1")
    [own] = [one for one in shop.mia.get("/v1/complaints/c/1").json()["evidence"] if one["bytes"]]
    assert (own["kind"], own["party"]) == ("invoice", "seller")
    assert browser.get("/seller/complaints/c%2F1/evidence/strange").status_code == 404
    shop.mia.post("/v1/complaints/c/1/verdict", json=UPHELD)
    before = everything_in(shop)
    assert send("secret.png", picture("PNG")).url.path == "/seller/complaints/c/1"
    assert everything_in(shop)["evidence"] == before["evidence"]


def test_without_public_pages_there_is_no_sellers_page(service):
    assert service.client.get("/seller").status_code == 404
