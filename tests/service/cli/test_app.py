"""What holds for every command: its version, its help, completion of words."""

import json
import sys
import tomllib
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from service.cli import app, main, wants_json

PROJECT = Path(__file__).parents[3] / "pyproject.toml"


SERVING = {("serve",), ("work",)}
"""Commands that run until they are stopped, and say so in their log."""


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
    asked = {"_DETECTOR_COMPLETE": "complete_bash", "COMP_WORDS": "detector que", "COMP_CWORD": "1"}
    told = CliRunner().invoke(app, [], env=asked, prog_name="detector")
    assert (told.exit_code, told.stdout) == (0, "queue\n")


def test_every_command_that_ends_can_answer_in_json():
    below = {(): get_command(app)}
    for path in paths(get_command(app)):
        if path:
            below[path] = below[path[:-1]].commands[path[-1]]
    leaves = {path: one for path, one in below.items() if not hasattr(one, "commands")}
    mute = {
        path
        for path, one in leaves.items()
        if not any("--json" in option.opts for option in one.params)
    }
    assert mute == SERVING


def run(monkeypatch, capsys, *words):
    monkeypatch.setattr(sys, "argv", ["detector", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr()
    return ended.value.code, said.out, said.err


@pytest.mark.parametrize(
    ("words", "code", "kind", "detail"),
    [
        ("rules check nope --json", 1, "bad-input", "nope: there is no such file"),
        ("models verify --models nope --json", 1, "bad-artifact", "no trained model here"),
        ("keys list --database sqlite:///nope --json", 1, "no-store", "there is no store"),
        ("keys list --database postgresql://u@127.0.0.1:1/x --json", 1, "database-away", "refused"),
        ("queue --complaints c.csv --as-of 2026-01-01 --format json", 1, "bad-artifact", "no tr"),
        ("score --bogus --json", 2, "usage", "No such option: --bogus"),
        ("keys create --json", 2, "usage", "Missing option '--role'"),
        ("keys create --role king --json", 2, "usage", "'king' is not one of"),
    ],
)
def test_an_error_is_one_json_object_where_json_is_asked_for(
    monkeypatch, capsys, tmp_path, words, code, kind, detail
):
    monkeypatch.chdir(tmp_path)
    ended, said, error = run(monkeypatch, capsys, *words.split())
    assert (ended, said) == (code, "")
    told = json.loads(error)
    assert set(told) == {"type", "title", "detail"}
    assert told["type"].startswith(f"urn:detector:{kind}")
    assert told["title"].endswith(".")
    assert detail in told["detail"]
    plain = [word for word in words.replace("--format json", "").split() if word != "--json"]
    ended, said, error = run(monkeypatch, capsys, *plain)
    assert (ended, said) == (code, "")
    assert not error.startswith("{")


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("queue --format json", True),
        ("queue --format=json", True),
        ("queue --format csv", False),
        ("import cfpb a.csv --json", True),
        ("import cfpb -- --json", False),
        ("", False),
    ],
)
def test_json_is_asked_for_by_its_options_alone(words, asked):
    assert wants_json(words.split()) is asked
