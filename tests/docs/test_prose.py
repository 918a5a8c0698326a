"""Documents can be read in any editor, and use words that every reader knows."""

import re
import tokenize
from io import StringIO
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BY_THE_PROGRAM = {ROOT / "docs/reference/cli.md", ROOT / "docs/reference/errors.md"}
"""Their words are those of the program's own texts."""
DOCUMENTS = sorted({*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")} - BY_THE_PROGRAM)
WIDTH = 100
TOPS = ("detector", "models", "training", "service", "docs", "benchmarks")
AVOIDED = ("lest", "anew", "afresh", "to be had", "in times of", "whoever")
AVOIDED_NAMES = {"told", "anew", "household", "house", "lest"}


def prose_of(text: str) -> list[tuple[int, str]]:
    """The numbered lines of a document outside code blocks and tables."""
    lines, in_code = [], False
    for number, line in enumerate(text.splitlines(), start=1):
        fence = line.lstrip().startswith("```")
        indented = line.startswith("    ") and not line.lstrip().startswith(("* ", "- "))
        if not (in_code or fence or indented or line.startswith("|")):
            lines.append((number, line))
        in_code ^= fence
    return lines


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_lines_of_prose_have_at_most_a_hundred_characters(path):
    prose = prose_of(path.read_text(encoding="utf-8"))
    without_targets = [(number, re.sub(r"\]\([^)]*\)", "]", line)) for number, line in prose]
    long = [number for number, line in without_targets if len(line) > WIDTH and "://" not in line]
    assert long == [], f"lines {long} of {path.name}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_avoided_words_do_not_occur(path):
    prose = prose_of(path.read_text(encoding="utf-8"))
    text = " ".join(" ".join(line for _, line in prose).split())
    found = [word for word in AVOIDED if re.search(rf"\b{word}\b", text, re.IGNORECASE)]
    assert found == []


@pytest.mark.parametrize("top", TOPS)
def test_the_program_has_no_avoided_words(top):
    found = [
        (path.relative_to(ROOT).as_posix(), word)
        for path in sorted((ROOT / top).rglob("*.py"))
        for word in AVOIDED
        if re.search(rf"\b{word}\b", " ".join(path.read_text("utf-8").split()), re.IGNORECASE)
    ]
    assert found == []


@pytest.mark.parametrize("top", TOPS)
def test_no_name_is_an_avoided_word(top):
    found = [
        (path.relative_to(ROOT).as_posix(), token.string)
        for path in sorted((ROOT / top).rglob("*.py"))
        for token in tokenize.generate_tokens(StringIO(path.read_text("utf-8")).readline)
        if token.type == tokenize.NAME and AVOIDED_NAMES.intersection(token.string.split("_"))
    ]
    assert found == []


def test_code_and_tables_are_no_prose():
    text = "One line.\n\n    code\n\n| table |\n\n```\nfenced\n```\nLast line.\n"
    assert [line for _, line in prose_of(text) if line] == ["One line.", "Last line."]
