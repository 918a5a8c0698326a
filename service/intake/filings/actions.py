"""What can be done with filings; each inside one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from secrets import token_bytes, token_hex
from typing import Any, Final

from sqlalchemy import Connection

from service.audit import actions as audit
from service.http.access.keys import Caller
from service.intake.filings import store
from service.intake.filings.rules import batch_digest, erasure_digest, filing_of

BATCH_MAX: Final = 2_000
"""Complaints in one batch: a decision waits no longer than a fifth of a second for it."""
SEALED: Final = "complaints.sealed"
"""What a record of a batch calls itself."""
ERASURE: Final = "filings"
"""Where the record of an erasure tells of the filings whose buyer it took."""


def seal_filed(
    connection: Connection,
    ids: Sequence[str],
    *,
    caller: Caller,
    now: int,
    is_last: bool = True,
) -> int:
    """Seal complaints as they are, but for those in a batch already; how many those were.

    Filing itself seals nothing, so it waits for nobody. `is_last` says that no complaint is left:
    from such a batch on, an older one that is in no batch was put there behind the service.
    """
    audit.lock_chain(connection)
    found = store.unsealed(connection, ids)
    if not found:
        return 0
    batch = store.last_batch(connection) + 1
    rows = [filing_of(complaint, batch, token_bytes(16)) for complaint in found]
    store.insert_filings(connection, rows)
    recorded = {
        "batch": batch,
        "complaints": len(rows),
        "digest": batch_digest(rows),
        "last": is_last,
    }
    audit.record(connection, SEALED, f"batch {batch}", at=now, caller=caller, after=recorded)
    return len(rows)


def erase(connection: Connection, pseudonyms: Mapping[str, str | None]) -> dict[str, Any]:
    """Let the seals of complaints forget their buyers; what the erasure's record has to tell."""
    erasure = token_hex(16)
    emptied = store.forget_buyers(connection, sorted(pseudonyms), erasure)
    if not emptied:
        return {}
    left = {complaint_id: pseudonyms[complaint_id] for complaint_id in emptied}
    return {ERASURE: {"erasure": erasure, "digest": erasure_digest(left)}}
