"""What is kept of the complaints table while it is read: numbers, no texts but names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from detector.errors import BadInput
from training.reading.columns import chosen
from training.reading.complaints import Checked, checked
from training.reading.duplicates import Keyed, Seen, confirmed
from training.reading.growing import Growing
from training.reading.hashing import hashes_of
from training.reading.names import Names
from training.reading.refusals import Refusals
from training.reading.source import Source

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
    for part in checked(source, refusals, now=now, twice=twice):
        kept.add(part, until)
    return kept


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

    def add(self, part: Checked, until: int | None) -> None:
        """Keep the rows filed before `until`; remember all ids."""
        self.seen.add(hashes_of(part.complaint_id))
        rows = np.ones(len(part.filed_at), bool) if until is None else part.filed_at < until
        self.seller.extend(self.sellers.codes_of(chosen(part.seller_id, rows)))
        self.filed_at.extend(part.filed_at[rows])
        self.category.extend(self.categories.codes_of(chosen(part.category, rows)))
        if len(self.categories) > CATEGORIES_MAX:
            raise BadInput(
                f"{part.place}: column category has more than {CATEGORIES_MAX:,} different "
                "values; it should name kinds of complaint, such as not_received"
            )
        if self.buyer is not None and part.buyer_id is not None:
            self.buyer.extend(hashes_of(chosen(part.buyer_id, rows)))
        if self.order is not None and part.order_id is not None:
            self.order.extend(hashes_of(chosen(part.order_id, rows)))
        for kept, new in (
            (self.evidence, part.evidence),
            (self.outcome, part.outcome),
            (self.decided_at, part.decided_at),
        ):
            if kept is not None and new is not None:
                kept.extend(new[rows])


def _suspects(parts: Iterator[Checked], repeated: NDArray[np.uint64]) -> Iterator[Keyed]:
    """The rows whose id has one of the repeated hashes."""
    for part in parts:
        rows = np.isin(hashes_of(part.complaint_id), repeated)
        if rows.any():
            ids = part.complaint_id.filter(pa.array(rows)).to_pylist()
            yield Keyed(part.place, part.numbers[rows], part.positions[rows], ids)
