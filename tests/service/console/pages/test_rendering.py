"""What every page has."""

import re

import pytest

from service.console.pages.rendering import NAV
from service.roles import READERS
from tests.service.console.conftest import person


@pytest.mark.parametrize("role", sorted(READERS))
def test_the_navigation_leads_where_its_reader_may_go_and_nowhere_else(start, sqlite_url, role):
    known = person(start(sqlite_url, public=True), role)
    bar = known.get("/queue").text.split('<nav class="bar"')[1].split("</nav>")[0]
    offered = set(re.findall(r'<a href="([^"]+)"', bar))
    for entry in NAV:
        assert (known.get(entry.address).status_code == 200) == (entry.address in offered)


def test_notices_are_led_to_where_people_without_an_account_may_give_them(service):
    assert 'href="/reports"' not in person(service, "moderator").get("/queue").text


def test_the_page_one_is_on_is_marked(sign_in):
    assert '<a href="/queue" aria-current="page">Queue</a>' in sign_in("analyst").get("/queue").text
