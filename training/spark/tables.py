"""A marketplace's tables in Spark: finding and checking them, rows before an instant, sellers.

Spark reads Parquet directories or tables, and of those only what a query needs.
"""

from __future__ import annotations

import os
import re
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as sf
from pyspark.sql import types as st

from detector import errors
from detector.durations import DAY_US
from detector.errors import BadInput, NotEnoughHistory
from training.spark.refusals import refusals_raised
from training.tables.reading import complaints as complaint_rows
from training.tables.reading import orders as order_rows

_TABLE_NAME: Final = re.compile(r"\w+(\.\w+){0,2}")


@dataclass(frozen=True)
class Tables:
    """A marketplace's tables as Spark sees them, before anything is read."""

    complaints: DataFrame
    orders: DataFrame | None = None

    @property
    def is_daily(self) -> bool:
        """Whether an order row is a seller-day rather than one order."""
        return self.orders is not None and "day" in self.orders.columns


@contextmanager
def session_at(master: str, conf: Mapping[str, str] | None = None) -> Iterator[SparkSession]:
    """A Spark session with what our exchange with it needs: Arrow, UTC, this very Python.

    `conf` is Spark's configuration beside that, such as `spark.jars.packages`. On a real cluster
    this package must be installed on the workers. A local one runs it from where it was loaded.
    """
    shown = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false"}
    needed = {
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.execution.arrow.pyspark.enabled": "true",
    }
    builder = SparkSession.builder.master(master).appName("detector")
    for key, value in {**shown, **(conf or {}), **needed}.items():
        builder = builder.config(key, value)
    if master.startswith("local"):
        here = str(Path(errors.__file__).parent.parent)
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        builder = (
            builder.config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.executorEnv.PYTHONPATH", os.pathsep.join([here, *_python_path()]))
        )
    session = _started(builder, master)
    session.sparkContext.setLogLevel("ERROR")
    try:
        with pandas_ignored():
            yield session
    finally:
        session.stop()


@contextmanager
def pandas_ignored() -> Iterator[None]:
    """Only Arrow crosses between Spark and Python, so Spark's support of pandas does not matter."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas")
        yield


def _started(builder: Any, master: str) -> SparkSession:  # noqa: ANN401 - Spark's is private
    try:
        session: SparkSession = builder.getOrCreate()
    except (PySparkException, Py4JError) as why:
        said = re.search(r"SparkException: (.*)", str(why)) or re.search(r"(.*)", str(why).strip())
        raise BadInput(
            f"Spark cannot be started with --master {master} ({said[1] if said else why}); it "
            "needs Java 17 (JAVA_HOME) and a master such as local[*] or spark://host:7077"
        ) from why
    return session


def _python_path() -> list[str]:
    return [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]


def tables_at(spark: SparkSession, complaints: str, orders: str | None = None) -> Tables:
    """Name the tables: Parquet files or directories anywhere Spark can read, or tables it knows.

    Raises BadInput where there is no such table or a required column is missing.
    """
    found = _table_at(spark, complaints)
    _check_columns(complaints, found, complaint_rows.REQUIRED)
    known = _with_text_ids(found.select(*(c for c in complaint_rows.READ if c in found.columns)))
    if orders is None:
        return Tables(known)
    ordered = _table_at(spark, orders)
    shape = order_rows.DAILY if "day" in ordered.columns else order_rows.RAW
    _check_columns(orders, ordered, shape)
    return Tables(known, _with_text_ids(ordered.select(*shape)))


def _with_text_ids(table: DataFrame) -> DataFrame:
    """Whole numbers as ids become their digits, so that both tables name a seller alike."""
    if not isinstance(table.schema["seller_id"].dataType, st.IntegralType):
        return table
    return table.withColumn("seller_id", sf.col("seller_id").cast("string"))


def _table_at(spark: SparkSession, name: str) -> DataFrame:
    if name.lower().endswith((".csv", ".csv.gz")):
        raise BadInput(f"{name}: Spark reads Parquet or tables here; convert the CSV first")
    try:
        with refusals_raised():
            if _TABLE_NAME.fullmatch(name) and spark.catalog.tableExists(name):
                return spark.table(name)
            return spark.read.parquet(name)
    except PySparkException as why:
        first = str(why).strip().partition("\n")[0]
        raise BadInput(f"{name}: neither a Parquet directory nor a table ({first})") from why


def _check_columns(name: str, table: DataFrame, required: tuple[str, ...]) -> None:
    missing = [column for column in required if column not in table.columns]
    if missing:
        found = ", ".join(table.columns)
        raise BadInput(f"{name}: missing column {', '.join(missing)}; found {found}")


def last_instant(tables: Tables) -> int:
    """The first midnight (UTC) after the last complaint; NotEnoughHistory where there is none."""
    last = tables.complaints.agg(sf.max(microseconds("filed_at"))).collect()[0][0]
    if last is None:
        raise NotEnoughHistory("the history holds no complaint: nothing to learn")
    return (int(last) // DAY_US + 1) * DAY_US


def rows_before(tables: Tables, instant: int, *, since: int | None = None) -> Tables:
    """Rows dated before the instant, so that later ones are neither moved nor read.

    Rows without a time stay, for the reader to refuse. What was withdrawn before `since` is left
    out as well: it counts at no instant from there on.
    """
    filed_at = microseconds("filed_at")
    complaints = tables.complaints.where(filed_at.isNull() | (filed_at < instant))
    if since is not None and "withdrawn_at" in complaints.columns:
        withdrawn_at = microseconds("withdrawn_at")
        complaints = complaints.where(withdrawn_at.isNull() | (withdrawn_at >= since))
    if tables.orders is None:
        return Tables(complaints)
    at = microseconds("day" if tables.is_daily else "ordered_at")
    # A day's orders are known once it is over.
    over = (sf.floor(at / DAY_US) + 1) * DAY_US <= instant
    return Tables(complaints, tables.orders.where(at.isNull() | over))


def microseconds(column: str) -> Column:
    """The instants of a column, as microseconds UTC."""
    return sf.unix_micros(sf.col(column).cast("timestamp"))


def check_ids(tables: Tables) -> None:
    """Refuse an id that two complaints share; within a bucket the reader would see only some."""
    ids = tables.complaints.groupBy("complaint_id").count().where("count > 1").limit(1).collect()
    if ids:
        raise BadInput(f"complaints: complaint_id {ids[0][0]!r} is there {ids[0][1]} times")


def sellers_known(tables: Tables) -> pa.Table:
    """Every seller's id, ascending, and the first instant (microseconds) at which it is known."""
    known = tables.complaints.select("seller_id", (microseconds("filed_at") + 1).alias("since"))
    if tables.orders is not None:
        at = microseconds("day" if tables.is_daily else "ordered_at")
        over = (sf.floor(at / DAY_US) + 1) * DAY_US
        known = known.union(tables.orders.select("seller_id", over.alias("since")))
    by_seller = known.where("seller_id is not null").groupBy("seller_id")
    found = by_seller.agg(sf.min("since").cast("bigint").alias("since")).toArrow()
    return found.cast(pa.schema([("seller_id", pa.string()), ("since", pa.int64())])).sort_by(
        "seller_id"
    )
