"""Every cookie is set one way."""

from pathlib import Path

import service
from tests.service.console.conftest import person


def test_no_page_sets_or_deletes_a_cookie_by_itself():
    wrote = [
        path.name
        for path in Path(service.__path__[0]).rglob("*.py")
        if "response.set_cookie(" in path.read_text() or ".delete_cookie(" in path.read_text()
    ]
    assert wrote == ["cookies.py"]


def test_no_script_reads_a_cookie_and_no_other_sites_form_sends_one(service):
    known = person(service, "analyst")
    headers = {"Sec-Fetch-Site": "same-origin"}
    for address, fields in (("/preferences", {"theme": "dark"}), ("/logout", {})):
        sent = known.post(address, data=fields, headers=headers, follow_redirects=False)
        cookie = sent.headers["set-cookie"]
        for part in ("HttpOnly", "SameSite=lax", "Path=/", "Max-Age="):
            assert part in cookie
