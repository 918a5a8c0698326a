"""What `detector doctor` looks at: each finding is one sentence that says what to do."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, metadata, requires, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, cast

from detector.errors import BadArtifact, BadInput, Refusal
from suspicious_seller_detector import ROOT, hidden_in

if TYPE_CHECKING:
    from service.settings import Settings

State = Literal["fine", "notice", "broken"]
PROJECT: Final = "suspicious-seller-detector"
DISK_BROKEN: Final = 100 * 2**20
"""Bytes: less than one snapshot of a large market's scores."""
DISK_NOTICE: Final = 2**30
"""Bytes: some days of a large market's complaints and scores."""
_ZONE: Final = "Europe/Berlin"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; `broken` is what keeps a command from working."""

    check: str
    state: State
    sentence: str


def python_finding(found: tuple[int, int, int], needed: str | None) -> Finding:
    """Whether Python's version is in the range that the package asks for."""
    runs = ".".join(map(str, found))
    if needed is None:
        return Finding("python", "fine", f"Python {runs} runs.")
    if is_within(runs, needed):
        return Finding("python", "fine", f"Python {runs} runs; {needed} is needed.")
    todo = f"make the virtual environment again with a Python {needed}"
    return Finding("python", "broken", f"Python {runs} runs, but {needed} is needed; {todo}.")


def package_findings(needed: Sequence[str], pins: Mapping[str, set[str]]) -> Iterator[Finding]:
    """Whether every package is there, in its range, and as it is pinned where there are pins."""
    wrong, moved = [], []
    for requirement in needed:
        name, extra, range_ = _parts(requirement)
        found = _version(name)
        wanted = f"{name}{extra}{range_}"
        if found is None:
            wrong.append(f"{name} is missing; run: pip install '{wanted}'")
        elif not is_within(found, range_):
            wrong.append(f"{name} {found} is installed; run: pip install '{wanted}'")
        elif found not in (pinned := pins.get(name.lower(), {found})):
            moved.append(f"{name} {found} (pinned: {' or '.join(sorted(pinned))})")
    yield from (Finding("packages", "broken", f"{sentence}.") for sentence in wrong)
    if not wrong:
        count = f"{len(needed)} packages are installed, each in its range"
        yield Finding("packages", "fine", f"{count}.")
    if moved:
        todo = "run make install to have the tested versions"
        yield Finding("pins", "notice", f"Not as pinned: {', '.join(moved)}; {todo}.")


def installed_findings() -> Iterator[Finding]:
    """Python and packages, as the installation asks for them."""
    try:
        needed, python = requires(PROJECT) or [], metadata(PROJECT)["Requires-Python"]
    except PackageNotFoundError:
        yield python_finding(sys.version_info[:3], None)
        todo = "pip install -e . makes the ranges known"
        yield Finding("packages", "notice", f"{PROJECT} runs without being installed; {todo}.")
        return
    yield python_finding(sys.version_info[:3], python)
    yield from package_findings([one for one in needed if "extra ==" not in one], pins_in(ROOT))


def pins_in(directory: str) -> dict[str, set[str]]:
    """The pinned versions of a checkout, one for each kind of Python; none in an installed copy."""
    path = Path(directory) / "requirements.txt"
    pins: dict[str, set[str]] = {}
    if path.is_file():
        lines = re.findall(r"^([\w.-]+)==([\w.]+)", path.read_text("utf-8"), re.MULTILINE)
        for name, pinned in lines:
            pins.setdefault(name.lower(), set()).add(pinned)
    return pins


def hidden_findings(directory: str) -> Iterator[Finding]:
    """What in a directory hides our packages from programs and notebooks started there."""
    for name, path in hidden_in(directory).items():
        todo = "rename it, or start Python in another directory"
        yield Finding("hidden packages", "broken", f"{path} hides our package '{name}'; {todo}.")
    if not hidden_in(directory):
        yield Finding("hidden packages", "fine", f"Nothing in {directory} hides our packages.")


def kernel_finding() -> Finding:
    """Whether the compiled kernels run, and whether they are kept; compiles them if need be."""
    from numba.core.errors import NumbaError

    from detector.compiled import CORES, DISABLED
    from detector.expectation import panel_kernel
    from detector.warm_up import warm_up

    if DISABLED:
        todo = "unset NUMBA_DISABLE_JIT for full speed"
        return Finding("kernels", "notice", f"Python code runs, many times slower; {todo}.")
    try:
        warm_up()
    except (NumbaError, OSError, RuntimeError) as why:
        todo = "install numba and llvmlite again"
        return Finding("kernels", "broken", f"Kernels cannot be compiled ({_line(why)}); {todo}.")
    kept = cast("Any", panel_kernel.count).stats.cache_path
    runs = f"Compiled kernels run on {CORES} cores"
    if kept and os.access(kept, os.W_OK):
        return Finding("kernels", "fine", f"{runs} and are kept in {kept}.")
    todo = "set NUMBA_CACHE_DIR to a directory that can be written to"
    return Finding("kernels", "notice", f"{runs}, but every start compiles them again; {todo}.")


def database_finding(settings: Settings) -> Finding:
    """Whether the store answers, and its tables are of the revision that this program needs."""
    from service.cli.stores import NoStore, check_ready
    from service.database.engine import Database
    from service.database.revisions import newest

    try:
        store = Database.of(settings)
    except Refusal as why:
        return Finding("database", "broken", _sentence(why))
    try:
        check_ready(store)
        is_pooled = store.is_behind_a_pooler()
    except NoStore:
        todo = "run detector db upgrade, or detector serve, if there should be one"
        return Finding("database", "notice", f"There is no store at {store.url}; {todo}.")
    except Refusal as why:
        return Finding("database", "broken", _sentence(why))
    finally:
        store.close()
    sentence = f"{store.url} answers and is at revision {newest()}, which is needed."
    if is_pooled and settings.prepared:
        sentence += (
            " A pooler hands its connections on after each transaction: if it knows no prepared "
            "statements, as PgBouncer before 1.21, set DETECTOR_PREPARED=false."
        )
        return Finding("database", "notice", sentence)
    return Finding("database", "fine", sentence)


def models_finding(directory: Path) -> Finding:
    """Whether the model in use can be loaded."""
    from models.detectors import load_detector, registry_at

    if not directory.is_dir() or not registry_at(directory).versions():
        todo = "run detector train, or name another directory with --models"
        return Finding("models", "notice", f"There is no trained model in {directory}; {todo}.")
    try:
        version_ = load_detector(directory).version
    except (BadArtifact, BadInput) as why:
        todo = "" if "run: " in str(why) else "; run detector models rollback, or detector train"
        return Finding("models", "broken", f"{why}{todo}.")
    return Finding("models", "fine", f"Model {version_} in {directory} is in use and loads.")


def scoring_findings(settings: Settings) -> Iterator[Finding]:
    """What readiness warns of; nothing where there is no store to look into."""
    from service.assessments.active_model import ActiveModel
    from service.cli.stores import check_ready
    from service.clock import system_clock
    from service.database.engine import Database
    from service.health.readiness import what_to_know

    try:
        store = Database.of(settings)
    except Refusal:
        return  # said by the finding about the database
    try:
        check_ready(store)
        warnings = what_to_know(
            store,
            ActiveModel(settings.models),
            now=system_clock(),
            snapshot_us=settings.snapshot_us,
        )
    except Refusal:
        return
    finally:
        store.close()
    yield from (Finding("scoring", "notice", f"{one.sentence}.") for one in warnings)
    if not warnings:
        yield Finding("scoring", "fine", "Scoring warns of nothing.")


def zone_finding() -> Finding:
    """Whether times in zones other than UTC can be read."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo(_ZONE)
    except ZoneInfoNotFoundError:
        todo = "run: pip install tzdata"
        return Finding("time zones", "broken", f"There is no time zone data; {todo}.")
    return Finding("time zones", "fine", f"Time zone data is there; {_ZONE} is known.")


def disk_findings(directories: Sequence[Path]) -> Iterator[Finding]:
    """Whether there is room where something is written, once for each disk."""
    seen = set()
    for directory in directories:
        there = next(one for one in (directory, *directory.absolute().parents) if one.is_dir())
        disk = there.stat().st_dev
        if disk in seen:
            continue
        seen.add(disk)
        yield disk_finding(there, shutil.disk_usage(there).free)


def disk_finding(directory: Path, free: int) -> Finding:
    """Whether so many free bytes are enough."""
    state: State = "fine"
    sentence = f"{free / 2**30:,.1f} GiB are free at {directory.absolute()}"
    if free < DISK_NOTICE:
        state = "broken" if free < DISK_BROKEN else "notice"
        sentence = f"Only {sentence}; make room"
    return Finding("disk", state, f"{sentence}.")


def terminal_finding(encoding: str) -> Finding:
    """Whether output can hold every character."""
    if encoding.lower().replace("-", "").replace("_", "").startswith("utf"):
        return Finding("terminal", "fine", f"Output is {encoding}.")
    todo = "set PYTHONIOENCODING=utf-8 to see them"
    sentence = f"Output is {encoding}, so characters that it lacks are written as escapes; {todo}."
    return Finding("terminal", "notice", sentence)


def is_within(found: str, range_: str) -> bool:
    """Whether a version lies in a range of `>=`, `<` and `==` alone, as ours are."""
    for sign, bound in re.findall(r"(>=|<|==)\s*([\w.]+)", range_):
        one, other = _numbers(found), _numbers(bound)
        if not {">=": one >= other, "<": one < other, "==": one == other}[sign]:
            return False
    return True


def _numbers(text: str) -> tuple[int, ...]:
    """The release of a version, without zeros at its end: 3.1 is 3.1.0."""
    release = re.match(r"\d+(\.\d+)*", text)
    numbers = [int(n) for n in release[0].split(".")] if release else []
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def _parts(requirement: str) -> tuple[str, str, str]:
    """A requirement's name, its extra in brackets, and its range."""
    found = re.match(r"([\w.-]+)\s*(\[[^\]]*\])?\s*([^;]*)", requirement)
    assert found is not None  # noqa: S101 - written by pip from our own pyproject.toml
    return found[1], found[2] or "", found[3].strip().strip("()")


def _line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]


def _sentence(error: Exception) -> str:
    return _line(error).rstrip(".…") + "."


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
