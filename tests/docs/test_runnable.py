"""Every console block of a document runs, in order, and prints what the document shows.

In a block of the language `console`, a line that starts with `$ ` is a command (`> ` continues it)
and the lines below it are its output. `...` on a line of its own stands for any lines, within a
line for any text. A page's blocks share one shell in a directory with the project's `docs` and
`detector`, and nothing else. A command that prints
`error:` may fail; every other one has to succeed.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [
    path
    for path in sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
    if "```console\n" in path.read_text(encoding="utf-8")
]
PORT = "8000"
DONE = "--- exit code"
TOOLS = ("bash", "curl", "jq")


@dataclass
class Step:
    """One command of a page and what it should print."""

    command: str
    output: list[str] = field(default_factory=list)


def steps_of(text: str) -> list[Step]:
    steps: list[Step] = []
    for block in re.findall(r"^```console\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                steps.append(Step(line[2:]))
            elif re.match(r">( |$)", line) and not steps[-1].output:
                steps[-1].command += f"\n{line[2:]}"
            else:
                steps[-1].output.append(line)
    return steps


def matches(expected: list[str], printed: list[str]) -> bool:
    """Whether the output is as shown; `...` stands for anything."""
    pattern = ""
    for line in expected:
        if line.strip() == "...":
            pattern += r"(?:[^\n]*\n)*"
        else:
            pattern += ".*".join(map(re.escape, line.rstrip().split("..."))) + "\n"
    text = "".join(f"{line.rstrip()}\n" for line in printed)
    return re.fullmatch(pattern, text) is not None


def run(steps: list[Step], directory: Path, port: int) -> list[tuple[list[str], int]]:
    """The output and the exit code of every step, run by one shell."""
    for shown in ("docs", "detector"):
        (directory / shown).symlink_to(ROOT / shown)
    script = "".join(f"{one.command}\necho\necho {DONE} $?\n" for one in steps)
    script = script.replace("\necho\necho", "\n__code=$?; echo; echo").replace("$?\n", "$__code\n")
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "COLUMNS": "100",
        "NO_COLOR": "1",
        "TERM": "dumb",
    }
    process = subprocess.Popen(
        ["bash"],
        cwd=directory,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
        start_new_session=True,
    )
    try:
        printed, _ = process.communicate(script.replace(PORT, str(port)), timeout=300)
    finally:
        _end(process.pid)
    parts = re.split(rf"\n?{DONE} (\d+)\n", printed.replace(str(port), PORT))
    return [
        (text.rstrip("\n").split("\n") if text.strip("\n") else [], int(code))
        for text, code in zip(parts[0::2], parts[1::2], strict=False)
    ]


def _end(session: int) -> None:
    """End what the page has left running in its own session."""
    try:
        os.killpg(session, signal.SIGTERM)
    except ProcessLookupError:
        return


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_pages_commands_print_what_it_shows(page, tmp_path):
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if missing and not os.environ.get("CI"):
        pytest.skip(f"no {', '.join(missing)}")
    assert not missing
    steps = steps_of(page.read_text(encoding="utf-8"))
    results = run(steps, tmp_path, free_port())
    assert len(results) == len(steps)
    for step, (printed, code) in zip(steps, results, strict=True):
        shown = f"$ {step.command}\n" + "\n".join(printed)
        refused = any(line.startswith("error:") for line in step.output)
        assert code == (1 if refused else 0), shown
        assert matches(step.output, printed), shown


def test_output_is_compared_line_by_line_and_dots_stand_for_anything():
    assert matches(["a", "...", "d"], ["a", "b", "c", "d"])
    assert matches(["took ... s"], ["took 1.2 s"])
    assert not matches(["a"], ["a", "b"])
    assert not matches(["took ... s"], ["took 1.2 ms"])


def test_a_command_that_fails_is_noticed(tmp_path):
    assert run([Step("echo a"), Step("false"), Step("echo b")], tmp_path, free_port()) == [
        (["a"], 0),
        ([], 1),
        (["b"], 0),
    ]
