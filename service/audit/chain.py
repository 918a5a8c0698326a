"""The chain itself, pure: what seals a record to the one before it, and where a chain is broken.

What a person wrote (`why`) is sealed by its salted hash, so that it can be erased and the chain
still holds; a record of the erasure says which records it took the words from.
"""

from __future__ import annotations

import hmac
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

ERASURES: Final = ("buyer.erased", "retention.applied")
"""What the record of an erasure is called."""
ERASED: Final = "erased_records"
"""Where the record of an erasure names the records whose words it took."""


class Fault(NamedTuple):
    """A place where the chain is not what was once written."""

    number: int
    what: str


def seal_of(record: Mapping[str, Any], key: bytes | None = None) -> str:
    """SHA-256 over a record's fields and the seal of the record before it; under a key its HMAC."""
    fields = {name: record[name] for name in SEALED}
    why_seal = record.get("why_seal")
    if why_seal is not None:
        fields["why"] = {
            "sealed": why_seal
        }  # no text looks like this, so neither can pass for both
    values = list(fields.values())
    if record.get("sealed") is not None:  # empty in records of an older revision
        values.append({"seller_id": record["seller_id"], "sealed": record["sealed"]})
    content = json.dumps(values, ensure_ascii=False).encode()
    if key is None:
        return sha256(content).hexdigest()
    return hmac.new(key, content, sha256).hexdigest()


def object_in(text: str | None) -> dict[str, Any]:
    """What a field of a record says; nothing where it is not JSON's object.

    The record's own seal tells that such a field was changed.
    """
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def is_keyed(record: Mapping[str, Any]) -> bool:
    """Whether a record says that it was sealed with a key."""
    return bool(object_in(record.get("sealed")).get("keyed"))


def key_fault(last: Mapping[str, Any] | None, key: bytes | None) -> str | None:
    """Why a record sealed with `key` must not follow the last one; None where it may."""
    if last is None or not is_keyed(last):
        return None
    if key is None:
        return "the audit chain is sealed with a key: set DETECTOR_AUDIT_KEY, as for all processes"
    if _is_sealed(last, key):
        return None
    return (
        f"record {last['number']} of the audit chain is not sealed with this DETECTOR_AUDIT_KEY, "
        "or was changed since; run: detector audit verify"
    )


def why_seal_of(salt: str, why: str) -> str:
    """SHA-256 of what a person wrote, under a salt that is erased with it: nobody can guess it."""
    return sha256(f"{salt}\n{why}".encode()).hexdigest()


def faults_of(records: Iterable[Mapping[str, Any]], key: bytes | None = None) -> Iterable[Fault]:
    """Changed, missing and reordered records, for records in the order of their numbers.

    With a `key`, records from the first that was sealed with it on must all be, the last one
    included: who has no key can write none of them. A chain cut off at its end is whole in itself:
    look in it for a seal that was noted elsewhere.
    """
    number, previous, keyed = 0, GENESIS, False
    wordless: set[int] = set()
    for record in records:
        if record["number"] != number + 1:
            yield Fault(number + 1, f"records {number + 1} to {record['number'] - 1} are missing")
        elif record["previous"] != previous:
            yield Fault(record["number"], "is not sealed to the record before it")
        is_sealed = _is_sealed(record, key)
        if keyed and not is_keyed(record):
            yield Fault(record["number"], "is sealed without the key")
        elif is_sealed is None and not keyed:
            yield Fault(record["number"], "is sealed with a key: set DETECTOR_AUDIT_KEY")
        if is_sealed is False or not _is_why_whole(record):
            yield Fault(record["number"], "was changed after it was sealed")
        if _is_wordless(record):
            wordless.add(record["number"])
        number, previous, keyed = record["number"], record["seal"], keyed or is_keyed(record)
        wordless -= _erased_by(record)
    if key is not None and number and not keyed:
        yield Fault(number, "is sealed without the key, as all before it are")
    for lost in sorted(wordless):
        yield Fault(lost, "lost its words, and no erasure says so")


def _is_sealed(record: Mapping[str, Any], key: bytes | None) -> bool | None:
    """Whether a record's seal is its own; None when that takes a key that is not there."""
    if not is_keyed(record):
        return bool(hmac.compare_digest(seal_of(record), record["seal"]))
    if key is None:
        return None
    return hmac.compare_digest(seal_of(record, key), record["seal"])


def _is_wordless(record: Mapping[str, Any]) -> bool:
    return record.get("why_seal") is not None and record.get("salt") is None


def _is_why_whole(record: Mapping[str, Any]) -> bool:
    if record.get("why_seal") is None:
        return True  # of an older revision: the words themselves are sealed
    if record["salt"] is None:
        return bool(record["why"] == "")
    return bool(why_seal_of(record["salt"], record["why"]) == record["why_seal"])


def _erased_by(record: Mapping[str, Any]) -> set[int]:
    """The records that an erasure took the words from; always earlier ones."""
    if record["action"] not in ERASURES:
        return set()
    erased = object_in(record["after"]).get(ERASED)
    numbers = erased if isinstance(erased, list) else []
    return {one for one in numbers if isinstance(one, int) and one < record["number"]}
