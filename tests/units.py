"""Which tests go to one process when several test at once.

A module's tests stay together, so that what they share is made once. The tests of a slow module
that share nothing go one by one.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).parents[1]
BROWSER = "tests/browser/"
"""A folder whose modules share a server on each store."""
SERVED_APART = (f"{BROWSER}test_report.py", f"{BROWSER}test_seller.py")
"""All that these modules need are servers of their own."""
EVERY_PAGE = (f"{BROWSER}test_languages.py", f"{BROWSER}test_pages.py")
"""Half of the folder's time: one more server is soon made up for."""


@cache
def goes_one_by_one(module: str) -> bool:
    """Whether the tests of a module are slow, and make nothing once for the module."""
    text = (ROOT / module).read_text(encoding="utf-8")
    return "mark.slow" in text and 'scope="module"' not in text


def unit_of(nodeid: str) -> str:
    """The name of what a test is sent with."""
    module = nodeid.partition("::")[0]
    if module in EVERY_PAGE:
        return f"{BROWSER} every page"
    if module.startswith(BROWSER) and module not in SERVED_APART:
        return f"{BROWSER} on {'postgres' if 'postgres' in nodeid.partition('[')[2] else 'sqlite'}"
    return nodeid if goes_one_by_one(module) else module


class Units(LoadScopeScheduling):
    """Sends units of tests, in the order in which they were collected."""

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)
