"""Pages open to people who are signed in, from the service's own pages, in their role."""

import re

import pytest
from fastapi.routing import APIRoute

from service.console.pages.gate import SessionGate
from service.console.router import PAGES
from service.roles import READERS, Role
from tests.service.console.conftest import ORIGIN, person, visitor

PROVIDER = {"/login/provider", "/login/callback"}
"""The way to an identity provider and back: there is none in most tests."""
OPEN = {"/login"} | PROVIDER
"""Pages for who is not signed in."""


def pages():
    return [route for router in PAGES for route in router.routes]


def test_every_page_has_a_gate_of_sessions_or_is_declared_open():
    assert all(isinstance(route, APIRoute) for route in pages())
    for route in pages():
        gates = [d.call for d in route.dependant.dependencies if isinstance(d.call, SessionGate)]
        assert (len(gates) == 0) == (route.path in OPEN), route.path


def test_who_is_not_signed_in_is_led_to_the_login_and_back(service):
    known = visitor(service)
    asked = known.get("/queue?which=mine", follow_redirects=False)
    assert asked.status_code == 303
    assert asked.headers["location"] == "/login?next=%2Fqueue%3Fwhich%3Dmine"
    entered = known.form("/login", key=service.key("moderator"), next="/queue?which=mine")
    assert str(entered.url) == f"{ORIGIN}/queue?which=mine"


@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
def test_a_cookie_opens_nothing_of_the_api(service, sign_in, method):
    known = sign_in("admin")
    assert known.request(method, "/v1/queue").status_code in (401, 405)
    assert known.get("/v1/queue").status_code == 401


def test_a_key_in_a_header_opens_no_page(service):
    opened = service.as_("admin").get("/queue", follow_redirects=False)
    assert opened.headers["location"].startswith("/login")


@pytest.mark.parametrize(
    ("headers", "is_taken"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": ORIGIN}, False),
        ({"Origin": ORIGIN}, True),
        ({"Origin": "http://127.0.0.1.example.org"}, False),
        ({"Origin": "null"}, False),
        ({}, False),
    ],
)
def test_forms_are_taken_from_our_own_pages_only(service, sign_in, headers, is_taken):
    known = sign_in("moderator")
    sent = known.post("/queue/claim", data={"idempotency_key": "k"}, headers=headers)
    assert (sent.status_code == 403) == (not is_taken), sent.text
    entered = visitor(service).post("/login", data={"key": "x"}, headers=headers)
    assert (entered.status_code == 403) == (not is_taken)


@pytest.mark.parametrize("role", sorted(READERS))
def test_each_role_of_people_signs_in(service, role):
    assert person(service, role).get("/queue").status_code == 200


def test_the_marketplaces_own_systems_have_the_api_alone(service):
    refused = visitor(service).form("/login", key=service.key(Role.INGEST))
    assert refused.status_code == 403
    assert "has the API" in refused.text


def test_without_pages_the_api_is_served_alone(start, sqlite_url):
    service = start(sqlite_url, console=False)
    for route in pages():
        for method in route.methods:
            path = re.sub(r"\{[^}]+\}", "x", route.path)
            assert service.client.request(method, path).status_code == 404, (method, path)
    assert service.as_("admin").get("/v1/queue").status_code == 200


def test_the_address_alone_leads_to_the_queue_by_way_of_the_login(service):
    known = visitor(service)
    assert known.get("/").url.path == "/login"
    assert known.form("/login", key=service.key("moderator"), next="/").url.path == "/queue"
    assert known.get("/").url.path == "/queue"


def test_looking_changes_nothing(service, sign_in):
    known = sign_in("admin")
    paths = [r.path for r in pages() if "GET" in r.methods and "{" not in r.path]
    paths = [path for path in paths if path not in PROVIDER]
    assert "/queue" in paths
    with service.context.database.reading() as connection:
        before = list(connection.connection.driver_connection.iterdump())
    for path in paths:
        assert known.get(path).status_code == 200, path
    with service.context.database.reading() as connection:
        assert list(connection.connection.driver_connection.iterdump()) == before


def test_a_page_runs_only_what_the_service_sent(service, sign_in):
    for page in (sign_in("analyst").get("/queue"), visitor(service).get("/login")):
        policy = page.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert "frame-ancestors 'none'" in policy
        for forbidden in ("unsafe", " style=", "<script>", "onclick", "http://", "https://"):
            assert forbidden not in policy + page.text
