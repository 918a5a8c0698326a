"""Every sentence of every page is in the catalogues, and pages can run from right to left."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final

import httpx
import pytest

from service.console.languages.catalogues import PSEUDO
from service.console.languages.choice import COOKIE
from service.console.languages.pseudo import END, OVERRIDE
from tests.browser.accessibility import findings
from tests.browser.examples import EXAMPLES
from tests.browser.people import Faults, arrive, expect, newcomer, sign_in

IN_PSEUDO: Final = {"Accept-Language": PSEUDO}
WIDE: Final = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SAID: Final = ("aria-label", "placeholder", "alt", "title", "data-text", "data-saved", "data-ended")
"""Attributes that people read or hear."""
DATA: Final = {"bdi", "blockquote", "code", "kbd", "pre", "script", "textarea", "time"}
VOID: Final = {"br", "col", "hr", "img", "input", "link", "meta", "path", "rect", "line", "circle"}
TRANSLATED: Final = re.compile(f"{OVERRIDE}[^{END}]*{END}")
GIVEN: Final = re.compile(
    r"\b(demo-\d+|story-[\d-]+|order-of-two|nobody-knows-it|(held|closed)-by-mia|https?://\S+"
    r"|python-httpx\S+|counterfeit|unsafe|not received"
    r"|photo (official|received)|depleted|standard v1|training|harm|UTC|PNG|Ada|Ida"
    r"|Mia|some (admin|analyst|reviewer)|another-order"
    r"|some-(order|shop|buyer|waiting|rejected|upheld)|shop"
    r"|MB|bytes|which|week|Shopee penalty points: reset on the last Monday of a quarter)\b",
    re.IGNORECASE,
)
"""What people, the market, its policies and parts of addresses are called, where it stands within a
sentence."""
WORD: Final = re.compile(r"\w+")


class Untranslated(HTMLParser):
    """Texts of a page that no catalogue gave; what is marked as data or as English is left out."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        is_data = (
            tag in DATA
            or given.get("lang", PSEUDO) != PSEUDO
            or "words" in (given.get("class") or "").split()
            or given.get("id") == "zone"
        )
        if not self._is_data and not is_data:
            self.found += [text for name in SAID for text in self._left(given.get(name) or "")]
        if tag not in VOID:
            self._open.append((tag, is_data))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, text: str) -> None:
        if not self._is_data:
            self.found += self._left(text)

    @property
    def _is_data(self) -> bool:
        return any(is_data for _, is_data in self._open)

    @staticmethod
    def _left(text: str) -> list[str]:
        # Charts leave the marks of direction out; the accents stay.
        words = WORD.findall(GIVEN.sub(" ", TRANSLATED.sub(" ", text)))
        return [word for word in words if len(word) > 1 and word.isascii() and word.isalpha()]


@pytest.fixture(scope="module")
def read(sqlite_served, empty_served):
    """Read an example in the pseudo-language as the person it is for."""
    known = {}

    def at(example):
        served = empty_served if example.is_empty else sqlite_served
        who = example.who
        if who not in known:
            headers = {"Sec-Fetch-Site": "same-origin"} | IN_PSEUDO
            known[who] = client = httpx.Client(base_url=served.url, headers=headers, timeout=60)
            if example.role is not None:
                client.post("/login", data={"key": served.key(example.role, example.person)})
            if example.door:
                client.get(served.facts[example.door])
                client.cookies.delete(COOKIE)  # a draft is read in the language it was begun in
            if example.code:
                client.post("/seller/code", data={"code": served.facts[example.code]})
        answer = known[who].get(example.address.format(**served.facts))
        assert answer.status_code == example.status
        return answer.text

    yield at
    for client in known.values():
        client.close()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_no_sentence_of_a_page_escapes_the_catalogues(read, example):
    page = read(example)
    assert f'<html lang="{PSEUDO}" dir="rtl"' in page
    assert Untranslated(page).found == []


def test_a_sentence_that_escaped_is_seen():
    page = f"<p>{OVERRIDE}Ñö{END}</p><p>Left behind</p><bdi>of a seller</bdi><img alt='A face'>"
    assert Untranslated(page).found == ["Left", "behind", "face"]


def test_a_case_is_claimed_decided_and_appealed_from_right_to_left(browser, sqlite_served):
    served, faults = sqlite_served, Faults()
    case_id = served.open_case(complaints=1)
    complaint_id = f"story-{case_id.removeprefix('c_story')}-1"

    def press(page, button):
        page.locator(button).click()
        expect(page.locator("#said, #preview").last).not_to_be_empty()
        assert page.evaluate("document.documentElement.dir") == "rtl"
        assert page.evaluate(WIDE) <= 0
        assert Untranslated(page.content()).found == []

    with (
        newcomer(browser, served.url, faults, width=390) as ida,
        newcomer(browser, served.url, faults, width=390) as some,
    ):
        for page, name in ((ida, "Ida"), (some, "Mia")):
            sign_in(page, served.key("moderator", name))
            page.set_extra_http_headers(IN_PSEUDO)
        ida.goto(f"/cases/{case_id}")
        press(ida, '[data-key="claim"]')
        ida.goto(f"/complaints/{complaint_id}/verdict")
        ida.locator("#outcome-upheld").check()
        ida.locator("#reason").fill("It is forged.")
        press(ida, "#verdict button.primary")
        press(ida, "#preview button.primary")
        appeal = served.api("ingest", "shop").post(
            f"/v1/complaints/{complaint_id}/appeal", json={"reason": "It is genuine."}
        )
        some.goto(f"/appeals/{appeal['appeal_id']}")
        some.locator("#own-rejected").check()
        some.locator("#reason").fill("The seal is right.")
        press(some, "main button.primary")
        some.locator("#reason").fill("The seal is right.")
        press(some, 'button[value="granted"]')
    decided = served.api("analyst", "Ida").get(f"/v1/appeals/{appeal['appeal_id']}")
    assert decided["outcome"] == "granted"
    assert faults == []


@pytest.mark.parametrize("name", ["queue", "case", "rules", "report-evidence", "status", "shop"])
def test_pages_run_from_right_to_left(browser, sqlite_served, name):
    [example] = [one for one in EXAMPLES if one.name == name]
    faults = Faults()
    with newcomer(browser, sqlite_served.url, faults, width=390) as page:
        arrive(page, sqlite_served, example)
        page.set_extra_http_headers(IN_PSEUDO)
        page.goto(example.address.format(**sqlite_served.facts))
        assert page.evaluate("document.documentElement.dir") == "rtl"
        assert page.evaluate(WIDE) <= 0
        assert findings(page) == []
    assert faults == []
