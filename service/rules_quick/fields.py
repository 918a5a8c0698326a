"""The columns that the compiled scan reads a log into, and the numbers that stand for its words."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Ints = NDArray[np.int64]
Places = NDArray[np.int32]

BLANK, VERDICT, APPEAL, DECIDED, WITHDRAWN, CREDIT, DONE, ODD = 0, 1, 2, 3, 4, 5, 6, -1
UPHELD, REJECTED, UNFOUNDED, GRANTED, DENIED = 0, 1, 2, 3, 4
PERSON, MACHINE = 0, 1
SELLER, COMPLAINANT = 0, 1

KIND, BEGIN = 0, 1
RECORDED, DECIDED_AT, REPORTED, INCIDENT, NOTIFIED = 2, 3, 4, 5, 6
ID, SELLER_ID, COMPLAINT, ORDER, REFERENCE = 7, 8, 9, 10, 11
MARK: Final = 5  # added to the place of a text: its 64-bit hash
OUTCOME, ACTOR, SIDE, VIOLATION, HELD, HELD_COUNT = 17, 18, 19, 20, 21, 22
COLUMNS: Final = 23
"""What the columns of a row hold; row n is line n + 1 of the log.

Times are microseconds UTC (NEVER: null). A text is `begin << LENGTH_BITS | length` in bytes of the
log, 0 when null or not of this kind. HELD has a bit for each kind of evidence that the policy
names, HELD_COUNT counts the different kinds; of a credit, HELD has the points.
"""
LENGTH_BITS: Final = 16

KINDS: Final = ("", "verdict", "appeal", "appeal_decided", "withdrawn", "credit", "action_done")
OUTCOMES: Final = ("upheld", "rejected", "unfounded", "granted", "denied")
ACTORS: Final = ("person", "detector")
SIDES: Final = ("seller", "complainant")

COLUMN_OF: Final = {
    "event": KIND,
    "id": ID,
    "recorded_at": RECORDED,
    "decided_at": DECIDED_AT,
    "reported_at": REPORTED,
    "incident_at": INCIDENT,
    "notified_at": NOTIFIED,
    "seller_id": SELLER_ID,
    "complaint_id": COMPLAINT,
    "order_id": ORDER,
    "verdict_id": REFERENCE,
    "appeal_id": REFERENCE,
    "sanction_id": REFERENCE,
    "supersedes": REFERENCE,
    "violation": VIOLATION,
    "outcome": OUTCOME,
    "actor": ACTOR,
    "by": SIDE,
    "evidence": HELD,
    "buyer_id": -1,
    "moderator": -1,
    "severity": -1,
    "why": -1,
    "resolution": -1,
    "entity_id": -1,
    "listing_id": -1,
    "points": -2,
    "seconded_by": -3,
}
"""Every field: its column, -1 a text that is not read, -2 a number, -3 never given here.

What is not read says nothing to the policies that the compiled fold knows.
"""
KEYS: Final = tuple(COLUMN_OF)


def _mask(*names: str) -> int:
    return sum(1 << KEYS.index(name) for name in names)


_COMMON: Final = ("event", "id", "recorded_at")
_OF_VERDICT: Final = (
    *("decided_at", "reported_at", "incident_at", "seller_id", "complaint_id", "order_id"),
    *("buyer_id", "violation", "outcome", "evidence", "moderator", "actor"),
)
OPTIONAL: Final = _mask(
    *("severity", "resolution", "points", "supersedes", "notified_at"),
    *("entity_id", "listing_id", "seconded_by"),
)
"""Fields that a verdict may leave out, or give as null."""
NULLABLE: Final = OPTIONAL | _mask("order_id", "buyer_id", "notified_at")
EMPTY: Final = _mask("points", "seconded_by")
"""Of these, the fields that may say no more than null; a verdict that says more is odd."""
NEEDED: Final = np.array(
    [
        0,
        _mask(*_COMMON, *_OF_VERDICT),
        _mask(*_COMMON, "verdict_id", "by", "notified_at"),
        _mask(*_COMMON, "appeal_id", "outcome", "moderator"),
        _mask(*_COMMON, "complaint_id"),
        _mask(*_COMMON, "seller_id", "points", "why"),
        _mask(*_COMMON, "sanction_id"),
    ],
    dtype=np.int64,
)


class Words(NamedTuple):
    """Texts end to end in one array, for the kernels: text n is `held[begin[n]:begin[n + 1]]`."""

    held: Bytes
    begin: Ints


def words_of(texts: tuple[str, ...]) -> Words:
    """Lay texts end to end."""
    parts = [text.encode() for text in texts]
    begin = np.zeros(len(parts) + 1, dtype=np.int64)
    np.cumsum([len(part) for part in parts], out=begin[1:])
    return Words(np.frombuffer(b"".join(parts) + b" ", dtype=np.uint8), begin)
