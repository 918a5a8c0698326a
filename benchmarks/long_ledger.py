"""Whether looks at a seller with many verdicts hold everybody else up.

    python -m benchmarks.long_ledger --database URL [--events 20000] [--seconds 10]
        [--before DIRECTORY]

The database is a new one, beside the named one on PostgreSQL. 25 connections of one key ask for the
seller's ledger as fast as they can. Meanwhile another key asks for the queue and files complaints,
in turn: its milliseconds, alone and during the looks. Then upheld verdicts on that seller, one
after the other, and the service's memory before anything and after all. With `--before`, a
directory that holds an earlier version of this program, the same is measured of that first.
"""

from __future__ import annotations

import argparse
import json
import threading
import time
from collections import Counter
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import text

from benchmarks.callers import Caller, at_once
from benchmarks.report import machine, write
from benchmarks.verdict_rate import HERE, PHOTOS, UPHELD, Version, serving
from detector.instants import text_of
from service.clock import system_clock
from service.database.engine import Database

LOOKERS = 25
APART_US = 1_800_000_000
"""Half an hour between two verdicts: twenty thousand take more than a year, so most expire."""
LEDGER = "/v1/sellers/big/ledger"


def event(number: int, at: int) -> dict[str, Any]:
    """A verdict on the seller; every other is upheld."""
    when = text_of(at)
    return {
        "event": "verdict",
        "id": f"v_{number:016x}",
        "recorded_at": when,
        "decided_at": when,
        "reported_at": when,
        "incident_at": when,
        "seller_id": "big",
        "complaint_id": f"old {number}",
        "order_id": f"order {number}",
        "buyer_id": f"buyer {number}",
        "violation": "counterfeit",
        "outcome": "upheld" if number % 2 else "rejected",
        "evidence": ["photo_received", "photo_official"],
        "moderator": f"m{number % 8}",
        "actor": "person",
    }


def fill(url: str, events: int) -> None:
    """Put the seller's verdicts into the log, past the service."""
    database, now = Database(url), system_clock()
    rows = []
    for number in range(events):
        at = now - (events - number) * APART_US
        body = event(number, at)
        line = json.dumps(body, ensure_ascii=False, sort_keys=True)
        rows.append({"id": body["id"], "at": at, "body": line})
    with database.engine.begin() as connection:
        connection.execute(text("INSERT INTO sellers VALUES ('big', :now)"), {"now": now})
        insert = text(
            "INSERT INTO ledger_events (event_id, seller_id, recorded_at, body) "
            "VALUES (:id, 'big', :at, :body)"
        )
        connection.execute(insert, rows)
    database.close()


class Bystander:
    """Another key, which asks for the queue and files complaints, in turn."""

    def __init__(self, version: Version, name: str) -> None:
        self._caller = Caller(version.port, version.keys[0], timeout_s=600)
        self._ids = (f"{name}-{number}" for number in count())

    def times(self, seconds: float) -> dict[str, dict[str, float]]:
        """Milliseconds of each call, made one after the other for so long; how many failed."""
        failed: Counter[str] = Counter()
        found: dict[str, list[float]] = {"queue": [], "complaint": []}
        ends = time.perf_counter() + seconds
        while time.perf_counter() < ends:
            body = complaint(next(self._ids), "small")
            for name, call in (
                ("queue", ("GET", "/v1/queue")),
                ("complaint", ("POST", "/v1/complaints", body)),
            ):
                started = time.perf_counter()
                status, answer = self._caller(*call)
                found[name].append((time.perf_counter() - started) * 1_000)
                assert status in (200, 201, 503), answer
                failed[name] += status == 503
        return {name: quantiles(times) | {"503": failed[name]} for name, times in found.items()}


def complaint(complaint_id: str, seller_id: str) -> bytes:
    """The body of a complaint."""
    facts = {"complaint_id": complaint_id, "seller_id": seller_id, "category": "counterfeit"}
    return json.dumps({**facts, "filed_at": "2026-01-01T00:00:00Z"}).encode()


def quantiles(times: list[float]) -> dict[str, float]:
    """The middle, the worst but one in a hundred, and the worst."""
    times.sort()
    found = {"p50": median(times), "p99": times[int(len(times) * 0.99)], "max": times[-1]}
    return {name: round(value, 1) for name, value in found.items()} | {"count": len(times)}


def looked(version: Version, seconds: float) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the looks took and became, and what the bystander's calls took meanwhile."""
    times: list[float] = []
    statuses: Counter[str] = Counter()
    ends = time.perf_counter() + seconds

    def look(caller: Caller) -> None:
        while time.perf_counter() < ends:
            started = time.perf_counter()
            status, _ = caller("GET", LEDGER)
            times.append((time.perf_counter() - started) * 1_000)
            statuses[str(status)] += 1

    key = version.keys[1]
    callers = [Caller(version.port, key, timeout_s=600) for _ in range(LOOKERS)]
    looking = threading.Thread(target=at_once, args=(callers, look))
    looking.start()
    meanwhile = Bystander(version, "during").times(seconds)
    looking.join()
    return {**quantiles(times), "statuses": dict(statuses)}, meanwhile


def decided(version: Version, rounds: int) -> dict[str, float]:
    """Milliseconds of upheld verdicts on the seller."""
    times = []
    for number in range(rounds):
        # The server closes a connection that is silent for a while.
        shop, moderator = (Caller(version.port, key) for key in version.keys[:2])
        one = f"new-{number}"
        assert shop("POST", "/v1/complaints", complaint(one, "big"))[0] == 201
        for photo in PHOTOS:
            assert shop("POST", f"/v1/complaints/{one}/evidence", photo)[0] == 201
        started = time.perf_counter()
        status, answer = moderator("POST", f"/v1/complaints/{one}/verdict", UPHELD)
        times.append((time.perf_counter() - started) * 1_000)
        assert status == 201, answer
    return quantiles(times)


def resident_mb(pid: int) -> int:
    """The memory of a process, in megabytes."""
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(one for one in status.splitlines() if one.startswith("VmRSS"))
    return int(line.split()[1]) // 1_000


def measured(tree: Path, database: str, events: int, seconds: float) -> dict[str, Any]:
    """All figures of one version."""
    with serving(tree, database) as version:
        fill(version.url, events)
        Bystander(version, "warm").times(0.5)
        memory = resident_mb(version.pid)
        alone = Bystander(version, "alone").times(seconds / 2)
        looks, during = looked(version, seconds)
        return {
            "alone": alone,
            "during": during,
            "looks": looks,
            "verdicts": decided(version, 20),
            "memory_mb": {"before": memory, "after": resident_mb(version.pid)},
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True)
    parser.add_argument("--before", type=Path)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--seconds", type=float, default=10)
    asked = parser.parse_args()
    trees = ({"before": asked.before} if asked.before else {}) | {"now": HERE}
    report: dict[str, object] = {"machine": machine(), "events": asked.events}
    for name, tree in trees.items():
        report[name] = measured(tree, asked.database, asked.events, asked.seconds)
    store = "postgresql" if asked.database.startswith("postgresql") else "sqlite"
    write(f"long_ledger_{store}", report)
    print(json.dumps({name: report[name] for name in report if name != "machine"}, indent=1))


if __name__ == "__main__":
    main()
