"""Pages that differ have titles that differ, and long lists have headings to jump by."""

import re

import pytest

LISTS = {
    "/queue?which={}": ("queue", "mine", "overdue", "escalated", "snoozed", "closed"),
    "/appeals?outcome={}": ("open", "granted", "denied"),
    "/withdrawals?outcome={}": ("open", "granted", "denied", "ended", "noted", "moot"),
    "/approvals?state={}": ("waiting", "lapsed", "carried_out", "declined", "lifted"),
    "/search?q={}": ("", "nobody-knows-it", "nor-this"),
}


@pytest.mark.parametrize("address", LISTS)
def test_each_list_names_itself_in_its_title(sign_in, address):
    known = sign_in("moderator")
    pages = [known.get(address.format(value)).text for value in LISTS[address]]
    titles = {re.search("<title>(.+?)</title>", page)[1] for page in pages}
    assert len(titles) == len(pages)


def test_each_row_of_the_queue_is_below_a_heading(service, sign_in, open_cases):
    open_cases(service, 1.0, 2.0)
    page = sign_in("moderator").get("/queue").text
    assert re.findall(r'<h2 class="seller"><a href="([^"]+)"', page) == ["/cases/c_1", "/cases/c_0"]
