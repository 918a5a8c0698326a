"""The complaints table in memory while it is read: numbers, and each distinct text once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from training.tables.reading.batch import Batch
from training.tables.reading.columns import chosen
from training.tables.reading.complaints import (
    CheckedComplaints,
    check_batch,
    checked_batches,
    columns_for,
)
from training.tables.reading.dictionary_encoder import DictionaryEncoder, EncodedTexts, encode
from training.tables.reading.duplicates import IdHashes, KeyedRows, confirmed_duplicates
from training.tables.reading.growable_array import GrowableArray
from training.tables.reading.hashing import hashes_of
from training.tables.reading.prefetch import one_at_a_time, prefetch
from training.tables.reading.refusals import Refusals, Rows
from training.tables.reading.source import Source


def read_complaints(
    source: Source, refusals: Refusals, *, until: int | None, now: int | None
) -> LoadedComplaints:
    """Read the table; twice where two rows may share an id, to refuse the second of them.

    Raises BadInput where a row is refused and `refusals` are strict.
    """
    loaded = _one_pass(source, refusals, until=until, now=now, duplicates={})
    repeated = loaded.seen.repeated()
    if len(repeated):
        again = checked_batches(source, Refusals(strict=False), now=now, duplicates={})
        duplicates = confirmed_duplicates(_suspects(again, repeated), first_only=refusals.strict)
        if duplicates:
            loaded = _one_pass(source, refusals, until=until, now=now, duplicates=duplicates)
            loaded.seen.repeated()  # frees their memory
    return loaded


def _one_pass(
    source: Source,
    refusals: Refusals,
    *,
    until: int | None,
    now: int | None,
    duplicates: Mapping[int, str],
) -> LoadedComplaints:
    refusals.start(source.names)
    loaded = LoadedComplaints(source)

    def inspect(batch: Batch) -> tuple[Rows, EncodedBatch]:
        rows, part = check_batch(batch, now=now, duplicates=duplicates)
        return rows, encode_batch(part, until)

    def consume(found: tuple[Rows, EncodedBatch]) -> None:
        rows, part = found
        rows.report(refusals)
        loaded.add(part)

    run = prefetch if source.parts else one_at_a_time
    run(source.batches(columns_for(source, refusals), refusals), inspect, consume)
    return loaded


@dataclass(frozen=True, slots=True)
class EncodedBatch:
    """A batch as numbers, before sellers and categories have their codes in the whole table."""

    complaint_id: NDArray[np.uint64]
    """Hashes of all ids; the other columns hold the rows filed before `until` only."""
    seller: EncodedTexts
    filed_at: NDArray[np.int64]
    category: EncodedTexts
    buyer: NDArray[np.uint64] | None
    order: NDArray[np.uint64] | None
    evidence: NDArray[np.int64] | None
    outcome: NDArray[np.int64] | None
    decided_at: NDArray[np.int64] | None
    withdrawn_at: NDArray[np.int64] | None
    evidence_at: NDArray[np.int64] | None
    recorded_at: NDArray[np.int64] | None
    group: EncodedTexts | None
    """A complaint without a group is in that of the empty name."""


def encode_batch(part: CheckedComplaints, until: int | None) -> EncodedBatch:
    """Encode a batch: the rows filed before `until`, and all ids."""
    rows = np.ones(len(part.filed_at), bool) if until is None else part.filed_at < until

    def hashed(texts: pa.LargeStringArray | None) -> NDArray[np.uint64] | None:
        return None if texts is None else hashes_of(chosen(texts, rows))

    return EncodedBatch(
        complaint_id=hashes_of(part.complaint_id),
        seller=encode(chosen(part.seller_id, rows)),
        filed_at=part.filed_at[rows],
        category=encode(chosen(part.category, rows)),
        buyer=hashed(part.buyer_id),
        order=hashed(part.order_id),
        evidence=None if part.evidence is None else part.evidence[rows],
        outcome=None if part.outcome is None else part.outcome[rows],
        decided_at=None if part.decided_at is None else part.decided_at[rows],
        withdrawn_at=None if part.withdrawn_at is None else part.withdrawn_at[rows],
        evidence_at=None if part.evidence_at is None else part.evidence_at[rows],
        recorded_at=None if part.recorded_at is None else part.recorded_at[rows],
        group=None if part.group is None else encode(chosen(part.group.fill_null(""), rows)),
    )


_PLAIN: Final = (
    "filed_at",
    "buyer",
    "order",
    "evidence",
    "outcome",
    "decided_at",
    "withdrawn_at",
    "evidence_at",
    "recorded_at",
)
"""Columns of a batch that are appended as they are."""


class LoadedComplaints:
    """The complaints as columns of numbers, in the order of the file."""

    def __init__(self, source: Source) -> None:
        def column(name: str, dtype: type[np.generic]) -> GrowableArray | None:
            return GrowableArray(dtype, source.rows) if name in source.names else None

        self.sellers = DictionaryEncoder()
        self.categories = DictionaryEncoder()
        self.seen = IdHashes(source.rows)
        self.seller = GrowableArray(np.int32, source.rows)
        self.filed_at = GrowableArray(np.int64, source.rows)
        self.category = GrowableArray(np.int32, source.rows)
        self.buyer = column("buyer_id", np.uint64)
        self.order = column("order_id", np.uint64)
        self.evidence = column("evidence_count", np.int32)
        self.outcome = column("outcome", np.int8)
        self.decided_at = column("outcome", np.int64)
        self.withdrawn_at = column("withdrawn_at", np.int64)
        self.evidence_at = column("evidence_at", np.int64)
        self.recorded_at = column("recorded_at", np.int64)
        self.groups = DictionaryEncoder()
        self.group = column("group", np.int32)

    def add(self, part: EncodedBatch) -> None:
        """Append a batch."""
        self.seen.add(part.complaint_id)
        self.seller.extend(self.sellers.codes_of(part.seller))
        self.category.extend(self.categories.codes_of(part.category))
        if self.group is not None and part.group is not None:
            self.group.extend(self.groups.codes_of(part.group))
        for name in _PLAIN:
            column, new = getattr(self, name), getattr(part, name)
            if column is not None and new is not None:
                column.extend(new)


def _suspects(
    parts: Iterator[CheckedComplaints], repeated: NDArray[np.uint64]
) -> Iterator[KeyedRows]:
    """The rows whose id has one of the repeated hashes."""
    for part in parts:
        rows = np.isin(hashes_of(part.complaint_id), repeated)
        if rows.any():
            ids = part.complaint_id.filter(pa.array(rows)).to_pylist()
            yield KeyedRows(part.place, part.numbers[rows], part.positions[rows], ids)
