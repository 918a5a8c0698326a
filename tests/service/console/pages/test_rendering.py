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


def test_what_was_done_is_said_once_and_by_nobody_elses_link(sign_in):
    reader = sign_in("analyst")
    done = reader.form("/preferences", theme="dark")
    assert "Your choice is kept in this browser." in done.text
    assert "Your choice is kept" not in reader.get(str(done.url)).text
    assert "You hold this case now." not in reader.get("/queue?said=claimed").text


def test_what_was_done_is_said_where_a_part_of_another_page_comes_first(sign_in):
    reader = sign_in("analyst")
    form = {"data": {"theme": "dark"}, "headers": {"Sec-Fetch-Site": "same-origin"}}
    address = reader.post("/preferences", **form, follow_redirects=False).headers["location"]
    assert "Your choice is kept" not in reader.get("/queue").text
    assert "Your choice is kept" in reader.get(address).text
