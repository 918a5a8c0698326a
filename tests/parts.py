"""Parts of a machine that some tests need, such as Spark or PostgreSQL.

Where one is missing, its tests are skipped and the run says why. Continuous integration (CI=true)
has every part, so there its tests fail instead: nothing is skipped in silence.
"""

import os
import shutil
from importlib.util import find_spec
from typing import NoReturn

import pytest

IN_CI = os.environ.get("CI") == "true"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
"""The browser that drives the pages' tests; Debian's and others' name of it."""


def is_missing(what: str) -> NoReturn:
    """Skip the test, or the whole module while it is imported; fail under CI."""
    if IN_CI:
        pytest.fail(f"{what}; under CI every part must be there", pytrace=False)
    pytest.skip(what, allow_module_level=True)


def need_module(name: str) -> None:
    """Need an optional Python package."""
    if find_spec(name) is None:
        is_missing(f"{name} is not installed (make extras)")


def need_java() -> None:
    """Need what Spark runs on."""
    if not os.environ.get("JAVA_HOME") and shutil.which("java") is None:
        is_missing("Java is not installed")


def need_chromium() -> None:
    """Need a browser and what drives it."""
    need_module("playwright")
    need_module("axe_playwright_python")
    if CHROMIUM is None:
        is_missing("Chromium is not installed")
