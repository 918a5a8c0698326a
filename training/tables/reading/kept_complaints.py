"""What is kept of the complaints table while it is read: numbers, no texts but names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from detector.errors import BadInput
from training.tables.reading.batch import Batch
from training.tables.reading.columns import chosen
from training.tables.reading.complaints import Checked, checked, columns_for, looked_at
from training.tables.reading.dictionary_encoder import Coded, Names, coded
from training.tables.reading.duplicates import Keyed, Seen, confirmed
from training.tables.reading.growable_array import Growing
from training.tables.reading.hashing import hashes_of
from training.tables.reading.prefetch import look_ahead, look_one_by_one
from training.tables.reading.refusals import Refusals, Rows
from training.tables.reading.source import Source

CATEGORIES_MAX: Final = np.iinfo(np.int16).max


def read_complaints(
    source: Source, refusals: Refusals, *, until: int | None, now: int | None
) -> Kept:
    """Read the table; a second time where ids are there twice, so that they can be refused."""
    kept = _one_pass(source, refusals, until=until, now=now, twice={})
    repeated = kept.seen.repeated()
    if len(repeated):
        again = checked(source, Refusals(strict=False), now=now, twice={})
        twice = confirmed(_suspects(again, repeated), first_only=refusals.strict)
        if twice:
            kept = _one_pass(source, refusals, until=until, now=now, twice=twice)
            kept.seen.repeated()  # frees their memory
    return kept


def _one_pass(
    source: Source,
    refusals: Refusals,
    *,
    until: int | None,
    now: int | None,
    twice: Mapping[int, str],
) -> Kept:
    refusals.start(source.names)
    kept = Kept(source)

    def look(batch: Batch) -> tuple[Rows, Digest]:
        rows, part = looked_at(batch, now=now, twice=twice)
        return rows, digest_of(part, until)

    def take(found: tuple[Rows, Digest]) -> None:
        rows, part = found
        rows.report(refusals)
        kept.add(part)

    go_through = look_ahead if source.parts else look_one_by_one
    go_through(source.batches(columns_for(source, refusals), refusals), look, take)
    return kept


@dataclass(frozen=True, slots=True)
class Digest:
    """What is kept of a batch, before its names have numbers."""

    place: str
    complaint_id: NDArray[np.uint64]
    """Hashes of all ids; the other columns are those of rows filed in time."""
    seller: Coded
    filed_at: NDArray[np.int64]
    category: Coded
    buyer: NDArray[np.uint64] | None
    order: NDArray[np.uint64] | None
    evidence: NDArray[np.int64] | None
    outcome: NDArray[np.int64] | None
    decided_at: NDArray[np.int64] | None


def digest_of(part: Checked, until: int | None) -> Digest:
    """Reduce a batch to numbers: the rows filed before `until`, and all ids."""
    rows = np.ones(len(part.filed_at), bool) if until is None else part.filed_at < until

    def hashed(texts: pa.LargeStringArray | None) -> NDArray[np.uint64] | None:
        return None if texts is None else hashes_of(chosen(texts, rows))

    return Digest(
        place=part.place,
        complaint_id=hashes_of(part.complaint_id),
        seller=coded(chosen(part.seller_id, rows)),
        filed_at=part.filed_at[rows],
        category=coded(chosen(part.category, rows)),
        buyer=hashed(part.buyer_id),
        order=hashed(part.order_id),
        evidence=None if part.evidence is None else part.evidence[rows],
        outcome=None if part.outcome is None else part.outcome[rows],
        decided_at=None if part.decided_at is None else part.decided_at[rows],
    )


class Kept:
    """What is kept of the complaints: numbers, in the order of the file."""

    def __init__(self, source: Source) -> None:
        def column(name: str, dtype: type[np.generic]) -> Growing | None:
            return Growing(dtype, source.rows) if name in source.names else None

        self.sellers = Names()
        self.categories = Names()
        self.seen = Seen(source.rows)
        self.seller = Growing(np.int32, source.rows)
        self.filed_at = Growing(np.int64, source.rows)
        self.category = Growing(np.int16, source.rows)
        self.buyer = column("buyer_id", np.uint64)
        self.order = column("order_id", np.uint64)
        self.evidence = column("evidence_count", np.int32)
        self.outcome = column("outcome", np.int8)
        self.decided_at = column("outcome", np.int64)

    def add(self, part: Digest) -> None:
        """Keep a batch."""
        self.seen.add(part.complaint_id)
        self.seller.extend(self.sellers.codes_of(part.seller))
        self.category.extend(self.categories.codes_of(part.category))
        if len(self.categories) > CATEGORIES_MAX:
            raise BadInput(
                f"{part.place}: column category has more than {CATEGORIES_MAX:,} different "
                "values; it should name kinds of complaint, such as not_received"
            )
        for name in ("filed_at", "buyer", "order", "evidence", "outcome", "decided_at"):
            kept, new = getattr(self, name), getattr(part, name)
            if kept is not None and new is not None:
                kept.extend(new)


def _suspects(parts: Iterator[Checked], repeated: NDArray[np.uint64]) -> Iterator[Keyed]:
    """The rows whose id has one of the repeated hashes."""
    for part in parts:
        rows = np.isin(hashes_of(part.complaint_id), repeated)
        if rows.any():
            ids = part.complaint_id.filter(pa.array(rows)).to_pylist()
            yield Keyed(part.place, part.numbers[rows], part.positions[rows], ids)
