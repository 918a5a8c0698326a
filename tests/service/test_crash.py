"""What was acknowledged is there after `kill -9` at any moment, once, and the chain is whole."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from http.client import HTTPException

import pytest

from service.access.keys import create_key
from service.access.roles import Role
from service.audit.actions import verify
from service.clock import system_clock
from service.database import Database
from service.tables import complaints, ledger_events, verdicts

KILLS = int(os.environ.get("DETECTOR_TEST_KILLS", "3"))
"""Kills in one test run; a hundred take some minutes."""


class Server:
    """`detector serve` as a process, started again after every kill."""

    def __init__(self, url, models):
        self.command = [sys.executable, "-m", "service.cli", "serve", "--port", "0"]
        self.command += ["--database", url, "--models", str(models)]
        self.address = ""

    def start(self):
        self.process = subprocess.Popen(
            self.command,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"DETECTOR_WORK": "false"},
        )
        for line in self.process.stderr:
            if "serving on" in line:
                self.address = line.split()[-1]
                break
        self.drain = threading.Thread(target=self.process.stderr.read)
        self.drain.start()

    def wait(self):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{self.address}/healthz", timeout=60):
                    return
            except OSError:
                time.sleep(0.1)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.drain.join()
        self.process.stderr.close()

    def post(self, path, body, key):
        request = urllib.request.Request(
            self.address + path,
            json.dumps(body).encode(),
            {"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status


@pytest.mark.slow
def test_whatever_was_acknowledged_survives_kills_and_nothing_is_there_twice(
    database_url, tmp_path
):
    database = Database(database_url)
    with database.writing() as connection:
        key = create_key(connection, Role.ADMIN, now=system_clock())
    server = Server(database_url, tmp_path / "models")
    acknowledged, judged = set(), set()
    number = 0
    for _ in range(KILLS):
        server.start()
        server.wait()
        killer = threading.Timer(random.uniform(0.1, 1.5), server.kill)
        killer.start()
        try:
            while True:
                number += 1
                complaint = {
                    "complaint_id": f"c{number}",
                    "seller_id": f"s{number % 7}",
                    "filed_at": "2026-01-01T00:00:00Z",
                    "category": "counterfeit",
                }
                assert server.post("/v1/complaints", complaint, key) == 201
                acknowledged.add(f"c{number}")
                verdict = {"outcome": "upheld", "evidence": ["photo_received", "photo_official"]}
                assert server.post(f"/v1/complaints/c{number}/verdict", verdict, key) == 201
                judged.add(f"c{number}")
        except (OSError, HTTPException):
            killer.join()
    with database.reading() as connection:
        stored = [row.complaint_id for row in connection.execute(complaints.select())]
        decided = [row.complaint_id for row in connection.execute(verdicts.select())]
        told = [json.loads(row.body) for row in connection.execute(ledger_events.select())]
        count, _, faults = verify(connection)
    database.close()
    assert acknowledged
    assert acknowledged <= set(stored)
    assert judged <= set(decided)
    assert len(stored) == len(set(stored))
    assert sorted(decided) == sorted(event["complaint_id"] for event in told)
    assert (count, faults) == (len(decided), [])
