"""Sellers under one name each in the tables that an import writes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from detector.durations import DAY_US
from detector.history.aliases import Alias, Span, check_spans, final_names
from training.tables.parquet_files import ParquetFiles

_INSTANT: Final = pa.timestamp("us")


def join_sellers(files: ParquetFiles, aliases: Sequence[Alias]) -> int:
    """Put each seller's last name in place of its old ones; how many rows that changed.

    Raises BadInput where the aliases contradict each other or what is in the tables.
    """
    last = final_names(aliases)
    names = pa.array(sorted({*last, *last.values()}), pa.string())
    spans: dict[str, Span] = {}
    filed = _first_last(files, "complaints", ("filed_at",), names)
    ordered = _first_last(files, "orders", ("day", "ordered_at"), names)
    for name in {*filed, *ordered}:
        days = [at // DAY_US * DAY_US for at in ordered.get(name, ())]
        spans[name] = Span(*filed.get(name, (Span().first, Span().last)), *days)
    is_daily = "orders" in files.rows and "day" in files.columns("orders")
    check_spans(aliases, spans, is_daily=is_daily)
    changed = 0

    def change(batch: pa.RecordBatch) -> pa.RecordBatch:
        nonlocal changed
        place = batch.schema.get_field_index("seller_id")
        coded = batch.column(place).dictionary_encode()
        texts = coded.dictionary.to_pylist()
        touched = pa.array([text in last for text in texts], pa.bool_())
        changed += pc.sum(touched.take(coded.indices)).as_py() or 0
        field = batch.schema.field(place)
        renamed = pa.array([last.get(text, text) for text in texts], field.type)
        return batch.set_column(place, field, renamed.take(coded.indices))

    if any(name in last for name in spans):
        for table in files.rows:
            files.rewrite(table, change)
    return changed


def _first_last(
    files: ParquetFiles, table: str, columns: Sequence[str], names: pa.Array
) -> dict[str, tuple[int, int]]:
    """The first and the last instant of some sellers, in microseconds UTC."""
    if table not in files.rows:
        return {}
    column = next(name for name in columns if name in files.columns(table))
    found: dict[str, tuple[int, int]] = {}
    for batch in files.batches(table, ["seller_id", column]):
        part = pa.table(batch)
        seller = part["seller_id"].cast(pa.string())
        at = part[column].cast(_INSTANT).cast(pa.int64())
        ours = pa.table({"seller": seller, "at": at}).filter(pc.is_in(seller, value_set=names))
        spans = ours.group_by("seller").aggregate([("at", "min"), ("at", "max")])
        parts = (spans[key].to_pylist() for key in ("seller", "at_min", "at_max"))
        for name, low, high in zip(*parts, strict=True):
            first, last = found.get(name, (low, high))
            found[name] = (min(first, low), max(last, high))
    return found
