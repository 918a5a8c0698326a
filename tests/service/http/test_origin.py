"""Where the service is reached, read off the request or off the setting."""

import pytest
from starlette.requests import Request

from service.http.origin import is_on_this_machine, is_secure, origin_of
from service.settings import Settings


def asked(host="shop.example:8443", scheme="https"):
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "query_string": b"",
        "scheme": scheme,
        "server": ("127.0.0.1", 8000),
        "headers": [(b"host", host.encode())],
    }
    return Request(scope)


def test_the_setting_counts_before_what_a_request_says():
    settings = Settings(public_url="https://moderation.example")
    assert origin_of(asked("evil.example", "http"), settings) == "https://moderation.example"
    assert origin_of(asked(), Settings()) == "https://shop.example:8443"
    assert is_secure(asked(scheme="http"), settings)
    assert not is_secure(asked(scheme="http"), Settings())


@pytest.mark.parametrize(
    ("host", "is_here"),
    [
        ("127.0.0.1:8000", True),
        ("[::1]:8000", True),
        ("localhost", True),
        ("10.0.0.1", False),
        ("localhost.example", False),
    ],
)
def test_only_this_machines_own_names_are_on_this_machine(host, is_here):
    assert is_on_this_machine(asked(host), Settings()) == is_here
