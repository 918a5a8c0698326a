"""An address that no page has is told to a browser as a page, and to a program as a problem."""

import pytest

from tests.service.console.conftest import person, visitor

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
PROBLEM = "application/problem+json"


@pytest.mark.parametrize(("address", "status"), [("/nonsense", 404), ("/cases/c_1/claim", 405)])
def test_a_browser_reads_a_page_and_goes_on(service, address, status):
    answer = person(service, "moderator").get(address, headers=BROWSER)
    assert answer.status_code == status
    assert "There is no such page." in answer.text
    assert 'href="/queue"' in answer.text
    assert ('href="/cases/c_1"' in answer.text) == (status == 405)
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_who_is_not_signed_in_reads_it_and_is_led_to_the_login(service):
    answer = visitor(service).get("/nonsense", headers=BROWSER)
    assert (answer.status_code, 'href="/login"' in answer.text) == (404, True)
    assert "<nav" not in answer.text


def test_a_program_reads_a_problem(service):
    known = person(service, "moderator")
    for address, accepted in (("/nonsense", "*/*"), ("/v1/nonsense", BROWSER["Accept"])):
        answer = known.get(address, headers={"Accept": accepted})
        assert (answer.status_code, answer.headers["content-type"]) == (404, PROBLEM)
    sent = known.post("/nonsense", headers=BROWSER)
    assert (sent.status_code, sent.headers["content-type"]) == (404, PROBLEM)
