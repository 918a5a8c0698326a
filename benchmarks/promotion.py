"""Promote under load on two services, and kill the one that is asked to: what do callers see?

    python -m benchmarks.promotion --database postgresql://… [--rate 500] [--rounds 5]
        [--seconds 12] [--seed N]

The database must be empty and is emptied afterwards. Two services share it and one directory with
two versions. Callers ask both, at so many requests a second in all, which model scores, and every
tenth time to score a history given with the request. In each round one service is asked to promote
the other version, killed with SIGKILL within 30 ms, and started again; where the promotion was not
acknowledged it is asked for once more at the other service. Reported are requests that neither
service answered, answers with two versions, answers of a version that another answer had replaced
before they were asked for, and the seconds until the survivor had the new one.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks.callers import Caller
from benchmarks.kills import Server
from benchmarks.registry_kills import look
from benchmarks.report import machine, write
from benchmarks.stores import emptied
from models.detectors import registry_at
from service.assessments.recording import ACTIONS
from service.callers.making import make_key
from service.clock import system_clock
from service.database.engine import Database
from service.roles import Role
from service.tables import audit

CALLERS = 16
GIVEN = json.dumps(
    {
        "as_of": "2025-01-10",
        "complaints": [
            {
                "complaint_id": "c",
                "seller_id": "s",
                "filed_at": "2025-01-09T12:00:00Z",
                "category": "damaged",
            }
        ],
    }
).encode()


@dataclass
class Seen:
    """What callers saw."""

    asked: int = 0
    lost: int = 0
    again: int = 0
    mixed: list[str] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)
    answers: list[tuple[float, float, int, str]] = field(default_factory=list)
    """When asked and answered, which service, and the version."""


class Load:
    """Callers at a steady rate, each asking the two services in turn."""

    def __init__(self, servers: tuple[Server, Server], key: str, rate: float) -> None:
        self.servers, self.key = servers, key
        self.seen = Seen()
        self._every = CALLERS / rate
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._send, args=(n,)) for n in range(CALLERS)]

    def start(self) -> None:
        """Begin to ask."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End once what was asked is answered."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _send(self, number: int) -> None:
        callers: list[tuple[str, Caller] | None] = [None, None]
        due, turn = time.monotonic() + self._every * number / CALLERS, number
        while not self._stop.is_set():
            time.sleep(max(due - time.monotonic(), 0.0))
            due, turn = due + self._every, turn + 1
            began = time.monotonic()
            for one in (turn % 2, 1 - turn % 2, turn % 2):
                try:
                    found = self._version(callers, one, given=turn % 10 == 0)
                except (OSError, HTTPException):
                    callers[one] = None
                    self.seen.again += 1
                    continue
                with self._lock:
                    self.seen.asked += 1
                    self.seen.answers.append((began, time.monotonic(), one, found))
                break
            else:
                with self._lock:
                    self.seen.asked += 1
                    self.seen.lost += 1

    def _version(self, callers: list[tuple[str, Caller] | None], one: int, *, given: bool) -> str:
        address = self.servers[one].address
        if not address:
            raise ConnectionError
        kept = callers[one]
        if kept is None or kept[0] != address:
            kept = callers[one] = address, Caller(urlsplit(address).port or 0, self.key)
        asked = ("POST", "/v1/scores", GIVEN) if given else ("GET", "/v1/models")
        status, body = kept[1](*asked)
        if status != 200:
            self.seen.strange.append(f"{status}: {body[:100]!r}")
            raise ConnectionError
        answer = json.loads(body)
        if given:
            return str(answer["model"])
        current = [model["version"] for model in answer["models"] if model["current"]]
        if current != [answer["current"]]:
            self.seen.mixed.append(f"{answer['current']} and {current}")
        return str(answer["current"])


def promote(server: Server, key: str, version: str, name: str) -> bool:
    """Ask a service to promote; whether it said that it did."""
    try:
        caller = Caller(urlsplit(server.address).port or 0, key)
        path = f"/v1/models/{version}/promote"
        caller._headers["Idempotency-Key"] = name  # noqa: SLF001 - ours
        return caller("POST", path)[0] == 200
    except (OSError, HTTPException):
        return False


def run(url: str, database: Database, asked: argparse.Namespace) -> dict[str, Any]:
    """Some rounds, and what was seen."""
    draw = random.Random(asked.seed)
    with database.writing() as connection:
        key = make_key(connection, Role.ADMIN, now=system_clock())
    with tempfile.TemporaryDirectory() as folder, two_versions(Path(folder)) as models:
        look(registry_at(models), database)
        servers = Server(url, models), Server(url, models)
        for server in servers:
            server.start()
        load = Load(servers, key, asked.rate)
        load.start()
        began, rounds = time.monotonic(), []
        for number in range(asked.rounds):
            time.sleep(asked.seconds / 3)
            rounds.append(one_round(servers, key, models, number, draw))
            time.sleep(asked.seconds * 2 / 3)
        took = time.monotonic() - began
        load.stop()
        for server in servers:
            server.kill()
        look(registry_at(models), database)
        held = [change.version for change in registry_at(models).log.promotions()[1:]]
    with database.reading() as connection:
        rows = connection.execute(audit.select().order_by(audit.c.number)).all()
    recorded = [json.loads(row.after) for row in rows if row.action in ACTIONS.values()]
    seen = load.seen
    settled = [settling(seen, one) for one in rounds]
    return {
        "rate": round(seen.asked / took, 1), "asked": seen.asked, "sent_again": seen.again,
        "lost": seen.lost, "mixed": len(seen.mixed), "strange": seen.strange[:5],
        "survivor_s": [one["survivor"] for one in settled],
        "restarted_s": [one["restarted"] for one in settled],
        "old_after_new": sum(one["old"] for one in settled),
        "is_audit_as_log": recorded == held,
    }  # fmt: skip


def one_round(
    servers: tuple[Server, Server], key: str, models: Path, number: int, draw: random.Random
) -> dict[str, Any]:
    """Promote the other version on one service and kill it; which, what and when."""
    to = "v0002" if registry_at(models).promoted() == "v0001" else "v0001"
    asked, other = number % 2, 1 - number % 2
    said: list[bool] = []
    name, began = f"round {number}", time.monotonic()
    thread = threading.Thread(target=lambda: said.append(promote(servers[asked], key, to, name)))
    thread.start()
    time.sleep(draw.uniform(0.0, 0.03))
    servers[asked].kill()
    thread.join()
    if not said[0] and not promote(servers[other], key, to, name):
        raise SystemExit("the service that was not killed does not promote")
    acknowledged = time.monotonic()
    servers[asked].start()
    return {"to": to, "began": began, "acknowledged": acknowledged, "killed": asked}


def settling(seen: Seen, one: dict[str, Any]) -> dict[str, Any]:
    """Seconds from the acknowledgement to the last answer of another version, by service."""
    last = {True: one["acknowledged"], False: one["acknowledged"]}
    old = 0
    end = one["acknowledged"] + 6
    first_new = min(
        (done for at, done, _, v in seen.answers if at >= one["began"] and v == one["to"]),
        default=end,
    )
    for asked_at, done, service, version in seen.answers:
        if one["acknowledged"] <= asked_at < end and version != one["to"]:
            is_killed = service == one["killed"]
            last[is_killed] = max(last[is_killed], done)
            old += asked_at > first_new
    return {
        "survivor": round(last[False] - one["acknowledged"], 3),
        "restarted": round(last[True] - one["acknowledged"], 3),
        "old": old,
    }


@contextmanager
def two_versions(folder: Path) -> Iterator[Path]:
    """A directory of models with two versions of one small market."""
    from detector.fitting import train
    from training.publishing import publish
    from training.simulator import Marketplace, simulate

    market = simulate(Marketplace(sellers=60, days=200, orders_per_day_median=3.0), seed=7)
    history, models = market.history(), folder / "models"
    training = train(history, until=int(history.complaints.filed_at.max()))
    for seed in range(2):
        publish(
            training, history, registry_at(models), seed=seed, created_at=system_clock(),
            promote=False,
        )  # fmt: skip
    yield models


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True)
    parser.add_argument("--rate", type=float, default=500.0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=12.0, help="A round, but for the restart.")
    parser.add_argument("--seed", type=int, default=random.randrange(10**9))
    asked = parser.parse_args()
    with emptied(asked.database) as database:
        found = {"seed": asked.seed, **run(asked.database, database, asked)}
    write("promotion", {"machine": machine(), **found})
    print(json.dumps(found, indent=1))
    slow = max(found["survivor_s"]) > 5
    sys.exit(bool(found["lost"] or found["mixed"] or slow or not found["is_audit_as_log"]))


if __name__ == "__main__":
    main()
