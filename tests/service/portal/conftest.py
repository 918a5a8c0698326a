"""People without an account at the public pages."""

import pytest

from tests.service.console.conftest import Person, visitor


@pytest.fixture
def public(start, sqlite_url):
    """A service with public pages, on SQLite."""
    return start(sqlite_url, public=True, public_requests_per_second=10_000)


@pytest.fixture
def stranger(public) -> Person:
    """Somebody who came by no link."""
    return visitor(public)
