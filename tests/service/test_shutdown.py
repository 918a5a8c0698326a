"""SIGTERM: what is under way is finished, leases go back, and no process is left behind."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import httpx
import pytest

from service.audit import actions as audit
from service.callers.making import make_key
from service.callers.operator import OPERATOR
from service.clock import system_clock
from service.database.engine import Database
from service.demo.story import Market, load
from service.http.context import AppContext
from service.outbox import actions as outbox
from service.roles import Role
from service.settings import Settings
from service.tables import (
    assessments,
    complaints,
    deliveries,
    market_snapshots,
    rescore_requests,
    scoring_leases,
)
from tests.service.local_server import RawServer, hang
from tests.service.until import until

within_two_minutes = partial(until, seconds=120)

pytestmark = pytest.mark.slow


@pytest.fixture
def started(tmp_path):
    """Start a process of ours and wait until it says that it runs; the process and what it said."""
    running = []

    def begin(*words, says, **environment):
        log = tmp_path / "log"
        with log.open("w") as stderr:
            command = [sys.executable, "-m", "service.cli", *map(str, words)]
            process = subprocess.Popen(command, stderr=stderr, env=os.environ | environment)
        running.append(process)
        within_two_minutes(lambda: says in log.read_text(), "it does not start")
        return process, next(line for line in log.read_text().splitlines() if says in line)

    yield begin
    for process in running:
        if process.poll() is None:
            process.kill()
        process.wait()


def rows(url, table):
    database = Database(url)
    with database.reading() as connection:
        found = connection.execute(table.select()).all()
    database.close()
    return found


def test_a_request_under_way_is_answered_before_the_service_ends(started, sqlite_url, tmp_path):
    database = Database(sqlite_url)
    with database.writing() as connection:
        key = make_key(connection, Role.INGEST, now=system_clock())
    database.close()
    process, line = started(
        *("serve", "--port", 0, "--database", sqlite_url, "--models", tmp_path / "models"),
        says="serving on",
        DETECTOR_WORK="false",
    )
    body = json.dumps(
        {
            "complaint_id": "c1",
            "seller_id": "s1",
            "filed_at": "2026-01-01T00:00:00Z",
            "category": "damaged",
        }
    ).encode()
    head = (
        f"POST /v1/complaints HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    assert httpx.get(f"{line.split()[-1]}/healthz", timeout=60).is_success
    with socket.create_connection(("127.0.0.1", int(line.rsplit(":", 1)[1]))) as client:
        client.sendall(head.encode() + body[:10])
        time.sleep(1)
        process.send_signal(signal.SIGTERM)
        time.sleep(1)
        client.sendall(body[10:])
        assert client.recv(1000).startswith(b"HTTP/1.1 201")
    assert process.wait(30) in (0, -signal.SIGTERM)
    assert [row.complaint_id for row in rows(sqlite_url, complaints)] == ["c1"]


def test_a_receiver_that_hangs_does_not_hold_the_service_up(started, sqlite_url, tmp_path):
    receiver = RawServer(hang)
    database, now = Database(sqlite_url), system_clock()
    with database.writing() as connection:
        outbox.add_webhook(connection, receiver.url, (), now=now)
        audit.record(connection, "webhook.added", "hook", at=now, caller=OPERATOR)
        outbox.announce(connection, "case.opened", {}, at=now)
    process, line = started(
        *("serve", "--port", 0, "--database", sqlite_url, "--models", tmp_path / "models"),
        says="serving on",
    )
    assert httpx.get(f"{line.split()[-1]}/healthz", timeout=60).is_success
    within_two_minutes(lambda: rows(sqlite_url, deliveries)[0].attempts, "nothing is sent")
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) in (0, -signal.SIGTERM)
    [left] = rows(sqlite_url, deliveries)
    assert (left.state, left.attempts) == ("waiting", 0)
    database.close()
    receiver.close()


@pytest.fixture
def worker(started, sqlite_url, small_market):
    """`detector work` on the small market, once everybody has been scored, and its child.

    It answers how it is.
    """
    context = AppContext(Settings(database=sqlite_url, models=small_market / "models"))
    load(Market(small_market, 0, 0), context, now=system_clock())
    context.close()
    process, line = started(
        *("work", "--database", sqlite_url, "--models", small_market / "models"),
        says="health and metrics",
        DETECTOR_WORK_PORT="0",
    )
    within_two_minutes(lambda: rows(sqlite_url, market_snapshots), "nobody was scored")
    within_two_minutes(lambda: not rows(sqlite_url, rescore_requests), "marks are left")
    assert httpx.get(f"{line.split()[-1]}/readyz", timeout=60).json()["ready"]
    return process


def children_of(process):
    listed = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    if not listed.exists():
        pytest.skip("this system does not list a process's children")
    return [int(pid) for pid in listed.read_text().split()]


def lives(pid):
    """Whether a process runs; one that nobody has waited for is dead all the same."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_a_worker_that_is_told_to_stop_gives_everything_back(worker, sqlite_url):
    assert len(rows(sqlite_url, assessments)) > 0
    children = children_of(worker)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(60) == 0
    assert rows(sqlite_url, scoring_leases) == []
    within_two_minutes(lambda: not any(map(lives, children)), "a process of its own lives on")


def test_a_worker_that_is_killed_leaves_no_process_behind(worker):
    children = children_of(worker)
    assert children
    worker.kill()
    worker.wait()
    within_two_minutes(lambda: not any(map(lives, children)), "the market's process lives on")
