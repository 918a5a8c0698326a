"""What a command or an import waits for: a test of modules, since times differ between machines."""

import subprocess
import sys

import pytest

HEAVY = {
    "alembic", "fastapi", "httpx", "jinja2", "joblib", "llvmlite", "numba", "numpy", "pandas",
    "pyarrow", "pyspark", "scipy", "sklearn", "sqlalchemy", "uvicorn",
}  # fmt: skip
"""Each takes from 50 ms to a second to import."""


def imported_by(code: str, of: set[str] = HEAVY) -> set[str]:
    """Those of some packages that a fresh process has imported after running the code."""
    code = f"import sys\n{code}\nprint(*{of} & set(sys.modules), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stderr.split())


@pytest.mark.parametrize("package", ["detector", "models", "training", "service", "service.cli"])
def test_importing_a_package_imports_nothing_heavy(package):
    assert imported_by(f"import {package}") == set()


@pytest.mark.parametrize(
    "words", [["--help"], ["score", "--help"], ["serve", "--help"], ["rules", "check", "standard"]]
)
def test_help_and_checks_of_rules_import_nothing_heavy(words):
    run = f"""
from service.cli import main
sys.argv = {["detector", *words]}
try:
    main()
except SystemExit as ended:
    assert not ended.code
"""
    assert imported_by(run) == set()


@pytest.mark.parametrize(
    "module", ["detector.assess", "service.app", "training.simulator", "training.backtest"]
)
def test_what_only_learning_needs_is_not_imported_before(module):
    found = imported_by(
        f"import {module}", of={"sklearn", "numba", "scipy.stats", "scipy.optimize"}
    )
    assert found == set()
