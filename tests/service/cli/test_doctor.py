"""`detector doctor` says what is broken, and its exit code says whether something is."""

import json

import pytest
from typer.testing import CliRunner

from service.cli import app


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def doctor(*words, **variables):
    return CliRunner().invoke(app, ["doctor", *words], env=variables)


def test_a_fresh_directory_has_nothing_broken():
    done = doctor()
    lines = done.stdout.splitlines()
    assert done.exit_code == 0
    assert lines[-1] == f"nothing of {len(lines) - 1} is broken"
    checks = [line.split(": ")[0].split(maxsplit=1) for line in lines[:-1]]
    seen = {name for _, name in checks}
    assert seen >= {
        *("python", "packages", "hidden packages", "kernels", "database", "models", "disk"),
        *("time zones", "terminal"),
    }
    assert all(line.endswith(".") for line in lines[:-1])


def test_what_is_broken_decides_the_exit_code(tmp_path):
    (tmp_path / "models.py").touch()
    done = doctor()
    assert done.exit_code == 1
    assert done.stdout.splitlines()[-1].startswith("1 of ")
    assert "broken  hidden packages: " in done.stdout


def test_json_has_the_same_findings():
    done = doctor("--json", "--database", "postgresql://x@127.0.0.1:1/none")
    report = json.loads(done.stdout)
    assert (done.exit_code, report["broken"]) == (1, 1)
    (broken,) = [one for one in report["findings"] if one["state"] == "broken"]
    assert broken["check"] == "database"
    assert set(broken) == {"check", "state", "sentence"}


def test_a_setting_that_cannot_be_read_is_a_finding():
    done = doctor(DETECTOR_PORT="many")
    assert done.exit_code == 1
    assert "broken  settings: DETECTOR_PORT: " in done.stdout
