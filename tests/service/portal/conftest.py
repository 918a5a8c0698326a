"""People without an account at the public pages."""

import re

import pytest

from detector.durations import DAY_US
from detector.instants import text_of
from tests.service.console.conftest import Person, visitor


@pytest.fixture
def public(start, sqlite_url):
    """A service with public pages, on SQLite."""
    return start(sqlite_url, public=True, public_requests_per_second=10_000)


@pytest.fixture
def stranger(public) -> Person:
    """Somebody who came by no link."""
    return visitor(public)


BOUND = {"kind": "complaint", "seller_id": "s1", "order_id": "o/1", "buyer_id": "b1"}
"""What a marketplace's link for a buyer is bound to."""


def link_for(service, **changed):
    """The address of a link that the marketplace makes for a buyer."""
    ends = {"expires_at": text_of(service.clock.now + 60 * DAY_US)}
    made = service.as_("ingest").post("/v1/links", json=BOUND | ends | changed)
    assert made.status_code == 201, made.text
    return made.json()["address"].partition("testserver")[2]


def buyer_at(service, **changed):
    """A buyer who opened such a link."""
    buyer = visitor(service)
    opened = buyer.get(link_for(service, **changed))
    assert opened.status_code == 200, opened.text
    return buyer


@pytest.fixture
def buyer(public):
    """A buyer who came by the marketplace's link."""
    return buyer_at(public)


def send_file(person, address, content, name="photo.jpg"):
    """Send a file as a page's form does, and follow where it leads."""
    return person.post(
        address,
        files={"file": (name, content, "application/octet-stream")},
        headers={"Sec-Fetch-Site": "same-origin"},
    )


def sent_by(service, person, *, category="counterfeit", words="The label is wrong."):
    """Answer the questions of a link's complaint and send it; the page that says so."""
    person.form("/report/begin")
    person.form("/report/what", category=category)
    person.form("/report/why", words=words)
    service.clock.pass_time(seconds=30)
    return person.form("/report/send", **hidden_in(person.get("/report/check").text))


def hidden_in(page):
    """The hidden fields of a page's form."""
    return dict(re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)"', page))


def reference_in(page):
    """The reference that a page shows."""
    return re.search(r"R(-[2-9BCDFGHJKMNPQRSTVWXYZ]{4}){3}", page)[0]


def status_link_in(page):
    """The address that leads back to what was sent."""
    return re.search(r'href="[^"]*?(/report/[A-Za-z0-9_-]{43})"', page)[1]
