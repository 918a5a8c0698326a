"""Tests mirror the code: a module has its test, a slice of the service its folder of tests.

A slice is tested through its routes on a real database, so its parts need no test of their own.
"""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

ELSEWHERE = {
    "detector/charts/seller_days": "charts/test_seller",
    "detector/charts/seller_marks": "charts/test_seller",
    "detector/errors": "classes without behaviour",
    "detector/expectation/shares": "makeup/test_tallies",
    "detector/forest/kernel": "equal to scikit-learn in test_isolation_forest",
    "detector/forest/sklearn_trees": "equal to scikit-learn in test_isolation_forest",
    "detector/forest/simd": "equal to scikit-learn in test_isolation_forest",
    "training/backtest/references/counts_matrix": "test_counts_forest",
    "training/backtest/references/reference": "the references' shared protocol: test_references",
    "training/frames/clock": "reads the time and does nothing else",
    "training/simulator/feed_faults": "detector/feed/test_faults sees each of them",
    "detector/rekeying/links": "rekeying/test_proposals",
    "detector/rekeying/lives": "rekeying/test_proposals",
    "detector/rekeying/sameness": "rekeying/test_proposals",
    "detector/rekeying/sentences": "rekeying/test_proposals",
    "training/tables/importers/joined_names": "tables/test_aliases, beside the same as it is read",
    "training/spark/aliases": "test_jobs, which starts Spark once for all",
    "training/spark/tables": "test_jobs, which starts Spark once for both",
    "service/app": "every test of a route",
    "service/cli/__main__": "test_demo starts it",
    "service/cli/audit": "audit/test_chain",
    "service/cli/db": "journeys/test_bad_input and test_revisions",
    "service/cli/erasing": "erasure/test_routes runs the commands",
    "models/kept": "models/test_budgets and test_drifts, through both kinds",
    "service/cli/histories": "journeys/test_bad_input and test_as_of",
    "service/cli/json_option": "test_app walks all commands",
    "service/cli/rules_report": "cli/test_rules",
    "service/cli/stores": "cli/test_keys, through the commands",
    "service/cli/score": "journeys/test_as_of and test_bad_input",
    "service/cli/work": "journeys/test_bad_input; the worker itself in scoring/",
    "service/clock": "database/test_instants, beside the same in SQL",
    "service/database/sealing": "audit/test_verification, by tampering with every sealed row",
    "service/database/column_types": "database/test_revisions compares every column's type",
    "service/demo/directory": "cli/test_demo",
    "service/demo/story": "cli/test_demo",
    "service/views/search": "console/search/test_routes, through its page",
    "service/roles": "every test of a wrong role",
    "service/http/context": "every test of a route",
    "service/ledger_text": "cli/test_rules",
    "service/http/request_metrics": "health/test_routes",
    "service/intake/orders": "sellers/test_routes, test_hostile and test_contract",
    "service/http/metrics": "health/test_routes",
    "service/settings": "tests/docs/test_settings, and every test that sets one",
    "service/tables": "test_revisions compares them with the migrated schema",
}
"""What is tested under another name, and where."""

TOGETHER = {
    "detector/rules": "the parts of one fold: corner cases, invariants and laws in the folder",
}
"""Folders whose modules are tested together."""

MIRRORED = ("detector", "models", "training", "service/cli", "service/demo")


def modules() -> list[str]:
    paths = [path for package in MIRRORED for path in (ROOT / package).rglob("*.py")]
    for folder in ("service", "service/http", "service/database"):
        paths += (ROOT / folder).glob("*.py")
    names = (path.relative_to(ROOT).with_suffix("").as_posix() for path in paths)
    return sorted(name for name in names if not name.endswith("/__init__"))


def slices() -> list[str]:
    """Return the folders with a use case or routes of their own."""
    service = ROOT / "service"
    found = {path.parent for name in ("actions", "routes") for path in service.rglob(f"{name}.py")}
    return sorted(path.relative_to(ROOT).as_posix() for path in found)


def has_test(module: str) -> bool:
    path = ROOT / "tests" / f"{module}.py"
    return path.with_name(f"test_{path.name}").exists()


def has_tests(folder: str) -> bool:
    return any((ROOT / "tests" / folder).glob("test_*.py"))


@pytest.mark.parametrize("module", modules())
def test_every_module_has_its_test_or_says_where_it_is_tested(module):
    together = any(module.startswith(f"{folder}/") for folder in TOGETHER)
    assert has_test(module) or module in ELSEWHERE or together


@pytest.mark.parametrize("folder", slices())
def test_every_slice_of_the_service_has_its_folder_of_tests(folder):
    assert has_tests(folder) or folder in ELSEWHERE


def test_what_is_tested_elsewhere_exists_and_has_no_test_under_its_own_name():
    assert set(ELSEWHERE) <= {*modules(), *slices()}
    assert not [name for name in ELSEWHERE if has_test(name) or has_tests(name)]
    assert all(has_tests(folder) for folder in TOGETHER)
