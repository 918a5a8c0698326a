"""How long after a complaint its seller is scored again, with many sellers and a steady stream.

    python -m benchmarks.live_scoring --database postgresql://… [--sellers 100000] [--days 120]
        [--rate 500] [--batch 25] [--seconds 60] [--workers 1] [--snapshot-minutes 10]
        [--folder DIR] [--loaded]

Simulates a market that ends today, loads it with `detector import`, trains on it, starts
`detector serve` (which does not score) and `detector work`, waits for the first snapshot, and posts
complaints about sellers in proportion to how many they drew before. Lag is from a complaint's
arrival in the service until its seller's new assessment is stored, taken by a trigger where the
worker deletes the mark; with `--snapshot-minutes 0.1` everybody is scored again and again meanwhile
(`cpu_s` tells what that took). The database must be empty and is emptied afterwards; `--folder`
keeps the market and model for another run, and `--loaded` says that the database holds that market
already, and is to be left as it is then.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import AbstractContextManager, ExitStack, closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pyarrow.parquet as pq
from sqlalchemy import text

from benchmarks.report import machine, write
from benchmarks.stores import emptied
from detector.durations import DAY_US
from detector.instants import EPOCH, text_of
from service.callers.making import make_key
from service.clock import system_clock
from service.database.engine import Database
from service.roles import Role
from training.simulator import Marketplace
from training.simulator.writing import write_market

SENDERS = 4
WATCH = (
    "CREATE TABLE bench_lags (lag_us bigint NOT NULL)",
    """CREATE FUNCTION bench_note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO bench_lags
        SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint - marked_at FROM gone;
        RETURN NULL; END $$""",
    """CREATE TRIGGER bench_watch AFTER DELETE ON marks REFERENCING OLD TABLE AS gone
        FOR EACH STATEMENT EXECUTE FUNCTION bench_note()""",
)
UNWATCH = (
    "DROP TRIGGER IF EXISTS bench_watch ON marks",
    "DROP FUNCTION IF EXISTS bench_note",
    "DROP TABLE IF EXISTS bench_lags",
)


def opened(asked: argparse.Namespace) -> AbstractContextManager[Database]:
    return closing(Database(asked.database)) if asked.loaded else emptied(asked.database)


def detector(*words: object) -> list[str]:
    return [sys.executable, "-m", "service.cli", *map(str, words)]


def prepared(folder: Path, sellers: int, days: int) -> None:
    """The market's files and a model trained on them, made unless they are there."""
    market, models = folder / "market", folder / "models"
    if not (market / "complaints.parquet").exists():
        starts_on = (EPOCH + timedelta(days=system_clock() // DAY_US - days)).date()
        write_market(Marketplace(sellers=sellers, days=days, starts_on=starts_on), 1, market)
    if not models.exists():
        files = (
            "--complaints",
            market / "complaints.parquet",
            "--orders",
            market / "orders.parquet",
        )
        subprocess.run(detector("train", *files, "--models", models), check=True)


class Stream:
    """Complaints at a steady rate, in batches, by several senders."""

    def __init__(self, address: str, key: str, filed: Path, *, rate: int, batch: int) -> None:
        table = pq.read_table(filed, columns=["seller_id", "category"])
        self.sellers = table["seller_id"].to_pylist()
        self.categories = table["category"].to_pylist()
        self.address, self.key = address, key
        self.rate, self.batch = rate, batch
        self.answered: list[float] = []
        self.late = 0
        self.number = 0
        self.lock = threading.Lock()

    def run(self, seconds: float) -> float:
        """Send for so long; the complaints a second that were acknowledged."""
        started = time.perf_counter()
        total = int(seconds * self.rate / self.batch)
        senders = [
            threading.Thread(target=self._send, args=(started, range(n, total, SENDERS), n))
            for n in range(SENDERS)
        ]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        return len(self.answered) * self.batch / (time.perf_counter() - started)

    def _send(self, started: float, numbers: range, seed: int) -> None:
        random = np.random.default_rng(seed)
        headers = {"Authorization": f"Bearer {self.key}"}
        with httpx.Client(base_url=self.address, headers=headers, timeout=60) as client:
            for number in numbers:
                due = started + number * self.batch / self.rate
                time.sleep(max(due - time.perf_counter(), 0))
                body = {"complaints": [self._complaint(random) for _ in range(self.batch)]}
                sent = time.perf_counter()
                client.post("/v1/complaints", json=body).raise_for_status()
                self.answered.append(time.perf_counter() - sent)
                self.late += time.perf_counter() - due > 1.0

    def _complaint(self, random: np.random.Generator) -> dict[str, object]:
        row = int(random.integers(len(self.sellers)))
        with self.lock:
            self.number += 1
            number = self.number
        return {
            "complaint_id": f"live-{os.getpid()}-{number}",
            "seller_id": self.sellers[row],
            "filed_at": text_of(system_clock()),
            "category": self.categories[row],
            "buyer_id": f"live-{number}",
            "evidence_count": 1,
        }


def cpu_seconds(database: Database) -> dict[str, float]:
    """CPU so far of the service, the workers, what scores the market, and PostgreSQL for them."""
    with database.reading() as connection:
        query = text("SELECT pid FROM pg_stat_activity WHERE application_name = 'detector'")
        backends = set(connection.execute(query).scalars())
    used: dict[str, float] = dict.fromkeys(("serve", "work", "market", "postgresql"), 0.0)
    for directory in Path("/proc").glob("[0-9]*"):
        try:
            command = (directory / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            times = (directory / "stat").read_text().rsplit(")", 1)[1].split()[11:13]
        except OSError:
            continue  # it has just ended
        seconds = sum(map(int, times)) / os.sysconf("SC_CLK_TCK")
        if int(directory.name) in backends:
            used["postgresql"] += seconds
        elif str(database.url.database) in command and "service.cli serve" in command:
            used["serve"] += seconds
        elif str(database.url.database) in command and "service.cli work" in command:
            used["work"] += seconds
        elif "spawn_main" in command and directory.stat().st_uid == os.getuid():
            used["market"] += seconds
    return used


def started(stack: ExitStack, url: str, models: Path, workers: int, snapshot_minutes: float) -> str:
    """`detector serve` and the workers, stopped at the end; the service's address."""
    there = ("--database", url, "--models", models)
    environment = os.environ | {
        "DETECTOR_WORK": "false",
        "DETECTOR_REQUESTS_PER_SECOND": "1e9",
        "DETECTOR_SNAPSHOT_MINUTES": str(snapshot_minutes),
    }
    serve = subprocess.Popen(
        detector("serve", "--port", 0, *there), stderr=subprocess.PIPE, text=True, env=environment
    )
    stack.callback(_stop, serve)
    assert serve.stderr is not None
    address = next(line.split()[-1] for line in serve.stderr if "serving on" in line)
    threading.Thread(target=serve.stderr.read, daemon=True).start()
    for _ in range(workers):
        worker = subprocess.Popen(
            detector("work", *there), stderr=subprocess.DEVNULL, env=environment
        )
        stack.callback(_stop, worker)
    return address


def _stop(process: subprocess.Popen[Any]) -> None:
    process.send_signal(signal.SIGTERM)
    process.wait(60)


def wait_for_snapshot(database: Database, after: int) -> float:
    """Wait until everybody was scored; seconds that took."""
    begun = time.perf_counter()
    while True:
        with database.reading() as connection:
            newest = connection.execute(text("SELECT max(as_of) FROM market_snapshots")).scalar()
        if newest and newest >= after:
            return time.perf_counter() - begun
        time.sleep(0.5)


def lags(database: Database) -> dict[str, float]:
    with database.reading() as connection:
        taken = connection.execute(text("SELECT lag_us FROM bench_lags")).scalars().all()
        waiting = connection.execute(text("SELECT count(*) FROM marks")).scalar_one()
    seconds = np.array(taken, dtype=np.float64) / 1e6
    points = {f"p{p}": round(float(np.percentile(seconds, p)), 3) for p in (50, 95, 99)}
    return {**points, "max": round(float(seconds.max()), 3), "marks": len(taken), "left": waiting}


def execute(database: Database, statements: tuple[str, ...]) -> None:
    with database.writing() as connection:
        for statement in statements:
            connection.execute(text(statement))


def measured(asked: argparse.Namespace, folder: Path, database: Database) -> dict[str, object]:
    market, models = folder / "market", folder / "models"
    files = (market / "complaints.parquet", market / "orders.parquet")
    report: dict[str, object] = {}
    if not asked.loaded:
        begun = time.perf_counter()
        words = ("import", "tables", *files, "--database", asked.database)
        subprocess.run(detector(*words), check=True)
        report["load_s"] = round(time.perf_counter() - begun, 1)
        execute(database, ("ANALYZE",))
    with database.writing() as connection:
        key = make_key(connection, Role.INGEST, now=system_clock())
    with ExitStack() as stack:
        now = 0 if asked.loaded else system_clock()
        address = started(stack, asked.database, models, asked.workers, asked.snapshot_minutes)
        report["first_snapshot_s"] = round(wait_for_snapshot(database, now), 1)
        stream = Stream(address, key, files[0], rate=asked.rate, batch=asked.batch)
        stream.run(5)  # the view, the caches, the plans
        time.sleep(2)
        execute(database, WATCH)
        stack.callback(execute, database, UNWATCH)
        stream.answered.clear()
        before = cpu_seconds(database)
        report["complaints_per_second"] = round(stream.run(asked.seconds), 1)
        time.sleep(3)
        report["lag_s"] = lags(database)
        after = cpu_seconds(database)
        report["cpu_s"] = {part: round(after[part] - before[part], 1) for part in after}
    answered = np.array(stream.answered) * 1000
    report["post_ms"] = {f"p{p}": round(float(np.percentile(answered, p)), 1) for p in (50, 99)}
    return report


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True)
    parser.add_argument("--sellers", type=int, default=100_000)
    parser.add_argument("--days", type=int, default=120)
    parser.add_argument("--rate", type=int, default=500)
    parser.add_argument("--batch", type=int, default=25)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--snapshot-minutes", type=float, default=10)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--loaded", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.folder or Path(temporary)
        prepared(folder, asked.sellers, asked.days)
        with opened(asked) as database:
            facts = {name: value for name, value in vars(asked).items() if name != "database"}
            report: dict[str, object] = {"machine": machine(), "asked": facts | {"folder": None}}
            report |= measured(asked, folder, database)
    write("live_scoring", report)
    print(json.dumps({name: report[name] for name in report if name != "machine"}, indent=1))


if __name__ == "__main__":
    main()
