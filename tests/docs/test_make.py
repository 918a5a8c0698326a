"""make install where virtual environments cannot be made, or where one was left half-made."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="there is no make")


def make(*words):
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    command = ["make", "--directory", ROOT, *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True)


def python_without(module, directory):
    """A Python in which a module of the standard library is missing, as Debian splits it."""
    (directory / f"{module}.py").write_text("raise ImportError")
    python = directory / "python3"
    python.write_text(f'#!/bin/sh\nPYTHONPATH={directory} exec {sys.executable} "$@"\n')
    python.chmod(0o755)
    return python


def test_without_venv_install_names_the_package_and_leaves_nothing(tmp_path):
    python = python_without("ensurepip", tmp_path)
    done = make("install", f"PYTHON={python}", f"VENV={tmp_path / 'venv'}")
    assert done.returncode != 0
    assert "apt-get install python3-venv" in done.stdout
    assert not (tmp_path / "venv").exists()


def test_a_half_made_environment_is_made_again(tmp_path):
    half = tmp_path / "venv" / "bin" / "python"
    half.parent.mkdir(parents=True)
    half.touch()
    planned = make("--dry-run", "install", f"VENV={tmp_path / 'venv'}").stdout
    assert f"-m venv --clear {tmp_path / 'venv'}" in planned


def test_help_says_what_the_extras_are():
    lines = make("help").stdout.splitlines()
    [extras] = [line for line in lines if line.split()[0] == "extras"]
    assert "spark" in extras
    assert "pyod" in extras
