"""People who are signed in to the pages of a service."""

import re

import pytest
from starlette.testclient import TestClient

ORIGIN = "http://127.0.0.1"


class Person(TestClient):
    """A browser without scripts: it follows links, sends forms, and keeps cookies."""

    def form(self, address, **fields):
        """Send a form as a page of the service sends it, and follow where it leads."""
        return self.post(address, data=fields, headers={"Sec-Fetch-Site": "same-origin"})

    def key_on(self, address):
        """Return the idempotency key that a page has drawn for its form."""
        return re.search(r'name="idempotency_key" value="([^"]+)"', self.get(address).text)[1]


def visitor(service):
    """Somebody who is not signed in."""
    app = service.client.app
    return Person(app, base_url=ORIGIN, raise_server_exceptions=False)


def person(service, role, name=None):
    """Somebody who signed in with a key of a role."""
    known = visitor(service)
    entered = known.form("/login", key=service.key(role, name))
    assert entered.status_code == 200, entered.text
    assert entered.url.path == "/queue"
    return known


@pytest.fixture
def sign_in(service):
    return lambda role, name=None: person(service, role, name)
