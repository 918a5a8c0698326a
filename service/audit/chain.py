"""The chain itself, pure: what seals a record to the one before it, and where a chain is broken."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any, Final, NamedTuple

GENESIS: Final = "0" * 64
"""What the first record is sealed to."""

SEALED: Final = (
    "number",
    "at",
    "actor",
    "role",
    "action",
    "subject",
    "why",
    "before",
    "after",
    "policy",
    "model",
    "previous",
)
"""Every field but the seal itself."""


class Fault(NamedTuple):
    """A place where the chain is not what was once written."""

    number: int
    what: str


def seal_of(record: Mapping[str, Any]) -> str:
    """SHA-256 over a record's fields and the seal of the record before it."""
    content = json.dumps([record[name] for name in SEALED], ensure_ascii=False)
    return sha256(content.encode()).hexdigest()


def faults_of(records: Iterable[Mapping[str, Any]]) -> Iterable[Fault]:
    """Changed, missing and reordered records, for records in the order of their numbers.

    A chain cut off at its end is whole in itself: compare its last seal with one noted elsewhere.
    """
    number, previous = 0, GENESIS
    for record in records:
        if record["number"] != number + 1:
            yield Fault(number + 1, f"records {number + 1} to {record['number'] - 1} are missing")
        elif record["previous"] != previous:
            yield Fault(record["number"], "is not sealed to the record before it")
        if seal_of(record) != record["seal"]:
            yield Fault(record["number"], "was changed after it was sealed")
        number, previous = record["number"], record["seal"]
