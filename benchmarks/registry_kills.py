"""Kill what changes a registry of models at random moments, and look what is in use then.

    python -m benchmarks.registry_kills --database URL [--kills 200] [--fits 0.2] [--seed N]

The database must be empty (for SQLite: a new file) and is emptied afterwards. Trainings,
promotions, roll-backs and removals, with a store and without, are killed with SIGKILL: half of them
after a random while of what each takes, half within milliseconds of their first byte in
changes.log. After every kill the version in use must load, every version that is there must be
whole, and once the store has looked (as a worker does when it starts) its audit must hold each line
of promotions.log once. The exit code is 1 otherwise.

A process that has everything imported forks one for each act, so that kills meet the act and not
the start of Python. `--fits` is the share of trainings that fit a forest; the others take one that
was fitted before, so that more kills meet what is written.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.report import machine, write
from benchmarks.stores import emptied
from detector.errors import Refusal
from detector.history.history import History
from models.changes import CHANGES
from models.detectors import registry_at
from models.registry import Registry
from service.assessments.recording import ACTIONS, record_found
from service.audit.verification import verify
from service.clock import system_clock
from service.database.engine import Database
from service.tables import audit

DAYS = 200
WATCHED_S = 3.0
"""So long a change is waited for that an act may not make."""
WRITTEN_S = 0.01
"""In so many seconds from its first byte on a change is written and committed."""
REFUSED, BROKEN = 1, 2
"""How a forked act ends that was refused, or failed otherwise."""


class Forge:
    """A process that forks one for each act, everything imported and one forest fitted."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-m", "benchmarks.registry_kills", "--forge", str(folder)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ
        )
        self._line()

    def act(
        self, words: list[str], *, fits: bool, kill_after: float | None, watched: Path | None
    ) -> tuple[int, float]:
        """Do it, and kill it after so many seconds if at all; how it ended, and its time.

        The seconds count from when a file that is `watched` is seen to change, if it does.
        """
        began, size = time.monotonic(), size_of(watched)
        self._say(json.dumps({"words": words, "fits": fits}))
        child = int(self._line())
        if kill_after is not None:
            while watched and size_of(watched) == size and time.monotonic() < began + WATCHED_S:
                time.sleep(0.0002)
            time.sleep(kill_after)
            os.kill(child, signal.SIGKILL)  # its number is its own until it is asked how it ended
        self._say("how did it end?")
        return int(self._line()), time.monotonic() - began

    def close(self) -> None:
        """End it."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()

    def _say(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def _line(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit("the process that forks has ended")
        return line


def forge(folder: Path) -> None:
    """Fork a process for each job on stdin: words of a command; says its number and its end."""
    from detector import estimates, fitting
    from service.cli import app
    from training.tables.readers import read_history

    history = read_history(
        folder / "complaints.parquet", folder / "orders.parquet", now=system_clock()
    )
    end = fitting.last_instant(history)
    fitted = fitting.fit(estimates.estimate(history, until=end), draws=0)
    real = fitting.train

    def without_fit(_: History, *, until: int, **__: object) -> fitting.Training:
        return fitting.Training(fitted.trained, fitted.metrics, (fitted.span[0], until))

    print("ready", flush=True)
    for line in sys.stdin:
        job = json.loads(line)
        child = os.fork()
        if not child:
            vars(fitting)["train"] = real if job["fits"] else without_fit
            nowhere = os.open(os.devnull, os.O_RDWR)
            for stream in range(3):
                os.dup2(nowhere, stream)
            end = BROKEN
            try:
                app(job["words"], standalone_mode=False)
                end = 0
            except Refusal:
                end = REFUSED
            finally:
                os._exit(end)
        print(child, flush=True)
        sys.stdin.readline()  # not waited for before: its number must stay its own
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


@dataclass
class Found:
    """What was seen after each kill."""

    met: Counter[str] = field(default_factory=Counter)
    """Acts that a kill met, by kind."""
    ended: Counter[str] = field(default_factory=Counter)
    """Acts that were over before."""
    refused: int = 0
    """Of these, such as a roll-back with nothing to go back to."""
    found: int = 0
    """Changes by acts without a store, which the log held and the audit did not."""
    cut: int = 0
    """The same by acts with a store: killed after the line, and before the commit."""
    faults: list[str] = field(default_factory=list)


def faults_of(registry: Registry, database: Database) -> Iterator[str]:
    """What is wrong with a registry and the audit of its store, once that has looked."""
    versions = registry.versions()
    try:
        if versions:
            registry.load()
        for version in versions:
            registry.verify(version)
        registry.log.changes()
    except Refusal as why:
        yield str(why)
        return
    with database.reading() as connection:
        rows = connection.execute(audit.select().order_by(audit.c.number)).all()
    recorded = [(r.action, json.loads(r.after)) for r in rows if r.action in ACTIONS.values()]
    held = [(ACTIONS[one.kind], one.version or None) for one in registry.log.promotions()]
    if recorded != held:
        yield f"the audit has {recorded[-3:]}, the log {held[-3:]}"


def acts(folder: Path, url: str, draw: random.Random, fits: float) -> Iterator[tuple[str, Any]]:
    """Kinds of act with their words, without end; the directory is made by the first training."""
    models = ["--models", str(folder / "models")]
    tables = ["--complaints", str(folder / "complaints.parquet")]
    tables += ["--orders", str(folder / "orders.parquet")]
    while True:
        kind = draw.choices(["train", "promote", "rollback", "prune"], [4, 3, 3, 1])[0]
        store = ["--database", url] if draw.random() < 0.6 else []
        if kind == "train":
            until = f"2024-06-{draw.randrange(1, 29):02}"
            promote = ["--promote"] if draw.random() < 0.5 else []
            is_real = draw.random() < fits
            words = ["train", *tables, *models, "--until", until, *promote]
            yield ("fit" if is_real else "train"), words
        elif kind == "promote":
            known = registry_at(folder / "models").versions() or ["v0001"]
            yield kind, ["models", "promote", draw.choice(known), *models, *store]
        elif kind == "rollback":
            yield kind, ["models", "rollback", *models, *store]
        else:
            yield kind, ["models", "prune", "--keep", "3", "--no-store", *models]


def run(url: str, database: Database, *, kills: int, fits: float, seed: int) -> Found:
    """Kill so many acts, and look after each."""
    draw, seen = random.Random(seed), Found()
    with tempfile.TemporaryDirectory() as place, forged(Path(place)) as one:
        folder = Path(place)
        registry = registry_at(folder / "models")
        look(registry, database)
        took: dict[str, float] = {}
        for kind, words in acts(folder, url, draw, fits):
            first = kind not in took
            after = None if first else draw.uniform(0.0, 1.3) * took[kind]
            watched = None if first or draw.random() < 0.5 else registry.directory / CHANGES
            if watched:
                after = draw.uniform(0.0, WRITTEN_S)
            end, seconds = one.act(words, fits=kind == "fit", kill_after=after, watched=watched)
            if end == BROKEN:
                raise SystemExit(f"this does not work: {' '.join(words)}")
            met = end == -signal.SIGKILL
            (seen.met if met else seen.ended)[kind] += 1
            seen.refused += end == REFUSED
            if not met and end != REFUSED:
                took.setdefault(kind, seconds)
            found = look(registry, database)
            seen.found += found if "--database" not in words else 0
            seen.cut += found if "--database" in words else 0
            seen.faults += [f"{kind}: {fault}" for fault in faults_of(registry, database)]
            if seen.faults or seen.met.total() >= kills:
                break
            if met and not seen.met.total() % 20:
                print(f"{seen.met.total()} kills, {registry.promoted()} in use", file=sys.stderr)
    with database.reading() as connection:
        seen.faults += verify(connection).sentences
    return seen


def size_of(path: Path | None) -> int:
    """Bytes of a file; none where it is not there."""
    try:
        return path.stat().st_size if path else 0
    except FileNotFoundError:
        return 0


def look(registry: Registry, database: Database) -> int:
    """What a worker does when it starts; how many changes it found."""
    with database.writing() as connection:
        return record_found(connection, registry.log, now=system_clock())


@contextmanager
def forged(folder: Path) -> Iterator[Forge]:
    """A forge with a market of its own."""
    from training.simulator import Marketplace
    from training.simulator.writing import write_market

    write_market(Marketplace(sellers=60, days=DAYS, orders_per_day_median=3.0), 7, folder)
    one = Forge(folder)
    try:
        yield one
    finally:
        one.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database")
    parser.add_argument("--forge", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--fits", type=float, default=0.2)
    parser.add_argument("--seed", type=int, default=random.randrange(10**9))
    asked = parser.parse_args()
    if asked.forge:
        forge(asked.forge)
        return
    if asked.database is None:
        parser.error("--database is needed")
    with emptied(asked.database) as database:
        seen = run(asked.database, database, kills=asked.kills, fits=asked.fits, seed=asked.seed)
        store = "PostgreSQL" if database.is_postgresql else "SQLite"
    found = {
        "store": store, "seed": asked.seed, "kills": seen.met.total(), "by_act": dict(seen.met),
        "over_before": dict(seen.ended), "refused": seen.refused, "cut_before_the_commit": seen.cut,
        "found_in_the_log": seen.found, "faults": seen.faults,
    }  # fmt: skip
    write(f"registry_kills_{store.lower()}", {"machine": machine(), **found})
    print(json.dumps(found, indent=1))
    sys.exit(bool(seen.faults))


if __name__ == "__main__":
    main()
