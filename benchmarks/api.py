"""How quick the API is on PostgreSQL: the queue, claims, and what storing a complaint costs.

    python -m benchmarks.api --database postgresql://… [--sellers 100000] [--cases 50000]
        [--seconds 60] [--turns 7] [--before DIRECTORY]

Uses an empty database and one server process. Five figures:

* `queue`, `claim`: milliseconds of GET /v1/queue and POST /v1/queue/claim, one after the other,
  with so many sellers and open cases;
* `hammer`: eight moderators claim as fast as they can for so many seconds; how often a case was
  handed out twice, and how many were lost;
* `complaint`: the rate of single complaints beside that of an empty FastAPI route that only
  validates the same body, in the same server process, taking turns; once with a `def` route as
  ours are, and once with an `async def` one. The empty routes are an application of their own, so
  nothing of ours is in their way;
* `verdict`: upheld verdicts a second by eight moderators. With `--before`, a directory that holds
  an earlier version of this program (`git worktree add DIRECTORY v0.1.0`), both versions serve a
  database of their own and take turns.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from fastapi import Body, FastAPI
from sqlalchemy import select, text

from benchmarks.callers import Caller, at_once
from benchmarks.report import machine, write
from benchmarks.stores import emptied
from benchmarks.verdict_rate import verdict_rates
from service.callers.making import make_key
from service.cases import store
from service.clock import system_clock
from service.database.engine import Database
from service.intake.complaints.schemas import Complaint
from service.leases.tables import cases
from service.roles import Role
from service.sellers.tables import sellers
from service.settings import Settings

MODERATORS = 8
FREE = (cases.c.status == "open") & cases.c.holder.is_(None)
ALIKE = 32
"""Clients that send at once while rates are measured."""
WARM = 20


def bare() -> FastAPI:
    """An application of empty routes that only validate a complaint."""
    app = FastAPI()

    @app.post("/empty/def")
    def empty(body: Complaint = Body()) -> dict[str, str]:  # noqa: B008 - FastAPI's way
        return {"complaint_id": body.complaint_id}

    @app.post("/empty/async")
    async def empty_async(body: Complaint = Body()) -> dict[str, str]:  # noqa: B008
        return {"complaint_id": body.complaint_id}

    return app


def serve(settings: Settings, ready: Any) -> None:  # noqa: ANN401 - a multiprocessing queue
    """Both applications in one process; tells the port."""
    import uvicorn

    from service.app import create_app
    from service.cli.serve import listen
    from service.http.request_metrics import log_nothing
    from service.startup import prepare_process

    log_nothing()
    ours, empty = create_app(settings), bare()
    prepare_process()  # as `detector serve` does

    async def both(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401
        is_bare = scope["type"] == "http" and scope["path"].startswith("/empty")
        await (empty if is_bare else ours)(scope, receive, send)

    listening = listen("127.0.0.1", 0)
    ready.put(listening.getsockname()[1])
    config = uvicorn.Config(both, log_level="warning", access_log=False, server_header=False)
    uvicorn.Server(config).run(sockets=[listening])


@contextmanager
def served(settings: Settings) -> Iterator[int]:
    context = multiprocessing.get_context("spawn")
    ready = context.Queue()
    process = context.Process(target=serve, args=(settings, ready))
    process.start()
    try:
        yield ready.get(timeout=120)
    finally:
        process.terminate()
        process.join(30)


def fill(database: Database, sellers_count: int, case_count: int) -> None:
    now = system_clock()
    rows = [
        {
            "case_id": f"c_{n:07}",
            "seller_id": f"s{n:07}",
            "status": "open",
            "suspicion": "seller",
            "opened_at": now,
            "due_at": now,
            "base": json.dumps({"chance": -0.1, "harm": n % 97 / 10, "urgency": 0.0}),
            "order_key": n % 97 / 10,
            "reasons": json.dumps(["9 complaints in the last 3 days where 0.3 were expected."] * 2),
        }
        for n in range(case_count)
    ]
    with database.writing() as connection:
        connection.execute(
            text("INSERT INTO sellers SELECT 's' || lpad(n::text, 7, '0'), :now "
                 "FROM generate_series(0, :count - 1) n"),
            {"now": now, "count": sellers_count},
        )  # fmt: skip
        store.insert_cases(connection, rows)
    with database.writing() as connection:
        connection.execute(text("ANALYZE"))
        assert len(connection.execute(sellers.select().limit(1)).all()) == 1


def milliseconds(call: Callable[[], tuple[int, bytes]], rounds: int) -> dict[str, float]:
    durations = []
    for number in range(WARM + rounds):
        started = time.perf_counter()
        status, _ = call()
        if number >= WARM:
            durations.append((time.perf_counter() - started) * 1000)
        assert status == 200, status
    durations.sort()
    p99 = durations[int(len(durations) * 0.99)]
    return {"p50": round(median(durations), 2), "p99": round(p99, 2)}


def hammered(port: int, keys: list[str], database: Database, seconds: float) -> dict[str, object]:
    """Eight moderators claim for so long, and close every third of what they get."""
    handed: list[str] = []
    closed: list[str] = []
    times: list[float] = []
    ends = time.perf_counter() + seconds

    def work(caller: Caller) -> None:
        while time.perf_counter() < ends:
            started = time.perf_counter()
            status, body = caller("POST", "/v1/queue/claim")
            times.append((time.perf_counter() - started) * 1000)
            if status == 204:
                return
            assert status == 200, (status, body)
            case_id = json.loads(body)["case_id"]
            handed.append(case_id)
            if len(handed) % 3 == 0:
                assert caller("POST", f"/v1/cases/{case_id}/close", b"{}")[0] == 200
                closed.append(case_id)

    with database.reading() as connection:
        before = set(connection.execute(select(cases.c.case_id).where(FREE)).scalars())
    at_once([Caller(port, key) for key in keys], work)
    with database.reading() as connection:
        left = set(connection.execute(select(cases.c.case_id).where(FREE)).scalars())
    times.sort()
    return {
        "seconds": seconds,
        "claims": len(handed),
        "closed": len(closed),
        "twice": sum(count > 1 for count in Counter(handed).values()),
        "lost": len(before - left - set(handed)) + len(left & set(handed)),
        "p50": round(median(times), 2),
        "p99": round(times[int(len(times) * 0.99)], 2),
    }


def rates(port: int, key: str, turns: int, turn_s: float = 2.0) -> dict[str, object]:
    """Complaints a second on each route, taking turns; medians."""
    numbers = iter(range(10**9))
    callers = [Caller(port, key) for _ in range(ALIKE)]
    found: dict[str, list[float]] = {"/empty/def": [], "/empty/async": [], "/v1/complaints": []}
    for turn in range(turns + 1):
        for path, rate in found.items():
            done: list[int] = []
            ends = time.perf_counter() + turn_s

            def send(caller: Caller, path: str = path, done: list[int] = done,
                     ends: float = ends) -> None:  # fmt: skip
                while time.perf_counter() < ends:
                    number = next(numbers)
                    body = json.dumps(
                        {
                            "complaint_id": f"bench-{number}",
                            "seller_id": f"s{number * 7919 % 100_000:07}",
                            "filed_at": "2026-01-01T00:00:00Z",
                            "category": "damaged",
                        }
                    ).encode()
                    status, response = caller("POST", path, body)
                    assert status in (200, 201), (status, response)
                    done.append(number)

            at_once(callers, send)
            if turn:  # the first turn is for caches and plans
                rate.append(len(done) / turn_s)
    a_second = {path: round(median(rate), 1) for path, rate in found.items()}
    ours = found["/v1/complaints"]
    share = {
        path: round(median(o / e for o, e in zip(ours, found[path], strict=True)), 3)
        for path in ("/empty/def", "/empty/async")
    }
    return {"a_second": a_second, "share_of_the_rate_of": share, "turns": turns}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True)
    parser.add_argument("--sellers", type=int, default=100_000)
    parser.add_argument("--cases", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--turns", type=int, default=7)
    parser.add_argument("--verdicts", type=int, default=400, help="in a turn")
    parser.add_argument("--before", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, emptied(asked.database) as database:
        fill(database, asked.sellers, asked.cases)
        with database.writing() as connection:
            now = system_clock()
            key = make_key(connection, Role.ADMIN, now=now)
            people = [make_key(connection, Role.MODERATOR, now=now, person=f"m{n}")
                      for n in range(MODERATORS)]  # fmt: skip
        settings = Settings(
            database=asked.database,
            models=Path(folder) / "models",
            evidence=Path(folder) / "evidence",
            work=False,
            requests_per_second=1e9,
            cases_held_max=1_000_000,  # its moderators claim and never close
        )
        with served(settings) as port:
            caller = Caller(port, key)
            report: dict[str, object] = {
                "machine": machine(),
                "sellers": asked.sellers,
                "cases": asked.cases,
                "queue": milliseconds(lambda: caller("GET", "/v1/queue"), asked.rounds),
                "claim": milliseconds(lambda: caller("POST", "/v1/queue/claim"), asked.rounds),
                "complaint": rates(port, key, asked.turns),
                "hammer": hammered(port, people, database, asked.seconds),
            }
    report["verdict"] = verdict_rates(
        asked.database, asked.before, verdicts=asked.verdicts, turns=asked.turns
    )
    write("api", report)
    print(json.dumps({name: report[name] for name in report if name != "machine"}, indent=1))


if __name__ == "__main__":
    main()
