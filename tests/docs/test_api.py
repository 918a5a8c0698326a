"""docs/reference/api.md lists every call with the roles that its gate lets pass, and no other."""

import re
from pathlib import Path

from service.app import ROUTERS
from service.http.access.gate import Gate
from service.roles import (
    ADMINS,
    ANYBODY,
    DECIDERS,
    PARTIES,
    PLATFORM,
    READERS,
    REVIEWERS,
)

DOCUMENT = (Path(__file__).parents[2] / "docs/reference/api.md").read_text(encoding="utf-8")
WHO = {
    "everybody": ANYBODY,
    "readers": READERS,
    "deciders": DECIDERS,
    "parties": PARTIES,
    "reviewers": REVIEWERS,
    "ingest": PLATFORM,
    "admin": ADMINS,
    "open": None,
}


def served():
    for router in ROUTERS:
        for route in router.routes:
            gates = [d.call for d in route.dependant.dependencies if isinstance(d.call, Gate)]
            for method in route.methods:
                yield f"{method} {route.path_format}", gates[0].roles if gates else None


def test_every_call_is_listed_with_who_may_make_it():
    rows = re.findall(r"^\| `([A-Z]+ [^`]+)` \| (\w+) \|", DOCUMENT, re.MULTILINE)
    assert len(rows) == len({call for call, _ in rows})
    assert {call: WHO[who] for call, who in rows} == dict(served())
