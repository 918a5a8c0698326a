"""Sellers under one name each in Spark's tables, by the aliases that files are joined by."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as sf

from detector.durations import DAY_US
from detector.history.aliases import NEVER, Alias, Span, check_spans, final_names
from training.spark.refusals import refusals_raised
from training.spark.tables import Tables, microseconds


def joined_tables(tables: Tables, aliases: Sequence[Alias]) -> Tables:
    """The tables with each seller under its last name, as `detector.history.aliases.joined`.

    Raises BadInput where the aliases contradict each other or the tables.
    """
    last = final_names(aliases)
    if not last:
        return tables
    with refusals_raised():
        names = sorted({*last, *last.values()})
        check_spans(aliases, _spans(tables, names), is_daily=tables.is_daily)
        spark = tables.complaints.sparkSession
        pairs = pa.table({"seller_id": list(last), "last_name": list(last.values())})
        known = sf.broadcast(spark.createDataFrame(pairs))
        orders = None if tables.orders is None else _renamed(tables.orders, known)
        return Tables(_renamed(tables.complaints, known), orders)


def _renamed(table: DataFrame, names: DataFrame) -> DataFrame:
    named = sf.coalesce("last_name", "seller_id").alias("seller_id")
    others = (column for column in table.columns if column != "seller_id")
    return table.join(names, "seller_id", "left").select(named, *others)


def _spans(tables: Tables, names: list[str]) -> dict[str, Span]:
    found = {
        name: Span(first, last)
        for name, first, last in _first_last(tables.complaints, "filed_at", names)
    }
    if tables.orders is not None:
        column = "day" if tables.is_daily else "ordered_at"
        for name, first, last in _first_last(tables.orders, column, names):
            one = found.get(name, Span(NEVER, -1))
            days = (at // DAY_US * DAY_US for at in (first, last))
            found[name] = Span(one.first, one.last, *days)
    return found


def _first_last(table: DataFrame, column: str, names: list[str]) -> list[tuple[str, int, int]]:
    at = microseconds(column)
    asked = table.sparkSession.createDataFrame(pa.table({"seller_id": names}))
    rows = table.join(sf.broadcast(asked), "seller_id", "left_semi").where(at.isNotNull())
    found = rows.groupBy("seller_id").agg(sf.min(at), sf.max(at)).collect()
    return [(name, int(first), int(last)) for name, first, last in found]
