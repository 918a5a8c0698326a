"""Verdicts a second, beside an earlier version of this program, taking turns.

    python -m benchmarks.verdict_rate --database postgresql://… [--before DIRECTORY]

Each version runs `detector serve` from its own directory on a database of its own, which is made
beside the named one and dropped afterwards. A turn files complaints and their evidence, about
sellers of whom each has `PER_SELLER`, untimed. Then eight moderators uphold them all as fast as
they can.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from uuid import uuid4

from sqlalchemy import create_engine, make_url, text

from benchmarks.callers import Caller, at_once
from service.database.engine import url_of

HERE = Path(__file__).parents[1]
MODERATORS = 8
PER_SELLER = 4
BATCH = 500
UPHELD = json.dumps(
    {
        "outcome": "upheld",
        "violation": "counterfeit",
        "reason": "the prints differ",
        "evidence": ["photo_received", "photo_official"],
    }
).encode()
PHOTOS = [
    json.dumps({"kind": kind, "link": f"https://example.org/{kind}.jpg"}).encode()
    for kind in ("photo_received", "photo_official")
]


@dataclass
class Version:
    """One version of the program that is being served."""

    port: int
    keys: list[str]
    """The first files complaints, the others decide about them."""
    url: str
    """The database it serves."""
    pid: int
    rates: list[float] = field(default_factory=list)
    filed: int = 0

    def file(self, count: int) -> list[str]:
        """File complaints, each about an order of its own; their ids."""
        shop = Caller(self.port, self.keys[0])
        ids = [f"c{number}" for number in range(self.filed, self.filed + count)]
        self.filed += count
        rows = [
            {
                "complaint_id": one,
                "seller_id": f"s{int(one[1:]) // PER_SELLER}",
                "filed_at": "2026-01-01T00:00:00Z",
                "category": "counterfeit",
                "order_id": f"order of {one}",
            }
            for one in ids
        ]
        for start in range(0, count, BATCH):
            body = json.dumps({"complaints": rows[start : start + BATCH]}).encode()
            status, answer = shop("POST", "/v1/complaints", body)
            assert status == 201, answer
        for one in ids:
            for photo in PHOTOS:
                status, answer = shop("POST", f"/v1/complaints/{one}/evidence", photo)
                assert status == 201, answer
        return ids

    def uphold(self, ids: list[str]) -> float:
        """Let the moderators uphold complaints; verdicts a second."""
        left = iter(ids)
        lock = threading.Lock()

        def work(caller: Caller) -> None:
            while True:
                with lock:
                    one = next(left, None)
                if one is None:
                    return
                status, answer = caller("POST", f"/v1/complaints/{one}/verdict", UPHELD)
                assert status == 201, answer

        # New ones each turn: the server closes a connection that is silent for a while.
        moderators = [Caller(self.port, key) for key in self.keys[1:]]
        started = time.perf_counter()
        at_once(moderators, work)
        return len(ids) / (time.perf_counter() - started)


def verdict_rates(
    database: str, before: Path | None, *, verdicts: int, turns: int
) -> dict[str, object]:
    """Verdicts a second of this version and of an earlier one; medians over the turns."""
    trees = {"now": HERE} | ({"before": before} if before else {})
    with ExitStack() as stack:
        served = {
            name: stack.enter_context(serving(tree, database)) for name, tree in trees.items()
        }
        for turn in range(turns + 1):
            for version in served.values() if turn % 2 else reversed(served.values()):
                rate = version.uphold(version.file(verdicts))
                if turn:  # the first turn is for caches and plans
                    version.rates.append(rate)
    report: dict[str, object] = {
        "a_second": {name: round(median(one.rates), 1) for name, one in served.items()},
        "turns": turns,
    }
    if before:
        pairs = zip(served["now"].rates, served["before"].rates, strict=True)
        report["times_before"] = round(median(now / then for now, then in pairs), 2)
    return report


@contextmanager
def serving(tree: Path, beside: str) -> Iterator[Version]:
    """A version that serves a new database, with keys for its callers."""
    with new_database(beside) as url, tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {
            "PYTHONPATH": str(tree),
            "DETECTOR_DATABASE": url,
            "DETECTOR_MODELS": f"{folder}/models",
            "DETECTOR_EVIDENCE": f"{folder}/evidence",
            "DETECTOR_WORK": "false",
            "DETECTOR_REQUESTS_PER_SECOND": "1e9",
        }
        command = [sys.executable, "-m", "service.cli"]

        def run(*words: str) -> str:
            return subprocess.run(
                [*command, *words],
                cwd=folder,
                env=environment,
                check=True,
                capture_output=True,
                text=True,
            ).stdout

        run("db", "upgrade")
        roles = ["admin", *["moderator"] * MODERATORS]
        keys = [run("keys", "create", "--role", role).split()[-1] for role in roles]
        server = subprocess.Popen(
            [*command, "serve", "--port", "0"],
            cwd=folder,
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert server.stderr is not None
        address = next(line.split()[-1] for line in server.stderr if "serving on" in line)
        drain = threading.Thread(target=server.stderr.read)
        drain.start()
        port = int(address.rsplit(":", 1)[1])
        try:
            yield Version(port, keys, url, server.pid)
        finally:
            server.terminate()
            server.wait(30)
            drain.join()


@contextmanager
def new_database(beside: str) -> Iterator[str]:
    """The URL of a new database on the server of another one; a file for SQLite."""
    if url_of(beside).get_backend_name() == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{folder}/store.sqlite3"
        return
    name = f"detector_bench_{uuid4().hex[:12]}"
    engine = create_engine(url_of(beside), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    try:
        yield make_url(beside).set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        engine.dispose()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True)
    parser.add_argument("--before", type=Path)
    parser.add_argument("--verdicts", type=int, default=400, help="in a turn")
    parser.add_argument("--turns", type=int, default=7)
    asked = parser.parse_args()
    found = verdict_rates(asked.database, asked.before, verdicts=asked.verdicts, turns=asked.turns)
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
