"""Each finding of the doctor is fine, or one sentence that says what to do."""

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from detector.trained import FEATURE_CONTRACT
from models.registry import Registry
from service.cli import findings
from service.cli.environment import settings_of
from service.cli.findings import Finding
from service.database.engine import Database
from service.database.revisions import downgrade, newest, upgrade
from training.publishing import publish


def run_in(directory, code, **variables):
    """Return a finding as another process prints it."""
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", f"from service.cli.findings import *; print({code})"],
        capture_output=True,
        text=True,
        cwd=directory,
        env=os.environ | {"PYTHONPATH": str(root)} | variables,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_pythons_version_is_compared_with_the_range():
    assert findings.python_finding((3, 11, 7), ">=3.11").state == "fine"
    assert findings.python_finding((3, 9, 1), ">=3.11") == Finding(
        "python",
        "broken",
        "Python 3.9.1 runs, but >=3.11 is needed; make the virtual environment again with a Python "
        ">=3.11.",
    )


@pytest.mark.parametrize(
    ("found", "range_", "within"),
    [
        ("2.2", ">=2.2,<3", True),
        ("2.2.0", "==2.2", True),
        ("3.0.0", ">=2.2,<3", False),
        ("2.10.1", "<3,>=2.2", True),
        ("2.1.9", ">=2.2", False),
        ("26.0.1", "", True),
        ("3.0rc1", "<3", False),
    ],
)
def test_a_version_lies_in_its_range_or_not(found, range_, within):
    assert findings.is_within(found, range_) is within


def test_our_own_packages_are_all_in_their_ranges():
    states = {finding.check: finding.state for finding in findings.installed_findings()}
    assert (states["python"], states["packages"]) == ("fine", "fine")


def test_missing_and_foreign_versions_are_broken_and_told_how_to_mend():
    found = list(findings.package_findings(["numpy<1,>=0.5", "no-such-package[x]>=1"], {}))
    sentences = [finding.sentence for finding in found]
    assert [finding.state for finding in found] == ["broken", "broken"]
    assert sentences[0].endswith("is installed; run: pip install 'numpy<1,>=0.5'.")
    assert sentences[1] == "no-such-package is missing; run: pip install 'no-such-package[x]>=1'."


def test_versions_that_are_not_pinned_are_a_notice(tmp_path):
    (tmp_path / "requirements.txt").write_text(
        "numpy==1.0 ; python_full_version < '3.12' \\\n    --hash=sha256:0\nnumpy==1.1 \\\n"
    )
    pins = findings.pins_in(str(tmp_path))
    assert pins == {"numpy": {"1.0", "1.1"}}
    fine, pinned = findings.package_findings(["numpy>=1"], pins)
    assert (fine.state, pinned.state) == ("fine", "notice")
    assert "(pinned: 1.0 or 1.1); run make install" in pinned.sentence
    (either,) = findings.package_findings(["numpy>=1"], {"numpy": {"1.0", version("numpy")}})
    assert either.state == "fine"
    assert findings.pins_in(str(tmp_path / "nowhere")) == {}


def test_a_file_that_hides_a_package_is_broken(tmp_path):
    assert [finding.state for finding in findings.hidden_findings(str(tmp_path))] == ["fine"]
    (tmp_path / "models").mkdir()
    assert [finding.state for finding in findings.hidden_findings(str(tmp_path))] == ["fine"]
    (tmp_path / "models" / "__init__.py").touch()
    (found,) = findings.hidden_findings(str(tmp_path))
    assert found == Finding(
        "hidden packages",
        "broken",
        f"{tmp_path}/models/__init__.py hides our package 'models'; rename it, or start Python in "
        "another directory.",
    )


def test_compiled_kernels_run_and_are_kept():
    found = findings.kernel_finding()
    assert found.state == "fine"
    assert "and are kept in /" in found.sentence


def test_kernels_that_stay_python_are_a_notice(tmp_path):
    said = run_in(tmp_path, "kernel_finding()", NUMBA_DISABLE_JIT="1")
    assert "'notice'" in said
    assert "unset NUMBA_DISABLE_JIT" in said


def test_a_store_that_is_there_is_fine(tmp_path):
    url = f"sqlite:///{tmp_path}/store.sqlite3"
    store = Database(url)
    upgrade(store)
    assert findings.database_finding(settings_of(database=url)) == Finding(
        "database", "fine", f"{store.url} answers and is at revision {newest()}, which is needed."
    )
    downgrade(store, "0001")
    store.close()
    behind = findings.database_finding(settings_of(database=url))
    assert behind.state == "broken"
    assert "run: detector db upgrade." in behind.sentence


def test_no_store_is_a_notice_and_none_is_made(tmp_path):
    url = f"sqlite:///{tmp_path}/store.sqlite3"
    found = findings.database_finding(settings_of(database=url))
    assert (found.state, "run detector db upgrade" in found.sentence) == ("notice", True)
    assert not (tmp_path / "store.sqlite3").exists()


@pytest.mark.parametrize(
    "url", ["postgresql://nobody:secret@127.0.0.1:1/none", "mysql://x", "sqlite:///{dir}/text"]
)
def test_a_store_that_does_not_answer_is_broken_and_keeps_its_password(tmp_path, url):
    (tmp_path / "text").write_text("no database, but long enough to be looked at" * 9)
    found = findings.database_finding(settings_of(database=url.format(dir=tmp_path)))
    assert found.state == "broken"
    assert "secret" not in found.sentence
    assert found.sentence.count("\n") == 0


def test_no_model_is_a_notice(tmp_path):
    assert findings.models_finding(tmp_path / "none").state == "notice"
    found = findings.models_finding(tmp_path)
    assert (found.state, "run detector train" in found.sentence) == ("notice", True)


def test_a_model_loads_or_is_broken(tmp_path, training, market, training_end):
    registry = Registry(tmp_path, contracts=(FEATURE_CONTRACT,))
    published = publish(training, market.history(), registry, seed=3, created_at=training_end)
    assert findings.models_finding(tmp_path).sentence == (
        f"Model {published} in {tmp_path} is in use and loads."
    )
    (tmp_path / published / "arrays.npz").write_bytes(b"damaged")
    found = findings.models_finding(tmp_path)
    assert found.state == "broken"
    assert found.sentence.endswith("run detector models rollback, or detector train.")


def test_time_zones_are_known_or_broken(tmp_path):
    assert findings.zone_finding().state == "fine"
    code = "__import__('sys').modules.update(tzdata=None) or zone_finding()"
    said = run_in(tmp_path, code, PYTHONTZPATH="")
    assert "'broken'" in said
    assert "pip install tzdata" in said


def test_room_on_the_disk_is_fine_scarce_or_missing(tmp_path):
    states = [findings.disk_finding(tmp_path, free).state for free in (2**34, 2**29, 2**20)]
    assert states == ["fine", "notice", "broken"]
    assert findings.disk_finding(tmp_path, 2**20).sentence.endswith("; make room.")


def test_each_disk_is_looked_at_once_even_for_directories_to_come(tmp_path):
    places = [tmp_path, tmp_path / "to" / "come"]
    assert len(list(findings.disk_findings(places))) == 1


def test_a_terminal_that_lacks_characters_is_a_notice():
    states = [
        findings.terminal_finding(name).state for name in ("utf-8", "UTF8", "ascii", "cp1252")
    ]
    assert states == ["fine", "fine", "notice", "notice"]
