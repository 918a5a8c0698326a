"""A browser is named in words, whatever others it claims to be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.console.pages.browsers import BROWSERS, SYSTEMS, browser_name

KIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
            "Firefox on Linux",
        ),
        (f"Mozilla/5.0 (Windows NT 10.0) {KIT} Chrome/126.0 Safari/537.36", "Chrome on Windows"),
        (
            f"Mozilla/5.0 (Windows NT 10.0) {KIT} Chrome/126.0 Safari/537.36 Edg/1",
            "Edge on Windows",
        ),
        (
            f"Mozilla/5.0 (Linux; Android 14) {KIT} Chrome/126.0 Mobile Safari/1",
            "Chrome on Android",
        ),
        (
            f"Mozilla/5.0 (Macintosh; Intel Mac OS X 14) {KIT} Version/17 Safari/605",
            "Safari on macOS",
        ),
        (
            f"Mozilla/5.0 (iPhone; CPU iPhone OS 17 like Mac OS X) {KIT} Safari/1",
            "Safari on iPhone",
        ),
        ("python-httpx/0.27.0", "python-httpx/0.27.0"),
        ("", "unknown"),
    ],
)
def test_a_browser_is_named_with_its_system(user_agent, name):
    assert browser_name(user_agent) == name


@given(st.text())
def test_whatever_it_sends_it_has_a_name_of_ours_or_its_own(sent):
    known = {name for _, name in (*BROWSERS, *SYSTEMS)}
    name = browser_name(sent)
    assert name in {sent, "unknown", *known} or set(name.split(" on ")) <= known
