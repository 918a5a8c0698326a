"""Kill the service at random moments under load, and look for what was lost or done twice.

    python -m benchmarks.kills --database URL [--kills 100] [--senders 4] [--seed N]

The database must be empty (for SQLite: a new file) and is emptied afterwards. Senders file
complaints and give verdicts, each about a seller of its own, and send again whatever was not
answered. `detector serve` is killed with SIGKILL after a random while, and started again. At the
end every acknowledged complaint, verdict and point must be there, nothing twice, and the audit
chain whole; the exit code is 1 otherwise.
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
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any

from benchmarks.report import machine, write
from benchmarks.stores import emptied
from detector.rules import bundled
from service.audit.verification import verify
from service.callers.making import make_key
from service.clock import system_clock
from service.database.engine import Database
from service.decisions.ledger.actions import standing_at
from service.roles import Role
from service.tables import audit, complaints, ledger_events, verdicts
from service.tables import events as announced

POINTS = 6
"""What the standard policy takes for a counterfeit."""


class Server:
    """`detector serve` as a process, started again after every kill."""

    def __init__(self, url: str, models: Path) -> None:
        self.command = [sys.executable, "-m", "service.cli", "serve", "--port", "0"]
        self.command += ["--database", url, "--models", str(models)]
        self.address = ""

    def start(self) -> None:
        """Start, and wait until it answers."""
        environment = os.environ | {"DETECTOR_WORK": "false"}
        self.process = subprocess.Popen(
            self.command, stderr=subprocess.PIPE, text=True, env=environment
        )
        assert self.process.stderr is not None
        address = next(line.split()[-1] for line in self.process.stderr if "serving on" in line)
        self.drain = threading.Thread(target=self.process.stderr.read)
        self.drain.start()
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{address}/healthz", timeout=60):
                    self.address = address
                    return
            except OSError:
                time.sleep(0.05)
        raise SystemExit("the service did not start")

    def kill(self) -> None:
        """End it with no chance to tidy up."""
        self.address = ""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.drain.join()
        assert self.process.stderr is not None
        self.process.stderr.close()


@dataclass
class Load:
    """Senders that file complaints and give verdicts, and remember what was acknowledged."""

    server: Server
    key: str
    senders: int
    filed: set[str] = field(default_factory=set)
    judged: set[str] = field(default_factory=set)
    again: int = 0
    strange: list[str] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Begin to send."""
        for number in range(self.senders):
            thread = threading.Thread(target=self._send, args=(number,))
            self._threads.append(thread)
            thread.start()

    def finish(self) -> None:
        """Wait until the service has answered again: every sender's last request, and one more."""
        enough = len(self.judged) + 2 * self.senders
        deadline = time.monotonic() + 60
        while len(self.judged) < enough:
            if time.monotonic() > deadline:
                raise SystemExit("the service does not answer after the last kill")
            time.sleep(0.05)

    def stop(self) -> None:
        """End; what was sent and not acknowledged stays as it is."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _send(self, sender: int) -> None:
        number = 0
        while not self._stop.is_set():
            number += 1
            name = f"c{sender}-{number}"
            filed = {
                "complaint_id": name,
                "seller_id": f"seller of {name}",
                "filed_at": "2026-01-01T00:00:00Z",
                "category": "counterfeit",
            }
            photos = [
                {"kind": kind, "link": f"https://example.org/{kind}.jpg"}
                for kind in ("photo_received", "photo_official")
            ]
            judged = {"outcome": "upheld", "reason": "Another print."}
            # Once more after a kill: 200 and 409 say that it was there already.
            if self._until_acknowledged("/v1/complaints", filed, {201, 200}):
                self.filed.add(name)
                of = f"/v1/complaints/{name}"
                for photo in photos:
                    self._until_acknowledged(f"{of}/evidence", photo, {201})
                if self._until_acknowledged(f"{of}/verdict", judged, {201, 409}):
                    self.judged.add(name)

    def _until_acknowledged(self, path: str, body: dict[str, Any], expected: set[int]) -> bool:
        sent = 0
        while not self._stop.is_set():
            try:
                status = self._post(path, body)
            except (OSError, HTTPException):
                sent += 1
                time.sleep(0.02)
                continue
            if status in expected and (status == 201 or sent):
                self.again += sent > 0
                return True
            if status != 503:
                self.strange.append(f"{status} for {path}")
                return False
            time.sleep(0.02)
        return False

    def _post(self, path: str, body: dict[str, Any]) -> int:
        address = self.server.address
        if not address:
            raise ConnectionError
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        request = urllib.request.Request(address + path, json.dumps(body).encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code


def faults_of(database: Database, load: Load) -> list[str]:
    """What was lost, or is there twice; nothing when all is well."""
    with database.reading() as connection:
        stored = Counter(connection.execute(complaints.select()).scalars())
        decided = Counter(r.complaint_id for r in connection.execute(verdicts.select()))
        event_counts = Counter(
            json.loads(row.body)["complaint_id"]
            for row in connection.execute(ledger_events.select())
        )
        sent = Counter(
            json.loads(row.body)["seller_id"]
            for row in connection.execute(announced.select())
            if row.kind == "points.deducted"
        )
        found = verify(connection)
        broken = found.sentences
        sealed = connection.execute(audit.select().where(audit.c.action == "verdict.upheld")).all()
        policies, now = bundled("standard"), system_clock()
        levels = {}
        for name in decided:
            ledger = standing_at(connection, f"seller of {name}", policies, now=now)
            levels[name] = None if ledger is None else ledger.level
    faults = [f"acknowledged, but lost: complaint {name}" for name in load.filed - set(stored)]
    faults += [f"acknowledged, but lost: verdict on {name}" for name in load.judged - set(decided)]
    faults += [f"{count} times: {name}" for name, count in (stored | decided).items() if count > 1]
    faults += [f"{level} points for {name}" for name, level in levels.items() if level != POINTS]
    if event_counts != decided:
        faults.append("the ledger's log differs from the verdicts")
    if sent != Counter(f"seller of {name}" for name in decided):
        faults.append("the announcements differ from the verdicts")
    if len(sealed) != len(decided):
        faults.append(f"{len(sealed)} sealed decisions for {len(decided)} verdicts")
    return [*faults, *(str(fault) for fault in broken), *load.strange]


def run(url: str, database: Database, *, kills: int, senders: int, seed: int) -> dict[str, Any]:
    """Kill so often, and tell what was found; the store is left as it is then."""
    with database.writing() as connection:
        key = make_key(connection, Role.ADMIN, now=system_clock())
    draw = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        server = Server(url, Path(folder) / "models")
        load = Load(server, key, senders)
        load.start()
        try:
            for number in range(kills):
                server.start()
                time.sleep(draw.uniform(0.02, 1.0))
                server.kill()
                if (number + 1) % 10 == 0:
                    print(f"{number + 1} kills, {len(load.judged)} verdicts", file=sys.stderr)
            server.start()
            load.finish()
            server.kill()
        finally:
            load.stop()
    return {
        "kills": kills,
        "complaints": len(load.filed),
        "verdicts": len(load.judged),
        "sent_again": load.again,
        "faults": faults_of(database, load),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--senders", type=int, default=4)
    parser.add_argument("--seed", type=int, default=random.randrange(10**9))
    asked = parser.parse_args()
    with emptied(asked.database) as database:
        found = run(
            asked.database, database, kills=asked.kills, senders=asked.senders, seed=asked.seed
        )
        store = "PostgreSQL" if database.is_postgresql else "SQLite"
    found = {"store": store, "seed": asked.seed, **found}
    write(f"kills_{store.lower()}", {"machine": machine(), **found})
    print(json.dumps(found, indent=1))
    sys.exit(bool(found["faults"]))


if __name__ == "__main__":
    main()
