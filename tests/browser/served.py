"""The service as people use it: `detector serve` in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import httpx

from detector.durations import HOUR_US
from detector.instants import text_of
from detector.priority import order_of
from detector.rules.policy.bundled import bundled_text
from service.callers.making import make_key
from service.cases import store as case_store
from service.demo.story import PHOTOS
from service.http.context import AppContext
from service.roles import Role
from service.settings import Settings
from tests.service.pictures import picture

START_S: Final = 120.0
TOGETHER: Final = """
  [policy.violations.unsafe]
  track = "main"
  points = { default = 3 }
  clock = "decided"
  expires = "365d"

    [policy.violations.unsafe.evidence]
    quorum = 2
"""
"""A violation that two people decide, which the standard rules do not have."""


@dataclass
class Served:
    """A service that runs in a process of its own, and its store as this process sees it."""

    url: str
    context: AppContext
    facts: dict[str, str] = field(default_factory=dict)
    """Ids that pages of a full store are about."""
    _numbers: Iterator[int] = field(default_factory=count)

    def key(self, role: Role | str, person: str) -> str:
        """A new key of a person."""
        with self.context.database.writing() as connection:
            return make_key(connection, Role(role), now=self.context.clock(), person=person)

    def api(self, role: Role | str, person: str) -> Api:
        """The API as a person or a system has it."""
        return Api(self.url, self.key(role, person))

    def open_case(
        self,
        seller_id: str | None = None,
        *,
        complaints: int = 2,
        photographs: bool = True,
        **said: str,
    ) -> str:
        """Open a case that comes before all others; its id.

        `said` are further fields of the complaints.
        """
        number, now = next(self._numbers), self.context.clock()
        seller_id = seller_id or f"story-{number}"
        filed = [
            {
                "complaint_id": f"story-{number}-{one}",
                "seller_id": seller_id,
                "filed_at": text_of(now - one * HOUR_US),
                "category": "counterfeit",
                "order_id": f"order-{number}-{one}",
                "buyer_id": f"buyer-{number}-{one}",
                **said,
            }
            for one in range(1, complaints + 1)
        ]
        shop = self.api(Role.INGEST, "shop")
        shop.post("/v1/complaints", json={"complaints": filed})
        for row in filed if photographs else ():
            shop.photograph(str(row["complaint_id"]))
        base, due_at = {"harm": 10.0 + number / 10}, now + 72 * HOUR_US
        reasons = ["2 complaints of “counterfeit” in the last day where none was expected."]
        case = {
            "case_id": f"c_story{number}",
            "seller_id": seller_id,
            "status": "open",
            "suspicion": "seller",
            "opened_at": now,
            "due_at": due_at,
            "base": json.dumps(base),
            "order_key": order_of(base, due_at),
            "reasons": json.dumps(reasons, ensure_ascii=False),
        }
        with self.context.database.writing() as connection:
            case_store.insert_cases(connection, [case])
        return str(case["case_id"])


@dataclass(frozen=True, slots=True)
class Api:
    """Somebody's client: what it asks for is done, or the test fails."""

    url: str
    key: str

    def get(self, path: str) -> Any:
        """What is answered, as JSON."""
        return self._sent("GET", path)

    def post(self, path: str, **body: Any) -> Any:
        """What is answered to a body, as JSON."""
        return self._sent("POST", path, **body)

    def _sent(self, method: str, path: str, **body: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.key}"}
        answer = httpx.request(
            method, f"{self.url}{path}", headers=headers, timeout=START_S, **body
        )
        assert answer.is_success, answer.text
        return answer.json()

    def photograph(self, complaint_id: str) -> str:
        """Add the photographs that the rules ask for; the id of the last."""
        address = f"/v1/complaints/{quote(complaint_id, safe='')}/evidence"
        for number, kind in enumerate(PHOTOS):
            shown = picture("PNG", seed=100 * number, size=(64, 48))
            files = {"file": ("photo.png", shown, "image/png")}
            added = self.post(address, data={"kind": kind}, files=files)
        return str(added["evidence_id"])


@contextmanager
def serving(database: str, folder: Path, **more: Any) -> Iterator[Served]:
    """Serve an empty database, which is set up by that, with the pages and `folder`/models.

    `more` are further settings.
    """
    policy = folder / "policy.toml"
    policy.write_text(bundled_text("standard") + TOGETHER)
    given = {
        "policy": str(policy),
        "database": database,
        "models": folder / "models",
        "evidence": folder / "evidence",
        "console": True,
        "work": False,
        "lease_minutes": 600,
        "sign_ins_per_second": 1000,
        "public_requests_per_second": 1000,
        **more,
    }
    names = {f"DETECTOR_{name.upper()}": _as_text(value) for name, value in given.items()}
    log = folder / "serve.log"
    with log.open("w") as stderr:
        command = [sys.executable, "-m", "service.cli", "serve", "--port", "0"]
        command += ["--database", database, "--models", str(given["models"])]
        process = subprocess.Popen(command, stderr=stderr, env=os.environ | names)
    try:
        url = _address(process, log)
        context = AppContext(Settings.model_validate(given))
        yield Served(url, context)
        context.close()
    finally:
        process.terminate()
        process.wait(30)


def _as_text(value: Any) -> str:
    """A setting as it stands in the environment."""
    return json.dumps(value) if isinstance(value, dict) else str(value)


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        said = [line.split()[-1] for line in log.read_text().splitlines() if "serving on" in line]
        if said:
            assert httpx.get(f"{said[0]}/healthz", timeout=START_S).is_success
            return said[0]
        time.sleep(0.05)
    raise AssertionError(f"it does not start: {log.read_text()}")
