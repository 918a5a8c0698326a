"""A wheel built from the repository works outside it: nothing that a command needs is left behind.

The environment is empty but for the wheel; what the wheel depends on is lent to it from this one.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import tarfile
import urllib.request
import venv
import zipfile
from pathlib import Path

import pytest

from tests.parts import need_module

ROOT = Path(__file__).parents[2]
PARTS = ("detector", "models", "service", "training", "suspicious_seller_detector.py")
OURS = ("suspicious_seller_detector", "__editable__")

pytestmark = pytest.mark.slow


def tracked(*parts):
    """Return the files of our packages, or of other parts, as they are in the repository."""
    done = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *(parts or PARTS)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return {name for name in done.stdout.splitlines() if (ROOT / name).is_file()}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Build the wheel from a copy, so that nothing which an earlier build left gets in."""
    need_module("setuptools")
    source, built = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in [*tracked(), "pyproject.toml", "README.md", "LICENSE"]:
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, source / name)
    run(
        *(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation"),
        *("--no-index", "--wheel-dir", built, source),
        cwd=source,
    )
    (path,) = built.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def python(wheel, tmp_path_factory):
    """Install the wheel into an empty environment, and lend it what it depends on."""
    place = tmp_path_factory.mktemp("environment")
    venv.create(place, with_pip=False)
    python = place / "bin" / "python"
    lent = place / "lent"
    lent.mkdir()
    for folder in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
        for entry in Path(folder).iterdir():
            if not entry.name.startswith(OURS) and entry.suffix != ".pth":
                (lent / entry.name).symlink_to(entry)
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    (Path(run(python, "-c", code).strip()) / "lent.pth").write_text(f"{lent}\n")
    run(
        *(sys.executable, "-m", "pip", "--python", python, "install", "-q"),
        *("--no-deps", "--no-index", wheel),
    )
    return python


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    """Return a directory that has nothing to do with the repository."""
    return tmp_path_factory.mktemp("elsewhere")


@pytest.fixture(scope="module")
def detector(python, elsewhere):
    """Return a function that runs `detector` as it was installed."""
    return lambda *words: run(python.parent / "detector", *words, cwd=elsewhere)


@pytest.fixture(scope="module")
def market(detector, elsewhere):
    """Simulate a marketplace and train on it; its complaints, orders and models as options."""
    detector("simulate", "--sellers", "60", "--days", "200", "--seed", "1", "--out", "market")
    files = ["--complaints", "market/complaints.parquet", "--orders", "market/orders.parquet"]
    options = [*files, "--models", "artifacts"]
    detector("train", *options, "--until", "2024-07-01")
    return options


def clean_environment():
    """Return an environment in which nothing leads back to the repository."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("DETECTOR_", "COV_CORE"))}
    for name in ("PYTHONPATH", "VIRTUAL_ENV", "COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG"):
        kept.pop(name, None)
    return kept | {"PYTHONNOUSERSITE": "1"}


def run(*words, cwd=None):
    done = subprocess.run(
        [str(word) for word in words],
        capture_output=True,
        text=True,
        cwd=cwd,
        env=clean_environment(),
    )
    assert done.returncode == 0, f"{' '.join(map(str, words))}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_the_wheel_holds_every_file_of_our_packages_and_no_other(wheel):
    with zipfile.ZipFile(wheel) as opened:
        names = {name for name in opened.namelist() if ".dist-info/" not in name}
    assert names == tracked()


def test_the_installed_packages_are_the_wheels(python, elsewhere):
    code = "import detector, models, training, service; print(detector.__file__)"
    place = Path(run(python, "-c", code, cwd=elsewhere).strip())
    assert place.is_relative_to(python.parents[1])


def test_it_says_its_version(detector, wheel):
    assert detector("--version").split()[1] == wheel.name.split("-")[1]


def test_it_simulates_trains_scores_and_queues(detector, market, elsewhere):
    at = ["--as-of", "2024-07-10"]
    detector("score", *market, *at, "--out", "scores.csv")
    assert (elsewhere / "scores.csv").read_text().startswith('"seller_id",')
    queue = json.loads(detector("queue", *market, *at, "--format", "json"))
    ranks = [row["rank"] for row in queue]
    assert ranks
    assert ranks == sorted(ranks)


def test_it_replays_rules_with_its_own_policies(detector, elsewhere):
    shutil.copy(ROOT / "docs/samples/verdicts.jsonl", elsewhere)
    replayed = detector("rules", "replay", "--log", "verdicts.jsonl", "--json")
    assert json.loads(replayed)
    for policy in sorted((ROOT / "detector/rules/policy/bundled").glob("*.toml")):
        detector("rules", "check", policy.stem)


def test_it_sets_up_a_store_and_serves(detector, python, market, elsewhere):
    url = f"sqlite:///{elsewhere}/store.sqlite3"
    assert json.loads(detector("db", "upgrade", "--database", url, "--json"))["up_to_date"]
    serving = subprocess.Popen(
        [python.parent / "detector", "serve", "--port", "0", "--database", url],
        stderr=subprocess.PIPE,
        text=True,
        cwd=elsewhere,
        env=clean_environment() | {"DETECTOR_MODELS": "artifacts"},
    )
    try:
        line = next(one for one in serving.stderr if one.startswith("serving on "))
        with urllib.request.urlopen(f"{line.split()[-1]}/healthz", timeout=120) as answer:
            assert answer.status == 200
    finally:
        serving.send_signal(signal.SIGTERM)
        serving.communicate(timeout=60)
    assert serving.returncode == -signal.SIGTERM  # as uvicorn ends once all is closed


def test_its_doctor_finds_nothing_broken(detector, market):
    report = json.loads(detector("doctor", "--models", "artifacts", "--json"))
    states = {one["check"]: one["state"] for one in report["findings"]}
    assert report["broken"] == 0
    assert (states["models"], states["packages"], states["hidden packages"]) == ("fine",) * 3


def test_the_source_distribution_holds_what_the_repository_holds(tmp_path):
    source, built = tmp_path / "source", tmp_path / "built"
    everything = tracked(".")
    for name in everything:
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, source / name)
    built.mkdir()
    code = "import sys; from setuptools import build_meta; build_meta.build_sdist(sys.argv[1])"
    run(sys.executable, "-W", "ignore", "-c", code, built, cwd=source)
    (path,) = built.glob("*.tar.gz")
    with tarfile.open(path) as opened:
        names = {one.name.partition("/")[2] for one in opened.getmembers() if one.isfile()}
    made = {name for name in names if ".egg-info/" in name} | {"PKG-INFO", "setup.cfg"}
    assert names - made == everything
