"""Which tests go to one process when several test at once.

A module's tests stay together, so that what they share is made once. The tests of a slow module
that share nothing go one by one.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).parents[1]
TOGETHER = ("tests/browser/",)
"""Folders whose modules share servers as well."""


@cache
def goes_one_by_one(module: str) -> bool:
    """Whether the tests of a module are slow, and make nothing once for the module."""
    text = (ROOT / module).read_text(encoding="utf-8")
    return "mark.slow" in text and 'scope="module"' not in text


def unit_of(nodeid: str) -> str:
    """The name of what a test is sent with."""
    module = nodeid.partition("::")[0]
    for folder in TOGETHER:
        if module.startswith(folder):
            return folder
    return nodeid if goes_one_by_one(module) else module


class Units(LoadScopeScheduling):
    """Sends units of tests, in the order in which they were collected."""

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)
