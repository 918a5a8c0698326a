"""Whatever parties write is text: in a browser it is read as it was written, and nothing runs.

`tests/service/console/test_hostile.py` parses every page, with every field filled so.
"""

from urllib.parse import quote

import pytest

from tests.browser.hostile import EVERY, HOSTILE, packed
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
SEEN = "main => main.textContent + main.innerText"


@pytest.fixture(scope="module")
def admin(browser, sqlite_served):
    """An admin, who reads every page; a dialog or a word about the policy is a fault."""
    faults = Faults()
    with newcomer(browser, sqlite_served.url, faults) as page:
        sign_in(page, sqlite_served.key("admin", HOSTILE[7]))
        yield page
    assert faults == []


@pytest.fixture(scope="module")
def written(sqlite_served):
    """The texts, packed into ids, and the cases of sellers that are called so."""
    shop = sqlite_served.api("ingest", HOSTILE[0])
    cases = {}
    for text, word in zip(packed(200), packed(100), strict=False):
        said = {"complaint_id": text, "category": word, "order_id": text, "buyer_id": text}
        cases[text] = sqlite_served.open_case(
            text, complaints=1, photographs=False, listing_id=text, **said
        )
        address = f"/v1/complaints/{quote(text, safe='')}"
        shop.post(f"{address}/answer", json={"text": EVERY, "by": "seller"})
        link = f"https://e.example/{quote(text)}"
        shop.post(f"{address}/evidence", json={"kind": word, "link": link, "note": EVERY})
    return cases


def look(page, address, *texts):
    answer = page.goto(address)
    assert answer.status == 200, address
    found = page.locator("main").evaluate(SEEN)
    for text in texts:
        assert text in found, f"{text} is not read on {address}"
    assert page.locator(MARKUP).evaluate_all("all => all.map(one => one.outerHTML)") == []
    assert page.evaluate(HANDLERS) == 0


def test_there_are_forty_of_them():
    assert len(set(HOSTILE)) == 40
    assert " ".join(packed(200)) == " ".join(HOSTILE)


def test_hostile_texts_stay_texts_on_the_main_pages(admin, written):
    for text in written:
        name = quote(text, safe="")
        look(admin, f"/complaints/{name}", text, EVERY)
        look(admin, f"/sellers/{name}", text)
    look(admin, f"/cases/{written[text]}", text)
    look(admin, f"/complaints/{name}/verdict", EVERY)
    look(admin, "/queue", *written)
    look(admin, f"/search?q={name}", text)
    look(admin, "/admin/keys", HOSTILE[7])
    look(admin, f"/audit?target={quote(f'complaint {text}')}", text)
