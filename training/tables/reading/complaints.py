"""The complaints table, checked batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from detector.history.history import LASTING, UNDECIDED, UNKNOWN, Outcome
from detector.rules.events import ORGANISATIONS, SOURCES
from training.tables.reading.batch import Batch, within
from training.tables.reading.columns import (
    TEXT,
    chosen,
    counts_in,
    instants_in,
    mask_of,
    texts_in,
)
from training.tables.reading.corrupt_files import corruption_refused
from training.tables.reading.refusals import Refusals, Rows
from training.tables.reading.source import Source

REQUIRED: Final = ("complaint_id", "seller_id", "filed_at", "category")
OPTIONAL: Final = (
    "order_id",
    "buyer_id",
    "listing_id",
    "evidence_count",
    "outcome",
    "decided_at",
    "withdrawn_at",
    "evidence_at",
    "recorded_at",
    "group",
    "source",
    "source_identity",
)
STORED: Final = ("listing_id", "source", "source_identity")
"""Optional columns that the detector does not look at; the service keeps them."""
TIMES: Final = tuple(name for name in (*REQUIRED, *OPTIONAL) if name.endswith("_at"))
READ: Final = (*REQUIRED, *(name for name in OPTIONAL if name not in STORED))
_OUTCOMES: Final = {outcome.name.lower(): int(outcome) for outcome in Outcome}


@dataclass(frozen=True, slots=True)
class CheckedComplaints:
    """A batch of complaints of which every row is good."""

    place: str
    numbers: NDArray[Any]
    positions: NDArray[np.int64]
    complaint_id: pa.LargeStringArray
    seller_id: pa.LargeStringArray
    filed_at: NDArray[np.int64]
    category: pa.LargeStringArray
    order_id: pa.LargeStringArray | None
    buyer_id: pa.LargeStringArray | None
    evidence: NDArray[np.int64] | None
    outcome: NDArray[np.int64] | None
    decided_at: NDArray[np.int64] | None
    withdrawn_at: NDArray[np.int64] | None
    evidence_at: NDArray[np.int64] | None
    recorded_at: NDArray[np.int64] | None
    group: pa.LargeStringArray | None


def checked_batches(
    source: Source, refusals: Refusals, *, now: int | None, duplicates: Mapping[int, str]
) -> Iterator[CheckedComplaints]:
    """Stream the table's good rows; the others go to `refusals`.

    `duplicates` holds the positions of rows that repeat an earlier row's id, with the reason.
    """
    for batch in source.batches(columns_for(source, refusals), refusals):
        rows, part = check_batch(batch, now=now, duplicates=duplicates)
        rows.report(refusals)
        yield part


def columns_for(source: Source, refusals: Refusals) -> list[str] | None:
    """The columns to read; all (None) where refused rows may have to be written whole."""
    wanted: list[str] = [name for name in READ if name in source.names]
    return wanted if refusals.strict else None


def check_batch(
    batch: Batch,
    *,
    now: int | None,
    duplicates: Mapping[int, str],
    also: Callable[[Rows], object] | None = None,
) -> tuple[Rows, CheckedComplaints]:
    """The batch's rows, the bad ones marked but not yet reported, and the good ones.

    `also` may mark more of them.
    """
    with corruption_refused(Path(batch.place)):
        return _check_batch(batch, now, duplicates, also)


def _check_batch(
    batch: Batch,
    now: int | None,
    duplicates: Mapping[int, str],
    also: Callable[[Rows], object] | None,
) -> tuple[Rows, CheckedComplaints]:
    rows = Rows(batch.place, batch.numbers, batch.columns)
    ids = texts_in(rows, "complaint_id", required=True)
    sellers = texts_in(rows, "seller_id", required=True)
    filed_at, _ = instants_in(rows, "filed_at", required=True, now=now)
    categories = texts_in(rows, "category", required=True)
    orders, buyers, groups = (
        _optional_texts(rows, name) for name in ("order_id", "buyer_id", "group")
    )
    evidence, evidence_at = _evidence(rows, filed_at, now)
    outcome, decided_at = _verdicts(rows, now)
    withdrawn_at, recorded_at = _withdrawals(rows, filed_at, now), _recorded(rows, now)
    positions = batch.offset + np.arange(len(rows))
    if also is not None:
        also(rows)
    rows.refuse_each(within(duplicates, batch), "complaint_id")
    good = rows.good
    return rows, CheckedComplaints(
        place=batch.place,
        numbers=batch.numbers[good],
        positions=positions[good],
        complaint_id=chosen(ids, good),
        seller_id=chosen(sellers, good),
        filed_at=filed_at[good],
        category=chosen(categories, good),
        order_id=None if orders is None else chosen(orders, good),
        buyer_id=None if buyers is None else chosen(buyers, good),
        evidence=None if evidence is None else evidence[good],
        outcome=None if outcome is None else outcome[good],
        decided_at=None if decided_at is None else decided_at[good],
        withdrawn_at=None if withdrawn_at is None else withdrawn_at[good],
        evidence_at=None if evidence_at is None else evidence_at[good],
        recorded_at=None if recorded_at is None else recorded_at[good],
        group=None if groups is None else chosen(groups, good),
    )


def sources_in(rows: Rows) -> pa.LargeStringArray:
    """Who brought each complaint, null where a row does not say; who may be named is checked."""
    source, identity = (texts_in(rows, n, required=False) for n in ("source", "source_identity"))
    known = pc.is_in(source, value_set=pa.array([*SOURCES, None], TEXT))
    rows.refuse(~mask_of(known), "source", f"is none of {', '.join(SOURCES)}")
    named = pc.is_in(source, value_set=pa.array(ORGANISATIONS, TEXT))
    wrong = mask_of(pc.is_valid(identity)) & ~mask_of(named)
    rows.refuse(wrong, "source_identity", f"goes with {' or '.join(ORGANISATIONS)} as source")
    return source


def _optional_texts(rows: Rows, name: str) -> pa.LargeStringArray | None:
    return None if rows.column(name) is None else texts_in(rows, name, required=False)


def _evidence(
    rows: Rows, filed_at: NDArray[np.int64], now: int | None
) -> tuple[NDArray[np.int64] | None, NDArray[np.int64] | None]:
    """Pieces of evidence, and since when the first is on file: `filed_at` where nobody says."""
    counts, evidence_at = None, None
    if rows.column("evidence_count") is not None:
        given, present = counts_in(rows, "evidence_count", required=False)
        counts = np.where(present, given, UNKNOWN)
    if rows.column("evidence_at") is not None:
        at, present = instants_in(rows, "evidence_at", required=False, now=now)
        nothing = present if counts is None else present & (counts <= 0)
        rows.refuse(nothing, "evidence_at", "needs a number above 0 in evidence_count")
        rows.refuse(present & (at < filed_at), "evidence_at", "is before filed_at")
        evidence_at = np.where(present, at, filed_at)
    return counts, evidence_at


def _verdicts(
    rows: Rows, now: int | None
) -> tuple[NDArray[np.int64] | None, NDArray[np.int64] | None]:
    """Outcomes and when they were decided; without an outcome nothing was."""
    if rows.column("outcome") is None:
        return None, None
    coded = texts_in(rows, "outcome", required=False).dictionary_encode()
    names = coded.dictionary.to_pylist()
    codes = np.array([_OUTCOMES.get(name, UNKNOWN) for name in names] + [int(Outcome.PENDING)])
    outcome = codes[coded.indices.fill_null(len(names)).to_numpy(zero_copy_only=False)]
    rows.refuse(outcome == UNKNOWN, "outcome", f"is none of {', '.join(_OUTCOMES)}")
    decided_at, present = instants_in(rows, "decided_at", required=False, now=now)
    pending = outcome == int(Outcome.PENDING)
    rows.refuse(~pending & ~present, "outcome", "needs a time in decided_at")
    return outcome, np.where(pending, UNDECIDED, decided_at)


def _withdrawals(
    rows: Rows, filed_at: NDArray[np.int64], now: int | None
) -> NDArray[np.int64] | None:
    """When complaints were taken back; LASTING where nobody has."""
    if rows.column("withdrawn_at") is None:
        return None
    withdrawn_at, present = instants_in(rows, "withdrawn_at", required=False, now=now)
    rows.refuse(present & (withdrawn_at < filed_at), "withdrawn_at", "is before filed_at")
    return np.where(present, withdrawn_at, LASTING)


def _recorded(rows: Rows, now: int | None) -> NDArray[np.int64] | None:
    """When complaints reached the records; UNKNOWN where nobody says."""
    if rows.column("recorded_at") is None:
        return None
    recorded_at, present = instants_in(rows, "recorded_at", required=False, now=now)
    return np.where(present, recorded_at, UNKNOWN)
