"""Below the public pages an address that none has is told in their own clothes."""

import pytest

from tests.service.console.conftest import visitor

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
ADDRESSES = ("/report/no/such/page", "/seller/no/such/page", "/report/files/x/remove")


@pytest.mark.parametrize("console", [True, False])
def test_a_browser_reads_the_marketplaces_page_and_no_way_to_the_staffs(start, sqlite_url, console):
    service = start(sqlite_url, public=True, console=console, marketplace="Example Market")
    for address in ADDRESSES:
        answer = visitor(service).get(address, headers=BROWSER | {"Accept-Language": "de"})
        assert answer.status_code == 404
        assert "Diese Seite gibt es nicht." in answer.text
        assert "Example Market" in answer.text
        assert "login" not in answer.text
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"


def test_programs_and_other_addresses_are_answered_as_before(start, sqlite_url):
    asked = (("/report/no/such", "*/*"), ("/v1/no/such", "text/html"), ("/reports/x", "text/html"))
    for console in (True, False):
        service = start(sqlite_url, public=True, console=console)
        for address, accepted in asked:
            answer = visitor(service).get(address, headers={"Accept": accepted})
            assert answer.status_code == 404
            is_page = console and address == "/reports/x"
            assert answer.headers["content-type"].startswith("text/html") == is_page
            assert 'class="public"' not in answer.text
