"""Whether complaints are as they were filed, also those that nobody has decided yet."""

from __future__ import annotations

from collections.abc import Container, Iterator
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Connection

from detector.durations import DAY_US
from detector.instants import text_of
from service.audit.chain import ERASURES
from service.intake.filings import store
from service.intake.filings.actions import ERASURE, SEALED
from service.intake.filings.rules import batch_digest, buyer_of, erasure_digest, facts_of

LATE_US: Final = DAY_US
"""Longest time from a complaint's recording to its batch: no file takes longer to import."""

Filed = dict[str, Any]


def filing_faults(connection: Connection, sealed: Container[str]) -> Iterator[str]:
    """Complaints that are not as they were filed, in sentences.

    `sealed` are the rows that a record names: the outcome of such a complaint was decided since.
    """
    records = {
        recorded["batch"]: (number, recorded)
        for number, _, recorded in store.recorded(connection, [SEALED])
    }
    erased: dict[str, dict[str, str | None]] = {}
    erasures = {at for _, at, _ in store.recorded(connection, ERASURES)}
    for batch, found in groupby(store.filed(connection), key=lambda row: row["sealed_batch"]):
        rows = list(found)
        yield from _batch_faults(batch, rows, records.pop(batch, None))
        for row in rows:
            yield from _complaint_faults(row, sealed, erased, erasures)
    for batch, (number, _) in records.items():
        yield f"batch {batch} of complaints is gone; record {number} sealed it"
    yield from _erasure_faults(connection, erased)
    yield from _late_faults(connection)
    for seller_id in store.unknown_sellers(connection):
        yield f"sellers {seller_id} is gone; complaints name it"


def _batch_faults(
    batch: int, rows: list[Filed], record: tuple[int, dict[str, Any]] | None
) -> Iterator[str]:
    if record is None:
        yield f"batch {batch} of complaints is there, and no record sealed it"
        return
    number, recorded = record
    names = ("facts", "outcome", "decided_at", "buyer")
    sealed = [
        {"complaint_id": row["sealed_id"], **{name: row[f"sealed_{name}"] for name in names}}
        for row in rows
    ]
    if batch_digest(sealed) != recorded["digest"]:
        yield f"the seals of batch {batch} of complaints were changed after record {number}"


def _complaint_faults(
    row: Filed,
    sealed: Container[str],
    erased: dict[str, dict[str, str | None]],
    erasures: Container[int],
) -> Iterator[str]:
    name = f"complaints {row['sealed_id']}"
    if row["complaint_id"] is None:
        yield f"{name} is gone; batch {row['sealed_batch']} sealed it"
        return
    if facts_of(row) != row["sealed_facts"]:
        yield f"{name} is not what was filed"
    as_filed = (row["sealed_outcome"], row["sealed_decided_at"])
    if name not in sealed and (row["outcome"], row["decided_at"]) != as_filed:
        yield f"{name} has another outcome than it was filed with, and nobody decided it"
    if row["sealed_salt"] is not None and row["sealed_erasure"] is not None:
        yield f"{name} has a seal that names an erasure, and its buyer is not erased"
    if row["erased_at"] is not None and (row["fingerprint"] or row["erased_at"] not in erasures):
        yield f"{name} is marked as erased, and no erasure says so"
    if row["sealed_salt"] is None:
        erased.setdefault(row["sealed_erasure"] or "", {})[row["complaint_id"]] = row["buyer_id"]
    elif buyer_of(row, row["sealed_salt"]) != row["sealed_buyer"]:
        yield f"{name} has another buyer or fingerprint than it was filed with"


def _erasure_faults(
    connection: Connection, erased: dict[str, dict[str, str | None]]
) -> Iterator[str]:
    known = {}
    for number, _, after in store.recorded(connection, ERASURES):
        if ERASURE in after:
            recorded = after[ERASURE]
            known[recorded["erasure"]] = (number, recorded["digest"])
    for erasure, buyers in erased.items():
        number, digest = known.get(erasure, (0, ""))
        if not number:
            names = ", ".join(sorted(buyers))
            yield f"complaints {names} lost their buyers, and no erasure says so"
        elif erasure_digest(buyers) != digest:
            yield f"the pseudonyms of complaints were changed after record {number} left them"


def _late_faults(connection: Connection) -> Iterator[str]:
    """Complaints that a last batch since would have taken in, had they been there."""
    batches = store.recorded(connection, [SEALED])
    last = max((at for _, at, recorded in batches if recorded["last"]), default=None)
    if last is None:
        return
    for complaint_id in store.unsealed_before(connection, last - LATE_US):
        yield (
            f"complaints {complaint_id} is there, by its own account since before "
            f"{text_of(last - LATE_US)}, and no batch since has seen it"
        )
