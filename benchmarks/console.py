"""How long pages take and how many bytes a browser fetches for them, with a full store.

    python -m benchmarks.console --database postgresql://… [--sellers 100000] [--cases 50000]
        [--verdicts 5000] [--days 120] [--turns 100] [--folder DIR]

Simulates a market, loads it with `detector import`, has it scored, and opens a case for so many of
its sellers. Then an admin reads pages about sellers drawn at random, over one connection, and reads
the queue once more while another asks again and again what a stricter policy would have done. Bytes
are those of a page with its script, style and icon, with nothing kept from before. The database
must be empty and is emptied afterwards; `--folder` keeps the market and model for another run.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import numpy as np
from sqlalchemy import func, select

from benchmarks.live_scoring import detector, execute, prepared, started, wait_for_snapshot
from benchmarks.report import machine, write
from benchmarks.stores import emptied
from detector.durations import HOUR_US
from detector.priority import order_of
from detector.rules.policy.bundled import bundled_text
from service.callers.making import make_key
from service.cases import store as case_store
from service.clock import system_clock
from service.database.engine import Database
from service.decisions.schemas import Verdict
from service.decisions.transaction import Transaction
from service.decisions.verdicts.actions import decide
from service.http.access.keys import Caller
from service.policies import policies_named
from service.roles import Role
from service.tables import complaints

PAGES = (
    "/queue",
    "/queue?which=closed",
    "/cases/{case}",
    "/sellers/{seller}",
    "/complaints/{complaint}",
    "/complaints/{complaint}/verdict",
    "/cases/{case}/verdicts",
    "/search?q={complaint}",
    "/approvals",
    "/overview",
    "/audit",
    "/models",
    "/rules",
    "/sessions",
)
FILES = re.compile(r'(?:src|href)="(/static/[^"]+)"')
CHUNK = 5_000
SEED = 0


def open_cases(database: Database, number: int) -> dict[str, list[str]]:
    """Open a case for so many sellers of the market; ids to read pages about, by kind."""
    now = system_clock()
    one = select(complaints.c.seller_id, func.min(complaints.c.complaint_id))
    with database.reading() as connection:
        known = connection.execute(one.group_by(complaints.c.seller_id).limit(number)).all()
        taken = case_store.open_cases_of(connection, [row.seller_id for row in known])
    random = np.random.default_rng(SEED)
    rows = [
        {
            "case_id": f"c_{place}",
            "seller_id": seller_id,
            "status": "open",
            "suspicion": "seller",
            "opened_at": now,
            "due_at": now + 72 * HOUR_US,
            "base": json.dumps({"harm": harm}),
            "order_key": order_of({"harm": harm}, now + 72 * HOUR_US),
            "reasons": '["9 complaints in the last 3 days where about none were expected."]',
        }
        for place, ((seller_id, _), harm) in enumerate(
            zip(known, random.normal(size=len(known)).tolist(), strict=True)
        )
        if seller_id not in taken
    ]
    for start in range(0, len(rows), CHUNK):
        with database.writing() as connection:
            case_store.insert_cases(connection, rows[start : start + CHUNK])
    return {
        "case": [row["case_id"] for row in rows],
        "seller": [row["seller_id"] for row in rows],
        "complaint": [complaint_id for _, complaint_id in known],
    }


def uphold(database: Database, number: int) -> None:
    """Let a moderator uphold complaints that wait, so that there is a log to fold."""
    waiting = select(complaints.c.complaint_id).where(complaints.c.outcome == "pending")
    with database.reading() as connection:
        ids = connection.execute(waiting.limit(number)).scalars().all()
    policies, moderator = policies_named("standard"), Caller("bench", Role.MODERATOR, "bench")
    verdict = Verdict(
        outcome="upheld",
        violation="counterfeit",
        reason="The prints differ.",
        evidence=["photo_received", "photo_official"],
        elsewhere="a ticket",
    )
    for one in ids:
        with database.writing() as connection:
            decide(Transaction(connection, policies, moderator, system_clock()), one, verdict)


def signed_in(address: str, key: str) -> httpx.Client:
    """A browser of an admin, as far as the service can tell."""
    same_origin = {"Sec-Fetch-Site": "same-origin"}
    browser = httpx.Client(base_url=address, headers=same_origin, follow_redirects=True, timeout=60)
    browser.post("/login", data={"key": key}).raise_for_status()
    return browser


def page_times(
    browser: httpx.Client, page: str, ids: dict[str, list[str]], turns: int
) -> dict[str, float]:
    """Milliseconds until a page is there, and its bytes with all that it is made of."""
    random = np.random.default_rng(SEED)
    took, sizes = [], []
    for _ in range(turns):
        drawn = {kind: quote(str(random.choice(some)), safe="") for kind, some in ids.items()}
        begun = time.perf_counter()
        answer = browser.get(page.format(**drawn))
        took.append(1000 * (time.perf_counter() - begun))
        answer.raise_for_status()
        sizes.append(len(answer.content) + _bytes_of_files(browser, answer.text))
    points = {f"p{p}_ms": round(float(np.percentile(took, p)), 1) for p in (50, 95)}
    return {**points, "kb_max": round(max(sizes) / 1000, 1)}


def _bytes_of_files(browser: httpx.Client, html: str) -> int:
    return sum(_size(browser, path) for path in sorted(set(FILES.findall(html))))


@cache
def _size(browser: httpx.Client, path: str) -> int:
    return len(browser.get(path).content)


@contextmanager
def asking_what_if(address: str, key: str) -> Iterator[list[float]]:
    """Ask again and again what a stricter policy would have done; the seconds each took."""
    took: list[float] = []
    stop = threading.Event()
    stricter = bundled_text("standard").replace("{ default = 6 }", "{ default = 12 }")

    def ask() -> None:
        headers = {"Authorization": f"Bearer {key}"}
        with httpx.Client(base_url=address, headers=headers, timeout=600) as analyst:
            while not stop.is_set():
                begun = time.perf_counter()
                answer = analyst.post("/v1/rules/compare", json={"policy": {"toml": stricter}})
                answer.raise_for_status()
                took.append(time.perf_counter() - begun)

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        yield took
    finally:
        stop.set()
        asking.join()


def measured(asked: argparse.Namespace, folder: Path, database: Database) -> dict[str, Any]:
    market = folder / "market"
    files = (market / "complaints.parquet", market / "orders.parquet")
    words = ("import", "tables", *files, "--database", asked.database)
    subprocess.run(detector(*words), check=True)
    execute(database, ("ANALYZE",))
    with database.writing() as connection:
        key = make_key(connection, Role.ADMIN, now=system_clock())
    os.environ |= {"DETECTOR_CONSOLE": "true", "DETECTOR_COMPARE_EVENTS_MAX": "1000000"}
    with ExitStack() as stack:
        now = system_clock()
        address = started(stack, asked.database, folder / "models", 1, snapshot_minutes=60)
        wait_for_snapshot(database, now)
        ids = open_cases(database, asked.cases)
        uphold(database, asked.verdicts)
        execute(database, ("ANALYZE",))
        browser = stack.enter_context(closing(signed_in(address, key)))
        times = {page: page_times(browser, page, ids, asked.turns) for page in PAGES}
        with asking_what_if(address, key) as took:
            beside = page_times(browser, "/queue", ids, asked.turns)
    what_if = {"queue": beside, "what_ifs": len(took), "what_if_s": round(float(np.mean(took)), 2)}
    return {"pages": times, "while_what_if": what_if}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True)
    parser.add_argument("--sellers", type=int, default=100_000)
    parser.add_argument("--cases", type=int, default=50_000)
    parser.add_argument("--verdicts", type=int, default=5_000)
    parser.add_argument("--days", type=int, default=120)
    parser.add_argument("--turns", type=int, default=100)
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.folder or Path(temporary)
        prepared(folder, asked.sellers, asked.days)
        with emptied(asked.database) as database:
            facts = {name: value for name, value in vars(asked).items() if name != "database"}
            report: dict[str, object] = {"machine": machine(), "asked": facts | {"folder": None}}
            report |= measured(asked, folder, database)
    write("console", report)
    print(json.dumps({name: report[name] for name in report if name != "machine"}, indent=1))


if __name__ == "__main__":
    main()
