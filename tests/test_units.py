"""Tests that share what is dear go to one process; slow ones that share nothing go one by one."""

import pytest

from tests.units import unit_of

BROWSER = "tests/browser/test_cases.py::test_a"


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("tests/journeys/test_wheel.py::test_a", "tests/journeys/test_wheel.py::test_b", True),
        ("tests/journeys/test_wheel.py::test_a", "tests/journeys/test_proxy.py::test_a", False),
        ("tests/docs/test_prose.py::test_a", "tests/docs/test_prose.py::test_b", True),
        ("tests/docs/test_runnable.py::test_a[x]", "tests/docs/test_runnable.py::test_a[y]", False),
        (f"{BROWSER}[sqlite-keys]", "tests/browser/test_focus.py::test_b", True),
        (f"{BROWSER}[keys-sqlite]", f"{BROWSER}[keys-postgres]", False),
        (f"{BROWSER}[sqlite]", "tests/browser/test_pages.py::test_b[queue]", False),
        (f"{BROWSER}[sqlite]", "tests/browser/test_report.py::test_a", False),
    ],
)
def test_which_tests_stay_together(one, other, together):
    assert (unit_of(one) == unit_of(other)) == together
