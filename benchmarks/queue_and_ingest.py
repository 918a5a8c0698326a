"""How quick the queue is with many open cases, and what storing a complaint costs.

    python -m benchmarks.queue_and_ingest --database postgresql://… [--cases 50000] [--rounds 300]

Uses an empty database; times are of calls into the application, without a network. The complaint's
rate is set beside that of a route that only validates the same body.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from fastapi import Body
from sqlalchemy import text
from starlette.testclient import TestClient

from service.access.keys import create_key
from service.access.roles import Role
from service.app import create_app
from service.cases import store
from service.clock import system_clock
from service.complaints.schemas import Complaint
from service.database import Database, metadata
from service.observed import log_nothing
from service.revisions import prepare
from service.settings import Settings


def milliseconds(call: Callable[[], object], rounds: int) -> dict[str, float]:
    taken = []
    for _ in range(rounds):
        started = time.perf_counter()
        call()
        taken.append((time.perf_counter() - started) * 1000)
    taken.sort()
    return {"p50": statistics.median(taken), "p99": taken[int(len(taken) * 0.99)]}


def fill(database: Database, cases: int) -> None:
    now = system_clock()
    rows = [
        {
            "case_id": f"c_{n:07}",
            "seller_id": f"s{n:07}",
            "status": "open",
            "suspicion": "seller",
            "opened_at": now,
            "due_at": now,
            "base": json.dumps({"chance": -0.1, "orders_at_risk": n % 97 / 10}),
            "order_key": n % 97 / 10,
            "reasons": json.dumps(["because"]),
        }
        for n in range(cases)
    ]
    with database.writing() as connection:
        store.insert_cases(connection, rows)
    if database.is_postgresql:
        with database.writing() as connection:
            connection.execute(text("ANALYZE cases"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True)
    parser.add_argument("--cases", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=300)
    asked = parser.parse_args()
    log_nothing()
    database = Database(asked.database)
    prepare(database)
    with database.reading() as connection:
        if any(
            connection.execute(table.select().limit(1)).first()
            for table in metadata.tables.values()
        ):
            raise SystemExit("the database is not empty")
    fill(database, asked.cases)
    with database.writing() as connection:
        key = create_key(connection, Role.ADMIN, now=system_clock())
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            database=asked.database,
            models=Path(folder) / "models",
            evidence=Path(folder) / "evidence",
            work=False,
            requests_per_second=1e9,
        )
        print(json.dumps(measured(settings, key, asked.rounds), indent=2))


def measured(settings: Settings, key: str, rounds: int) -> dict[str, object]:
    app = create_app(settings)

    @app.post("/empty")
    def empty(body: Complaint = Body()) -> dict[str, str]:  # noqa: B008 - FastAPI's way
        return {"complaint_id": body.complaint_id}

    with TestClient(app, headers={"Authorization": f"Bearer {key}"}) as client:
        number = iter(range(10**9))

        def complaint() -> dict[str, str]:
            n = next(number)
            return {
                "complaint_id": f"bench-{n}",
                "seller_id": f"s{n % 1000}",
                "filed_at": "2026-01-01T00:00:00Z",
                "category": "damaged",
            }

        told = {
            "queue": milliseconds(lambda: client.get("/v1/queue"), rounds),
            "claim": milliseconds(lambda: client.post("/v1/queue/claim"), rounds),
            "empty route": milliseconds(lambda: client.post("/empty", json=complaint()), rounds),
            "complaint": milliseconds(
                lambda: client.post("/v1/complaints", json=complaint()), rounds
            ),
        }
    share = told["empty route"]["p50"] / told["complaint"]["p50"]
    return {"load": os.getloadavg()[0], "rate against the empty route": share, **told}


if __name__ == "__main__":
    main()
