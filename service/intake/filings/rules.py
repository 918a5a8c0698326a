"""Pure: what seals a complaint as it was filed, a batch of them, and an erasure among them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any, Final

FACTS: Final = (
    *("complaint_id", "seller_id", "filed_at", "category", "order_id", "listing_id"),
    *("evidence_count", "recorded_at"),
)
"""What never changes in a complaint."""
LATER: Final = ("source", "source_identity", "group")
"""The same, which complaints did not always have."""


def facts_of(complaint: Mapping[str, Any]) -> bytes:
    """SHA-256 of what never changes in a complaint.

    What came later counts where it is named, so that older seals hold.
    """
    named = {name: complaint[name] for name in LATER if complaint[name] is not None}
    return _digest([*(complaint[name] for name in FACTS), *([named] if named else [])])


def buyer_of(complaint: Mapping[str, Any], salt: bytes) -> bytes:
    """SHA-256 of who filed it and of the body's fingerprint, under a salt: nobody can guess it."""
    return _digest([salt.hex(), complaint["buyer_id"], complaint["fingerprint"].hex()])


def filing_of(complaint: Mapping[str, Any], batch: int, salt: bytes) -> dict[str, Any]:
    """The row that seals a complaint as it is now."""
    return {
        "complaint_id": complaint["complaint_id"],
        "batch": batch,
        "facts": facts_of(complaint),
        "outcome": complaint["outcome"],
        "decided_at": complaint["decided_at"],
        "salt": salt,
        "buyer": buyer_of(complaint, salt),
    }


def batch_digest(rows: Iterable[Mapping[str, Any]]) -> str:
    """SHA-256 of a batch, in any order, without what an erasure empties."""
    recorded = sorted(
        (
            row["complaint_id"],
            row["facts"].hex(),
            row["outcome"],
            row["decided_at"] or 0,
            row["buyer"].hex(),
        )
        for row in rows
    )
    return _digest(recorded).hex()


def erasure_digest(buyers: Mapping[str, str | None]) -> str:
    """SHA-256 of the pseudonyms that an erasure left, by complaint."""
    return _digest(sorted([one, name or ""] for one, name in buyers.items())).hex()


def _digest(recorded: Any) -> bytes:  # noqa: ANN401 - anything JSON can say
    return sha256(json.dumps(recorded, ensure_ascii=False).encode()).digest()
