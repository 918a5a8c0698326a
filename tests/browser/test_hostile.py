"""Whatever parties write is text: on every page it is read as it was written, and nothing runs."""

from urllib.parse import quote

import pytest

from tests.browser.hostile import HOSTILE
from tests.browser.people import Faults, newcomer, sign_in

STARTS = ("https://evil", "javascript:", "data:")
MARKUP = ", ".join(
    (
        "script:not([src^='/static/'])",
        *("iframe", "object", "base", "style", "meta[http-equiv]", "link[href^='http']"),
        *(f"[{name}^='{start}']" for name in ("href", "src", "action") for start in STARTS),
    )
)
"""What no page has, unless a text became part of it."""
HANDLERS = """[...document.querySelectorAll('*')]
    .filter(one => [...one.attributes].some(({name}) => name.startsWith('on'))).length"""


@pytest.fixture(scope="module")
def reader(browser, sqlite_served):
    """An analyst, who reads every page; a dialog that opens is a fault."""
    faults = Faults()
    with newcomer(browser, sqlite_served.url, faults) as page:
        sign_in(page, sqlite_served.key("analyst", HOSTILE[7]))
        yield page
    assert faults == []


@pytest.fixture(scope="module")
def told(sqlite_served):
    """A complaint of each text, which stands in all its fields; its case by text."""
    shop = sqlite_served.api("ingest", HOSTILE[0])
    cases = {}
    for text in HOSTILE:
        said = {"complaint_id": text, "category": text, "order_id": text, "buyer_id": text}
        said["listing_id"] = text
        cases[text] = sqlite_served.open_case(text, complaints=1, photographs=False, **said)
        address = f"/v1/complaints/{quote(text, safe='')}"
        shop.post(f"{address}/answer", json={"text": text, "by": "seller"})
        link = f"https://e.example/{quote(text)}"
        shop.post(f"{address}/evidence", json={"kind": text, "link": link, "note": text})
    return cases


def look(page, address, *texts):
    answer = page.goto(address)
    assert answer.status == 200, address
    found = page.locator("main").evaluate("main => main.textContent + main.innerText")
    for text in texts:
        assert text in found, f"{text} is not read on {address}"
    assert page.locator(MARKUP).evaluate_all("all => all.map(one => one.outerHTML)") == []
    assert page.evaluate(HANDLERS) == 0


def test_there_are_forty_of_them():
    assert len(set(HOSTILE)) == 40


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_text_stays_text_on_every_page(reader, told, text):
    name = quote(text, safe="")
    look(reader, f"/cases/{told[text]}", text)
    look(reader, f"/complaints/{name}", text)
    look(reader, f"/sellers/{name}", text)


def test_the_queue_reads_them_all(reader, told):
    reader.goto("/queue")
    seen = reader.locator("main").inner_text()
    assert sum(text in seen for text in HOSTILE) >= 20
    assert reader.evaluate(HANDLERS) == 0
