"""Whatever somebody writes is text on every page: as it was written, whole, and nothing of markup.

Every page that links lead to is parsed. `tests/browser/test_hostile.py` looks at the main ones in a
browser.
"""

import csv
import re
from html.parser import HTMLParser
from io import StringIO
from urllib.parse import quote, urlsplit

import pytest
from starlette.testclient import TestClient

from detector.rules.policy.bundled import bundled_text
from service.app import create_app
from service.database.engine import Database
from service.database.revisions import prepare
from service.http.fields import instant_of
from service.settings import Settings
from tests.browser.hostile import EVERY
from tests.browser.served import TOGETHER
from tests.service.conftest import NOW, PHOTOS, FakeClock, Service
from tests.service.console import hostile_store
from tests.service.console.conftest import person
from tests.service.console.hostile_store import ADA, IDS, LINK, SENTENCES, WORDS, said

NO_PAGE = re.compile(r"/(static/|login|audit\.csv|rules/policy\.toml|evidence/[^/]+/file)")
ADDRESSES = {"href", "src", "action", "formaction"}
OURS = re.compile(r"(/(?![/\\])|#|\?|$)")
NAME = re.compile("[a-zA-Z:-]+[0-9]?")
STARTS = (
    "/queue",
    "/queue?which=closed",
    "/appeals?outcome=denied",
    "/admin",
    "/search?q=x",
    "/audit?kinds=buyer.erased",
)
SELLERS = (
    "of parties",
    "of deciders",
    "of corrections",
    "by category",
    "suspended",
    "not suspended",
)
LINKS = {LINK, *(f"https://example.org/{kind}.jpg" for kind in PHOTOS)}
"""Where evidence lies elsewhere."""
LINKS_MAX = 1_000


class Seen(HTMLParser):
    """What a browser makes of a page: its texts, and what must not be among its markup."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.texts, self.faults, self.links, self.svg_texts = [], [], [], []
        self._inside = []
        self.feed(page)
        self.close()
        self.text = "\n".join(self.texts)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag in ("iframe", "object", "embed", "base", "style", "template"):
            self.faults.append(f"<{tag}>")
        if tag == "script" and not (given.get("src") or "").startswith("/static/"):
            self.faults.append("a script that we did not send")
        if tag == "meta" and "http-equiv" in given:
            self.faults.append("a page that leads elsewhere")
        for name, value in attributes:
            if (
                name.startswith("on")
                or name == "style"
                or not re.fullmatch("[a-zA-Z:-]+[0-9]?", name)
            ):
                self.faults.append(f"{tag} has {name}")
            if name in ADDRESSES and not OURS.match(value or "") and value not in LINKS:
                self.faults.append(f"{tag} leads to {value}")
            self.texts.append(value or "")
        if tag == "a" and (given.get("href") or "").startswith("/"):
            self.links.append(given["href"])
        if tag == "svg":
            self._inside.append(tag)

    def handle_endtag(self, tag):
        if tag == "svg" and self._inside:
            self._inside.pop()

    def handle_data(self, text):
        self.texts.append(text)
        if self._inside:
            self.svg_texts.append(text)

    def handle_comment(self, text):
        self.faults.append(f"a comment: {text}")

    def handle_pi(self, text):
        self.faults.append(f"an instruction: {text}")

    def unknown_decl(self, text):
        self.faults.append(f"a declaration: {text}")


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "policy.toml").write_text(bundled_text("standard") + TOGETHER)
    settings = Settings(
        database=f"sqlite:///{folder}/store.sqlite3",
        policy=str(folder / "policy.toml"),
        models=folder / "models",
        evidence=folder / "evidence",
        work=False,
        sign_ins_per_second=1_000,
    )
    database = Database(settings.database)
    prepare(database)
    database.close()
    clock = FakeClock(instant_of(NOW))
    with TestClient(create_app(settings, clock=clock), raise_server_exceptions=False) as client:
        service = Service(client, client.app.state.context, clock)
        hostile_store.fill(service)
        yield service


@pytest.fixture(scope="module")
def ada(service):
    return person(service, "admin", ADA)


@pytest.fixture(scope="module")
def pages(ada):
    """Every page that an admin comes to by links, as it is seen, by its address."""
    found, waiting = {}, [*STARTS, *(f"/sellers/{quote(one)}" for one in SELLERS)]
    while waiting:
        address = waiting.pop(0)
        path = address if address in STARTS else urlsplit(address).path
        if path in found or NO_PAGE.match(path):
            continue
        answer = ada.get(address)
        assert answer.status_code in (200, 404), (address, answer.text)
        found[path] = seen = Seen(answer.text)
        waiting += seen.links
        assert len(found) < LINKS_MAX
    return found


def test_nothing_that_was_written_is_markup_on_any_page(pages):
    assert {path: seen.faults for path, seen in pages.items() if seen.faults} == {}
    assert len(pages) > 150


def test_each_field_is_read_as_it_was_written(pages):
    read = "\n".join(seen.text for seen in pages.values())
    assert [field for field in SENTENCES if said(field) not in read] == []


def test_each_name_is_read_as_it_was_written(pages):
    for text in IDS:
        for page in (f"/sellers/{quote(text, safe='')}", f"/complaints/{quote(text, safe='')}"):
            assert text in pages[page].text, page
    for text in WORDS:
        assert any(text in seen.text for seen in pages.values())
        assert f"reader {text}" in pages["/admin/keys"].text
    assert LINK in pages["/admin/webhooks"].text
    assert LINK in pages["/complaints/of%20parties"].text


def test_a_chart_names_its_seller_as_text(pages):
    for number, text in enumerate(IDS):
        assert text in "".join(pages[f"/cases/c_{number}"].svg_texts)


@pytest.mark.parametrize(
    "address",
    [
        "/search?q={}",
        "/audit?actor={}",
        "/audit?target={}",
        "/audit?kinds={}",
        "/audit?since={}",
        "/queue?category={}",
        "/queue?which={}",
        "/login?next={}",
        "/login?once={}",
        "/queue?said={}",
        "/audit?cursor={}",
        "/models/{}",
        "/cases/{}",
        "/rules/what-if?begin_with={}",
    ],
)
def test_nothing_in_an_address_is_markup(ada, address):
    for text in IDS:
        answer = ada.get(address.format(quote(text, safe="")))
        assert answer.status_code < 500, answer.text
        assert Seen(answer.text).faults == []


def test_words_that_are_refused_come_back_as_text(ada):
    sent = ada.form("/cases/none/note", note=EVERY, idempotency_key="k")
    assert sent.status_code == 404
    assert Seen(sent.text).faults == []
    assert EVERY in Seen(sent.text).text
    asked = ada.form("/rules/what-if", toml=EVERY, idempotency_key="k")
    assert asked.status_code == 422
    assert Seen(asked.text).faults == []
    assert EVERY in Seen(asked.text).text


def test_no_cell_of_a_file_is_a_formula_and_every_word_is_in_it(ada):
    read = list(csv.reader(StringIO(ada.get("/audit.csv").text, newline="")))
    cells = [cell for row in read for cell in row]
    assert not [cell for cell in cells if cell.lstrip().startswith(("=", "+", "-", "@"))]
    whole = "\n".join(cells)
    for field in ("reason of a verdict", "approval", "forgiveness", "credit"):
        assert said(field) in whole
