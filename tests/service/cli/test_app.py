"""What holds for every command: its version, its help, completion of words."""

import tomllib
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from service.cli import app

PROJECT = Path(__file__).parents[3] / "pyproject.toml"


def paths(command, path=()):
    yield path
    for word, below in getattr(command, "commands", {}).items():
        yield from paths(below, (*path, word))


def test_the_version_is_the_projects():
    told = CliRunner().invoke(app, ["--version"])
    version = tomllib.loads(PROJECT.read_text())["project"]["version"]
    assert (told.exit_code, told.stdout) == (0, f"detector {version}\n")


@pytest.mark.parametrize("path", list(paths(get_command(app))), ids=" ".join)
def test_help_has_a_short_and_a_long_name(path):
    short, long = (CliRunner().invoke(app, [*path, name]) for name in ("-h", "--help"))
    assert (short.exit_code, short.stdout) == (0, long.stdout)
    assert "Usage: " in short.stdout


def test_words_can_be_completed_by_a_shell():
    told = CliRunner().invoke(app, ["--show-completion", "bash"])
    assert told.exit_code == 0
