"""A PostgreSQL that is stopped under load, cleanly or by pulling the plug, and started again."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from service.callers.making import make_key
from service.clock import system_clock
from service.database.engine import Database
from service.database.revisions import prepare
from service.roles import Role
from service.tables import complaints
from tests.parts import is_missing

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))[-1:]
SENDERS = 4


class Cluster:
    """A PostgreSQL server of the test's own."""

    def __init__(self, programs):
        self.programs = programs
        self.home = Path(tempfile.mkdtemp(prefix="detector-postgres-", dir="/tmp"))
        if os.geteuid() == 0:  # the server refuses to run as root
            shutil.chown(self.home, "postgres")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"postgresql://postgres@127.0.0.1:{self.port}/postgres"
        self.run("initdb", "--username=postgres", "--auth=trust", "--no-sync")
        with (self.home / "postgresql.conf").open("a") as settings:
            settings.write(f"port = {self.port}\nlisten_addresses = '127.0.0.1'\n")
            settings.write(f"unix_socket_directories = '{self.home}'\n")

    def run(self, program, *words):
        as_whom = {"user": pwd.getpwnam("postgres").pw_uid} if os.geteuid() == 0 else {}
        command = [self.programs / program, "-D", self.home, *words]
        subprocess.run(
            command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT, **as_whom
        )

    def start(self):
        self.run("pg_ctl", "-w", "-l", self.home / "log", "start")

    def stop(self, mode):
        self.run("pg_ctl", "-w", "-m", mode, "stop")


@pytest.fixture(scope="module")
def cluster():
    if not PROGRAMS:
        is_missing("no initdb and pg_ctl below /usr/lib/postgresql")
    cluster = Cluster(PROGRAMS[0].parent)
    cluster.start()
    database = Database(cluster.url)
    prepare(database)
    database.close()
    yield cluster
    cluster.stop("immediate")
    shutil.rmtree(cluster.home)


class Sender(threading.Thread):
    """Files complaints one after the other and notes every answer."""

    def __init__(self, service, name, ended):
        super().__init__()
        self.client = service.as_("ingest")
        self.body = service.complaint
        self.ended = ended
        self.prefix = name
        self.answers = []

    def run(self):
        while not self.ended.is_set():
            complaint_id = f"{self.prefix}-{len(self.answers)}"
            answer = self.client.post("/v1/complaints", json=self.body(complaint_id))
            self.answers.append((complaint_id, answer))
            time.sleep(0.005)

    def sees(self, statuses, count=3):
        """Wait until the last answers are all of some statuses."""
        seen, deadline = len(self.answers), time.monotonic() + 60
        while True:
            last = [answer.status_code for _, answer in self.answers[seen:][-count:]]
            if len(last) == count and set(last) <= statuses:
                return
            assert time.monotonic() < deadline, f"still {last}"
            time.sleep(0.02)


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_a_server_stopped_under_load_is_clean_503s_and_nothing_acknowledged_is_lost(
    start, cluster, mode
):
    service = start(cluster.url, key_cache_seconds=120)
    ended = threading.Event()
    senders = [Sender(service, f"{mode}-{number}", ended) for number in range(SENDERS)]
    for sender in senders:
        sender.start()
    try:
        senders[0].sees({201})
        cluster.stop(mode)
        for sender in senders:
            sender.sees({503})
        assert service.client.get("/healthz").status_code == 200
        assert service.client.get("/readyz").status_code == 503
        cluster.start()
        for sender in senders:
            sender.sees({201})
        assert service.client.get("/readyz").json()["checks"]["database"] == "ok"
    finally:
        ended.set()
        for sender in senders:
            sender.join()
    answers = [pair for sender in senders for pair in sender.answers]
    assert {answer.status_code for _, answer in answers} == {201, 503}
    for _, answer in answers:
        if answer.status_code == 503:
            assert answer.headers["content-type"] == "application/problem+json"
            assert int(answer.headers["retry-after"]) > 0
    with service.context.database.reading() as connection:
        stored = Counter(connection.execute(complaints.select()).scalars())
    acknowledged = {complaint_id for complaint_id, answer in answers if answer.is_success}
    assert acknowledged <= set(stored)
    assert set(stored.values()) == {1}


def test_a_service_started_while_the_server_is_away_serves_once_it_returns(start, cluster):
    database = Database(cluster.url)
    with database.writing() as connection:
        key = make_key(connection, Role.ANALYST, now=system_clock())
    database.close()
    cluster.stop("fast")
    service = start(cluster.url)
    service.client.headers["Authorization"] = f"Bearer {key}"
    assert service.client.get("/v1/queue").status_code == 503
    cluster.start()
    assert service.client.get("/v1/queue").status_code == 200
