"""Complaints that were decided, for a second person to decide about."""

import pytest

from tests.service.console.conftest import person

UPHELD = {
    "outcome": "upheld",
    "reason": "The seal is forged.",
    "evidence": ["photo_received", "photo_official"],
}


@pytest.fixture
def judged(service):
    """Two complaints that mia upheld: the seller's suspension waits for approval."""
    service.shop, service.mia = service.as_("ingest", "shop"), service.as_("moderator", "mia")
    batch = [service.complaint(one, buyer_id="jane") for one in ("c1", "c2")]
    service.shop.post("/v1/complaints", json={"complaints": batch})
    service.prove()
    for one in ("c1", "c2"):
        given = service.mia.post(f"/v1/complaints/{one}/verdict", json=UPHELD)
        assert given.status_code == 201, given.text
    return service


@pytest.fixture
def sign_in(service):
    """Sign in as somebody, each once: the pages of `rae`, a reviewer, unless named otherwise."""

    def enter(role="reviewer", name="rae"):
        return person(service, role, name)

    return enter


def main_of(page):
    """What a page shows beside its header."""
    assert page.status_code == 200, page.text
    return page.text.split("<main")[1].split("<dialog")[0]


def count_in_nav(page, address):
    """The number that the navigation shows beside a page; 0 where it shows none."""
    link = page.text.split(f'<a href="{address}"')[1].split("</a>")[0]
    return int(link.split('class="count">')[1].split("<")[0]) if "count" in link else 0
