"""Scoring and training past one machine: Spark parts the sellers, our functions do the rest.

Spark reads Parquet directories or tables and brings all rows of a seller into one bucket. Each
bucket becomes a history through the reader that files go through, and is scored by the functions
that score it on one machine; nothing is written twice, so nothing can differ. What needs all
sellers stays small and is done where the command runs: the market (from at most 100,000 sellers,
as on one machine), ranks and q-values (three numbers a seller).
"""

from __future__ import annotations

import os
import re
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.errors import PySparkException
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as sf
from pyspark.sql import types as st

from detector import errors
from detector.assess import (
    Assessments,
    Scored,
    market_from,
    ranked,
    sampling_step,
    score_parts,
)
from detector.baseline import Market
from detector.errors import BadInput, NotEnoughHistory, Refusal
from detector.history import DAY_US, History
from detector.trained import TrainedDetector
from training.job import Advanced, Training, train, training_step
from training.readers import read_history
from training.reading import complaints as complaint_rows
from training.reading import orders as order_rows

ROWS_PER_BUCKET: Final = 1_000_000
"""Complaints and orders in a bucket: some 200 MB of a worker's memory while it is scored."""

_TABLE_NAME: Final = re.compile(r"\w+(\.\w+){0,2}")
_PART: Final = pa.schema(
    [
        ("seller_id", pa.string()),
        ("score", pa.float64()),
        ("surprise", pa.float64()),
        ("brigade", pa.bool_()),
        ("reasons", pa.list_(pa.string())),
    ]
)
_PART_IN_SPARK: Final = (
    "seller_id string, score double, surprise double, brigade boolean, reasons array<string>"
)


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
def session_at(master: str) -> Iterator[SparkSession]:
    """A Spark session with what our exchange with it needs: Arrow, UTC, this very Python.

    On a real cluster this package must be installed on the workers; on a local one they run it from
    where it was loaded.
    """
    builder = (
        SparkSession.builder.master(master)
        .appName("detector")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.execution.arrow.pyspark.enabled", "true")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
    )
    if master.startswith("local"):
        here = str(Path(errors.__file__).parent.parent)
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        builder = (
            builder.config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.executorEnv.PYTHONPATH", os.pathsep.join([here, *_python_path()]))
        )
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    try:
        yield session
    finally:
        session.stop()


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


def assess_tables(
    tables: Tables, as_of: int, trained: TrainedDetector, *, fdr: float = 0.1
) -> Assessments:
    """`detector.assess.assess` for tables that need not fit on one machine; equal to it."""
    with _refusals_told():
        recent = _before(tables, as_of)
        _check_ids(recent)
        market = _market(recent, as_of, trained)
        job = _ScoringJob(as_of, trained, market)
        parts = _by_bucket(recent, job).toArrow().sort_by("seller_id")
    return ranked(
        tuple(parts["seller_id"].to_pylist()),
        as_of,
        Scored(
            parts["score"].to_numpy(),
            parts["surprise"].to_numpy(),
            parts["brigade"].to_numpy(),
            tuple(tuple(reasons) for reasons in parts["reasons"].to_pylist()),
        ),
        trained,
        fdr=fdr,
    )


def assess_tables_each(
    tables: Tables,
    instants: Sequence[int],
    trained: TrainedDetector,
    *,
    fdr: float = 0.1,
    advanced: Advanced = lambda done, total: None,  # noqa: ARG005
) -> Iterator[Assessments]:
    """`assess_tables` at one instant after another."""
    for done, instant in enumerate(instants, start=1):
        yield assess_tables(tables, instant, trained, fdr=fdr)
        advanced(done, len(instants))


def train_tables(
    tables: Tables,
    until: int | None = None,
    *,
    seed: int = 0,
    advanced: Advanced = lambda done, total: None,  # noqa: ARG005
) -> tuple[Training, History]:
    """`training.job.train` for tables, with the history of the sellers it learnt from.

    Spark counts and chooses the sellers; what they did then fits on one machine. Without `until`,
    the end is the first midnight (UTC) after the last complaint.
    """
    with _refusals_told():
        if until is None:
            until = _last_instant(tables)
        recent = _before(tables, until)
        _check_ids(recent)
        sellers = _sellers(recent)
        history = _sample(recent, sellers, training_step(len(sellers)), until)
        complaints = recent.complaints.count()
    training = train(history, until=until, seed=seed, advanced=advanced)
    volume = {"complaints": float(complaints), "sellers": float(len(sellers))}
    return replace(training, metrics=training.metrics | volume), history


def _last_instant(tables: Tables) -> int:
    last = tables.complaints.agg(sf.max(_microseconds("filed_at"))).collect()[0][0]
    if last is None:
        raise NotEnoughHistory("the history holds no complaint: nothing to learn")
    return (int(last) // DAY_US + 1) * DAY_US


def _before(tables: Tables, instant: int) -> Tables:
    """Rows dated before the instant, so that later ones are neither moved nor read.

    Rows without a time stay, for the reader to refuse.
    """
    filed_at = _microseconds("filed_at")
    complaints = tables.complaints.where(filed_at.isNull() | (filed_at < instant))
    if tables.orders is None:
        return Tables(complaints)
    at = _microseconds("day" if tables.is_daily else "ordered_at")
    # A day's orders are known once it is over.
    over = (sf.floor(at / DAY_US) + 1) * DAY_US <= instant
    return Tables(complaints, tables.orders.where(at.isNull() | over))


def _microseconds(column: str) -> Column:
    return sf.unix_micros(sf.col(column).cast("timestamp"))


def _check_ids(tables: Tables) -> None:
    """Refuse an id that two complaints share; within a bucket the reader would see only some."""
    ids = tables.complaints.groupBy("complaint_id").count().where("count > 1").limit(1).collect()
    if ids:
        raise BadInput(f"complaints: complaint_id {ids[0][0]!r} is there {ids[0][1]} times")


def _sellers(tables: Tables) -> list[str]:
    """Every seller's id, in ascending order."""
    ids = tables.complaints.select("seller_id")
    if tables.orders is not None:
        ids = ids.union(tables.orders.select("seller_id"))
    found = ids.where("seller_id is not null").distinct().toArrow()["seller_id"]
    return sorted(str(seller) for seller in found.to_pylist())


def _market(tables: Tables, as_of: int, trained: TrainedDetector) -> Market:
    sellers = _sellers(tables)
    step = sampling_step(len(sellers))
    sample = _sample(tables, sellers, step, as_of).as_of(as_of)
    return market_from(sample, step, as_of, trained)


def _sample(tables: Tables, sellers: list[str], step: int, until: int) -> History:
    """The history of every `step`-th seller."""
    if step > 1:
        spark = tables.complaints.sparkSession
        ids = spark.createDataFrame(pa.table({"seller_id": sellers[::step]}))
        chosen = sf.broadcast(ids)
        orders = tables.orders
        tables = Tables(
            tables.complaints.join(chosen, "seller_id", "left_semi"),
            None if orders is None else orders.join(chosen, "seller_id", "left_semi"),
        )
    orders = None if tables.orders is None else tables.orders.toArrow()
    return _history_of(tables.complaints.toArrow(), orders, until)


def _by_bucket(tables: Tables, job: _ScoringJob) -> DataFrame:
    """Score bucket by bucket, wherever Spark puts them."""
    rows = tables.complaints.count() + (0 if tables.orders is None else tables.orders.count())
    spark = tables.complaints.sparkSession
    buckets = max(-(-rows // ROWS_PER_BUCKET), 2 * spark.sparkContext.defaultParallelism)
    spark.conf.set("spark.sql.shuffle.partitions", str(buckets))
    # Buckets are as large as is good for them; Spark must not join them into larger ones.
    spark.conf.set("spark.sql.adaptive.coalescePartitions.enabled", "false")
    bucket = sf.pmod(sf.xxhash64("seller_id"), sf.lit(buckets))
    complaints = tables.complaints.groupBy(bucket.alias("bucket"))

    # Functions, because Spark counts a method's `self` among the arguments it must fill.
    def of_complaints(left: pa.Table) -> pa.Table:
        return job.scored(left, None)

    def of_both(left: pa.Table, right: pa.Table) -> pa.Table:
        return job.scored(left, right)

    with warnings.catch_warnings():
        # Only Arrow goes to and fro, so what Spark makes of a new pandas does not concern us.
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas")
        if tables.orders is None:
            return complaints.applyInArrow(of_complaints, _PART_IN_SPARK)
        orders = tables.orders.groupBy(bucket.alias("bucket"))
        return complaints.cogroup(orders).applyInArrow(of_both, _PART_IN_SPARK)


class _ScoringJob:
    """What a worker needs to score a bucket; goes to each as arrays."""

    def __init__(self, as_of: int, trained: TrainedDetector, market: Market) -> None:
        self.as_of = as_of
        self.trained = trained
        self.market = market

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "trained": self.trained.arrays()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, trained=TrainedDetector.from_arrays(state["trained"]))

    def scored(self, complaints: pa.Table, orders: pa.Table | None) -> pa.Table:
        """One row a seller, of a bucket that holds all that each of its sellers did."""
        history = _history_of(complaints, orders, self.as_of)
        known = history.as_of(self.as_of)
        scored = score_parts(known, self.as_of, self.trained, self.market)
        columns = [
            pa.array(known.sellers, pa.string()),
            scored.score,
            scored.surprise,
            scored.brigade,
            pa.array([list(reasons) for reasons in scored.reasons], pa.list_(pa.string())),
        ]
        return pa.table(columns, schema=_PART)


def _history_of(complaints: pa.Table, orders: pa.Table | None, until: int) -> History:
    """A history from rows at hand, through the reader of files and all its checks."""
    with TemporaryDirectory(prefix="detector-") as directory:
        path = Path(directory)
        pq.write_table(complaints, path / "complaints.parquet", compression="none")
        if orders is not None:
            pq.write_table(orders, path / "orders.parquet", compression="none")
        try:
            return read_history(
                path / "complaints.parquet",
                None if orders is None else path / "orders.parquet",
                until=until,
            )
        except Refusal as why:
            raise type(why)(str(why).replace(f"{directory}{os.sep}", "a bucket of ")) from why


@contextmanager
def _refusals_told() -> Iterator[None]:
    """Turn a refusal that a worker raised into the same refusal here."""
    try:
        yield
    except PySparkException as why:
        found = re.search(r"detector\.errors\.(\w+): (.*)", str(why))
        kind = getattr(errors, found[1], None) if found else None
        if found is None or kind is None:
            raise
        raise kind(found[2].strip()) from why
