"""The complaint database of the US Consumer Financial Protection Bureau (complaints.csv).

One row a complaint; a company is a seller, its product the category (issues are hundreds). Days are
written 2019-09-24, 09/24/2019, 9/24/2019 or as times, by the age of the export. There are no
orders.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from detector.errors import BadInput
from training.tables.importers.consumidor import COMPLAINTS
from training.tables.importers.dump import (
    check_layout,
    decoded,
    dump_of,
    map_distinct,
    missing_in,
    plain,
)
from training.tables.instants import instant_of
from training.tables.parquet_files import ParquetFiles
from training.tables.reading.columns import TEXT
from training.tables.reading.growable_array import GrowableArray
from training.tables.reading.hashing import hashes_of
from training.tables.reading.refusals import Refusals, Rows

NEEDED: Final = {
    "date_received": "Date received",
    "product": "Product",
    "company": "Company",
    "complaint_id": "Complaint ID",
}


def import_cfpb(
    paths: Sequence[Path], files: ParquetFiles, refusals: Refusals, warn: Callable[[str], None]
) -> None:
    """Write the complaints of one or several exports; what two of them hold is refused.

    Ids are compared by their 64-bit hash: among 10 million, the chance that two differ and share
    one is 1 in 370,000.
    """
    del warn
    dumps = [dump_of(path) for path in paths]
    for dump in dumps:
        check_layout(dump, "cfpb", NEEDED)
    files.write("complaints", COMPLAINTS.empty_table())
    earlier: dict[Path, NDArray[np.uint64]] = {}
    for dump in dumps:
        ids = GrowableArray(np.uint64)
        for rows in dump.batches(tuple(NEEDED), refusals):
            hashed = hashes_of(decoded(rows.column("complaint_id")).cast(TEXT))
            files.write("complaints", _complaints(rows, hashed, earlier, refusals))
            if len(dumps) > 1:
                ids.extend(hashed[rows.good])
        earlier[dump.path] = np.sort(ids.release())


def _complaints(
    rows: Rows,
    hashed: NDArray[np.uint64],
    earlier: Mapping[Path, NDArray[np.uint64]],
    refusals: Refusals,
) -> pa.Table:
    """The complaints of some rows; those that an earlier export holds are refused."""
    ids = decoded(rows.column("complaint_id"))
    sellers = map_distinct(decoded(rows.column("company")), lambda text: " ".join(text.split()))
    received = map_distinct(decoded(rows.column("date_received")), _instant)
    products = map_distinct(decoded(rows.column("product")), plain)
    header = ids.cast(pa.string()).to_numpy(zero_copy_only=False) == "Complaint ID"
    rows.good &= ~header
    rows.refuse(missing_in(ids.to_pylist()), "complaint_id", "is missing")
    for path, known in earlier.items():
        rows.refuse(_are_among(hashed, known), "complaint_id", f"is in {path} as well")
    rows.refuse(missing_in(sellers), "company", "is missing")
    rows.refuse(missing_in(received), "date_received", "is no day (2019-09-24 or 09/24/2019)")
    rows.report(refusals)
    filed_at = pa.array(received, pa.int64()).cast(COMPLAINTS.field("filed_at").type)
    categories = [product or "unspecified" for product in products]
    table = pa.table([ids, sellers, filed_at, categories], schema=COMPLAINTS)
    return table.filter(pa.array(rows.good))


def _are_among(hashed: NDArray[np.uint64], known: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """(n,) which hashes are among the known ones, which ascend."""
    found: NDArray[np.bool_] = np.searchsorted(known, hashed, side="right") > np.searchsorted(
        known, hashed, side="left"
    )
    return found


def _instant(text: str) -> int | None:
    try:
        if "/" in text[1:3]:
            moment = datetime.strptime(text.strip(), "%m/%d/%Y").replace(tzinfo=UTC)
            return int(moment.timestamp()) * 1_000_000
        return instant_of(text.strip())
    except (ValueError, BadInput):
        return None
