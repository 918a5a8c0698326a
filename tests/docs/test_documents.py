"""What the documents say exists does exist, and they stay short enough to be read."""

import re
import tomllib
from pathlib import Path

import pytest
from typer.main import get_command

from service.cli import app

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
DECISIONS_FOLDER = ROOT / "docs/explanation/decisions"
DECISIONS = sorted(p for p in DECISIONS_FOLDER.glob("*.md") if p.name != "index.md")
PINS = sorted(ROOT.glob("requirements*.txt"))
LINES_MAX = {"README.md": 120, "ARCHITECTURE.md": 150, "CONTRIBUTING.md": 150}
PACKAGES = ("detector", "models", "training", "service")


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", LINES_MAX)
def test_a_document_is_short_enough_to_be_read(name):
    assert len(text_of(name).splitlines()) <= LINES_MAX[name]


@pytest.mark.parametrize("path", DECISIONS, ids=lambda p: p.stem)
def test_a_decision_is_a_page_with_its_alternatives(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 60
    for part in ("**Context.**", "**Decision.**", "**Consequences.**", "**Alternatives.**"):
        assert part in text


def test_the_list_of_decisions_is_whole_and_calls_each_by_its_title():
    text = (DECISIONS_FOLDER / "index.md").read_text(encoding="utf-8")
    titles = {path.name: path.read_text(encoding="utf-8").splitlines()[0] for path in DECISIONS}
    listed = re.findall(r"^\* \[([^]]*)\]\((.*)\)$", text, re.MULTILINE)
    assert {name: f"# {' '.join(title.split())}" for title, name in listed} == titles


def commands_in(text: str) -> list[list[str]]:
    """The `detector …` lines of indented and fenced blocks, as words."""
    blocks = re.findall(r"^```.*?\n(.*?)^```|^    ([^\n]*\n)", text, re.MULTILINE | re.DOTALL)
    lines = "".join(map("".join, blocks)).replace("\\\n", " ").splitlines()
    commands = [line.strip().removeprefix("$ ") for line in lines]
    called = [command for command in commands if re.match(r"detector [a-z]", command)]
    return [[w.strip("[]") for w in command.split(" #")[0].split()] for command in called]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_every_command_in_a_document_exists_with_its_options(path):
    for words in commands_in(path.read_text(encoding="utf-8")):
        command = get_command(app)
        for word in words[1:]:
            if word.startswith("--"):
                known = {option for param in command.params for option in param.opts}
                known |= {option for param in command.params for option in param.secondary_opts}
                assert word.split("=")[0] in known | {"--help"}, words
            elif hasattr(command, "commands"):
                assert word in command.commands, words
                command = command.commands[word]


def test_the_readme_names_every_daily_command():
    named = {words[1] for words in commands_in(text_of("README.md"))}
    assert named >= {"train", "score", "queue", "backtest", "serve", "keys", "models", "rules"}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_every_make_target_in_a_document_exists(path):
    targets = set(re.findall(r"^([a-z-]+):", text_of("Makefile"), re.MULTILINE))
    named = re.findall(r"^    make ([a-z-]+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(named) <= targets


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_every_link_to_a_file_leads_somewhere(path):
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", path.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (path.parent / target).exists(), target


@pytest.mark.parametrize("package", PACKAGES)
def test_the_codemap_names_every_module_and_no_other(package):
    section = text_of("ARCHITECTURE.md").split(f"\n`{package}/`:")[1].split("\n`")[0]
    rows = re.findall(r"^\| (`.*?`) \|", section, re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    modules = {path.stem for path in (ROOT / package).glob("*.py")} - {"__init__", "__main__"}
    folders = {path.parent.name for path in (ROOT / package).glob("*/*.py")}
    assert named == modules | folders


def test_the_changelogs_top_version_is_the_projects():
    project = tomllib.loads(text_of("pyproject.toml"))["project"]
    top = re.search(r"^## \[(\d+\.\d+\.\d+)\]", text_of("CHANGELOG.md"), re.MULTILINE)
    assert top is not None
    assert top[1] == project["version"]


@pytest.mark.parametrize("path", PINS, ids=lambda p: p.name)
def test_pins_are_hashed_and_name_no_registry(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    assert not [line for line in lines if "://" in line or line.startswith(("-i", "--index", "-f"))]
    pins = [line for line in lines if "==" in line and not line.lstrip().startswith("#")]
    hashed = [line for line in lines if line.lstrip().startswith("--hash=sha256:")]
    assert pins
    assert len(hashed) >= len(pins)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_a_document_stands_on_its_own(path):
    text = path.read_text(encoding="utf-8").lower()
    assert not re.findall(r"issue #|issue \d|\btodo\b|\bfixme\b|/home/|/root/|/tmp/", text)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_every_file_and_folder_of_ours_that_is_named_exists(path):
    folders = "tests|detector|models|training|service|benchmarks|deploy|docs"
    named = re.findall(rf"`((?:{folders})/[\w/.-]*)`", path.read_text(encoding="utf-8"))
    made = "models/artifacts"
    assert [
        name for name in named if not (ROOT / name).exists() and not name.startswith(made)
    ] == []
