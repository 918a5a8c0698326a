"""A policy is found by its name or in its file; what is not there is refused in one sentence."""

from __future__ import annotations

import subprocess
import sys

import pytest

from detector.errors import BadInput, BadPolicy
from detector.rules import bundled
from detector.rules.policy.bundled import bundled_text
from service.policies import policies_named


def test_a_bundled_policy_has_a_name_and_any_other_a_file(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(bundled_text("standard"))
    assert policies_named("standard") == policies_named(str(path)) == bundled("standard")


@pytest.mark.parametrize("name", ["standart", "missing.toml"])
def test_a_policy_that_is_not_there_is_refused_with_those_that_are(name):
    with pytest.raises(BadInput, match=rf"{name}: there is no such file .* there are .*standard"):
        policies_named(name)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", None])
def test_a_file_that_cannot_be_read_as_text_is_refused(tmp_path, content):
    path = tmp_path / "policy.toml"
    path.mkdir() if content is None else path.write_bytes(content)
    with pytest.raises(BadInput, match=r"policy\.toml: the file cannot be read as text"):
        policies_named(str(path))


def test_a_file_that_is_no_policy_is_refused_by_its_name(tmp_path):
    path = tmp_path / "policy.toml"
    path.write_text("a = 1")
    with pytest.raises(BadPolicy, match=r"policy\.toml"):
        policies_named(str(path))


def test_a_service_without_its_policy_says_so_in_one_line(tmp_path):
    command = [sys.executable, "-c", "from service.cli import main; main()", "serve"]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={"PATH": "", "PYTHONPATH": ":".join(sys.path), "DETECTOR_POLICY": "missing.toml"},
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    last = done.stderr.splitlines()[-1]
    assert last.startswith("error: missing.toml: there is no such file")
