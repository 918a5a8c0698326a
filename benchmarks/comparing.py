"""What a comparison of rules over HTTP costs, and what it does to the requests beside it.

    python -m benchmarks.comparing --database postgresql://… [--events 50000] [--sellers 10000]

Fills an empty store with a made-up log of decisions, asks POST /v1/rules/compare for the bundled
policy `totting-up` beside the one in force, and meanwhile posts complaints one after the other:
their milliseconds before and during it, the seconds of the comparison, and the most memory that the
server used before and after.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import threading
import time
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import insert

from benchmarks.api import served
from benchmarks.callers import Caller
from benchmarks.report import machine, write
from benchmarks.rules_replay import log_lines
from benchmarks.stores import emptied
from service.callers.making import make_key
from service.clock import system_clock
from service.database.engine import Database
from service.decisions.tables import ledger_events
from service.http.fields import instant_of
from service.roles import Role
from service.settings import Settings

BEFORE_S = 3.0


def fill(database: Database, events: int, sellers: int) -> int:
    """A made-up log in the store; how many events it holds."""
    bodies = {}
    for line in log_lines(events, sellers, 1):
        body = json.loads(line)
        bodies.setdefault(body["id"], (body, line))
    rows = [
        {
            "event_id": name,
            "seller_id": body.get("seller_id", "s0"),
            "recorded_at": instant_of(body["recorded_at"]),
            "body": line,
        }
        for name, (body, line) in bodies.items()
    ]
    with database.writing() as connection:
        connection.execute(insert(ledger_events), rows)
    return len(rows)


def peak_megabytes(port: int) -> float:
    """The most memory that the process which listens on a port ever used."""
    inode = next(
        line.split()[9]
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]
        if line.split()[1].endswith(f":{port:04X}") and line.split()[3] == "0A"
    )
    for entry in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            is_it = entry.readlink() == Path(f"socket:[{inode}]")
        except OSError:
            continue  # it has just been closed
        if is_it:
            status = (entry.parents[1] / "status").read_text()
            return int(status.split("VmHWM:")[1].split()[0]) / 1024
    raise SystemExit(f"no process listens on port {port}")


class Stream(threading.Thread):
    """Complaints one after the other, and how long each took."""

    def __init__(self, caller: Caller) -> None:
        super().__init__(daemon=True)
        self.caller = caller
        self.durations: list[float] = []
        self.ended = threading.Event()
        self.number = 0

    def run(self) -> None:
        while not self.ended.is_set():
            self.number += 1
            body = {"complaint_id": f"beside-{self.number}", "seller_id": "s1",
                    "filed_at": "2026-01-01T00:00:00Z", "category": "damaged"}  # fmt: skip
            begun = time.perf_counter()
            status, response = self.caller("POST", "/v1/complaints", json.dumps(body).encode())
            self.durations.append((time.perf_counter() - begun) * 1000)
            assert status == 201, response

    def so_far(self) -> dict[str, float]:
        """Milliseconds since this was asked last."""
        durations, self.durations = sorted(self.durations), []
        p99 = durations[int(len(durations) * 0.99)]
        return {"p50": round(median(durations), 1), "p99": round(p99, 1)}


def compared(port: int, key: str) -> dict[str, Any]:
    stream = Stream(Caller(port, key))
    stream.start()
    time.sleep(BEFORE_S)
    stream.so_far()
    time.sleep(BEFORE_S)
    report: dict[str, Any] = {"complaint_ms_before": stream.so_far()}
    memory = peak_megabytes(port)
    begun = time.perf_counter()
    asked = json.dumps({"policy": {"name": "totting-up"}}).encode()
    status, response = Caller(port, key)("POST", "/v1/rules/compare", asked)
    report |= {"status": status, "seconds": round(time.perf_counter() - begun, 2)}
    report["complaint_ms_during"] = stream.so_far() if stream.durations else None
    report["memory_mb"] = {"before": round(memory), "peak": round(peak_megabytes(port))}
    report["answer_bytes"] = len(response)
    stream.ended.set()
    stream.join()
    return report


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True)
    parser.add_argument("--events", type=int, default=50_000)
    parser.add_argument("--sellers", type=int, default=10_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, emptied(asked.database) as database:
        events = fill(database, asked.events, asked.sellers)
        with database.writing() as connection:
            key = make_key(connection, Role.ADMIN, now=system_clock())
        settings = Settings(
            database=asked.database,
            models=Path(folder) / "models",
            evidence=Path(folder) / "evidence",
            work=False,
            requests_per_second=1e9,
            compare_events_max=max(events, 50_000),
        )
        with served(settings) as port:
            report = {"machine": machine(), "events": events, "sellers": asked.sellers}
            report |= compared(port, key)
    write("comparing", report)
    print(json.dumps({name: report[name] for name in report if name != "machine"}, indent=1))


if __name__ == "__main__":
    main()
