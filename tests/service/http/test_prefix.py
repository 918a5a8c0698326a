"""Below a prefix, no address leads out of it."""

import re
from collections import deque
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from service.http.prefix import addresses_below
from service.settings import Settings
from tests.service.console.conftest import visitor

PREFIX = "/desk/complaints"
ADDRESS = re.compile(r'\s([a-z-]+)="(/[^"]*)"')
"""Any attribute that begins with a slash: also one that nobody thought of."""
UNSEEN = {"value"}
"""What a form sends back to us, and no browser follows."""
PARTS = st.text("abc-", min_size=1).map(lambda part: f"/{part}")


@pytest.fixture
def below(start, sqlite_url):
    return start(sqlite_url, root_path=PREFIX, public=True, public_requests_per_second=10_000)


def walk(known, begin, pages_max):
    """Open the pages that links lead to, and give each with the addresses in it."""
    seen, waiting = {begin}, deque([begin])
    while waiting and pages_max:
        at, pages_max = waiting.popleft(), pages_max - 1
        answer = known.get(at)
        found = [] if "html" not in answer.headers["content-type"] else ADDRESS.findall(answer.text)
        yield at, answer, found
        for name, address in found:
            path = address.partition("#")[0].replace("&amp;", "&")
            if name in ("href", "src", "data-poll") and path not in seen:
                seen.add(path)
                waiting.append(path)


def test_no_page_leads_out_of_the_prefix(below, open_cases):
    open_cases(below, 0.5, 0.4)
    below.as_("ingest").post(f"{PREFIX}/v1/complaints", json=below.complaint(seller_id="s0"))
    admin = visitor(below)
    entered = admin.form(f"{PREFIX}/login", key=below.key("admin"))
    assert entered.url.path == f"{PREFIX}/queue"
    addresses = set()
    for at, answer, found in walk(admin, f"{PREFIX}/queue", 45):
        assert answer.status_code == 200, at
        assert answer.url.path.startswith(PREFIX)
        outside = {
            (name, address)
            for name, address in found
            if name not in UNSEEN and not address.startswith(f"{PREFIX}/")
        }
        assert not outside, at
        addresses |= {name for name, _ in found}
    assert addresses >= {"action", "data-left", "data-poll", "data-queue", "href", "src"}


def test_neither_does_a_public_page_nor_its_cookie(below):
    shop = below.as_("ingest")
    bound = {"kind": "complaint", "seller_id": "s1", "order_id": "o1", "buyer_id": "b1"}
    ends = {"expires_at": "2026-05-01T00:00:00Z"}
    address = shop.post(f"{PREFIX}/v1/links", json=bound | ends).json()["address"]
    path = urlsplit(address).path
    assert path.startswith(f"{PREFIX}/report/")
    buyer = visitor(below)
    opened = buyer.get(path, follow_redirects=False)
    assert opened.headers["location"] == f"{PREFIX}/report"
    assert f"Path={PREFIX}/report;" in opened.headers["set-cookie"] + ";"
    pages = list(walk(buyer, f"{PREFIX}/report", 20))
    assert len(pages) > 5
    for at, answer, found in pages:
        assert answer.status_code == 200, at
        assert all(place.startswith(PREFIX) for name, place in found if name not in UNSEEN), at


def test_a_proxy_may_take_the_prefix_off(below):
    client = below.client
    for path in ("/healthz", "/openapi.json", "/login"):
        whole, taken_off = client.get(f"{PREFIX}{path}"), client.get(path)
        assert whole.status_code == taken_off.status_code == 200
        assert whole.text == taken_off.text
    assert client.get("/desk/complaintsx/healthz").status_code == 404


def test_redirects_of_every_kind_stay_below(below):
    asked = {
        "/": "/login?next=%2F",
        "/queue": "/login?next=%2Fqueue",
        "/login/": "/login",
        "/v1/queue/": "/v1/queue",
    }
    for path, led in asked.items():
        answer = below.client.get(f"{PREFIX}{path}", follow_redirects=False)
        assert answer.headers["location"] == f"{PREFIX}{led}", path


def test_the_session_is_sent_to_this_service_alone(start, sqlite_url):
    settings = {"public_url": "https://shop.example", "root_path": PREFIX}
    service = start(sqlite_url, **settings)
    known = visitor(service)
    headers = {"Sec-Fetch-Site": "same-origin"}
    entered = known.post(
        f"{PREFIX}/login",
        data={"key": service.key("admin")},
        headers=headers,
        follow_redirects=False,
    )
    cookie = entered.headers["set-cookie"]
    assert cookie.startswith("__Secure-detector=")
    assert f"Path={PREFIX};" in f"{cookie};"


def test_the_contract_says_where_its_paths_begin(below, service):
    assert below.client.get("/openapi.json").json()["servers"] == [{"url": PREFIX}]
    assert "servers" not in service.client.get("/openapi.json").json()


@given(root=st.lists(PARTS, min_size=1).map("".join), path=PARTS, text=st.text("<>=\"' /ahref"))
def test_every_address_gets_the_prefix_and_nothing_else_changes(root, path, text):
    from markupsafe import escape

    page = f'<a href="{path}" title="{escape(text)}">{escape(text)}</a><a href="//else.example">'
    changed = addresses_below(root, page)
    assert changed == page.replace(f'href="{path}"', f'href="{root}{path}"', 1)


@pytest.mark.parametrize("wrong", ["desk", "//desk", "/de sk", "/desk/../x", '/"', "https://x"])
def test_a_prefix_that_is_none_is_refused(wrong):
    with pytest.raises(ValidationError, match="root_path"):
        Settings(root_path=wrong)


def test_a_slash_at_its_end_is_taken_off():
    assert Settings(root_path="/desk/").root_path == "/desk"
    assert Settings(root_path="/").root_path == ""
