"""Scoring and training past one machine: Spark partitions by seller, our functions do the rest.

Spark reads Parquet directories or tables and brings all rows of a seller into one bucket. Each
bucket becomes a history through the reader that files go through, and is scored by the functions
that score it on one machine; nothing is written twice, so nothing can differ. What needs all
sellers stays small and is done where the command runs: the market (from at most 100,000 sellers,
as on one machine), ranks and q-values (three numbers a seller).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyspark.sql import DataFrame
from pyspark.sql import functions as sf

from detector.assess import (
    Assessments,
    Scored,
    market_of_sample,
    ranked,
    sampling_step,
    score_parts,
)
from detector.errors import BadInput, Refusal
from detector.estimates import training_step
from detector.evidence.false_alarms import NOTHING, Lately
from detector.expectation.baseline import Market
from detector.fitting import Training, train
from detector.history.history import History
from detector.kernels import OnProgress, no_progress
from detector.trained import TrainedDetector
from training.spark.refusals import refusals_raised
from training.spark.tables import (
    Tables,
    check_ids,
    last_instant,
    pandas_ignored,
    rows_before,
    sellers_known,
)
from training.tables.readers import read_history

ROWS_PER_BUCKET: Final = 1_000_000
"""Complaints and orders in a bucket: some 200 MB of a worker's memory while it is scored."""
ROWS_AT_ONCE: Final = 20_000_000
"""Sellers times instants whose scores are brought together at a time: some 2 GB."""

_PART: Final = pa.schema(
    [
        ("seller_id", pa.string()),
        ("as_of", pa.int64()),
        ("score", pa.float64()),
        ("surprise", pa.float64()),
        ("brigade", pa.bool_()),
        ("is_cut", pa.bool_()),
        ("reasons", pa.list_(pa.string())),
    ]
)
_PART_IN_SPARK: Final = (
    "seller_id string, as_of bigint, score double, surprise double, brigade boolean, "
    "is_cut boolean, reasons array<string>"
)


def assess_tables(
    tables: Tables, as_of: int, trained: TrainedDetector, *, fdr: float = 0.1
) -> Assessments:
    """`detector.assess.assess` for tables that need not fit on one machine; equal to it."""
    return next(assess_tables_each(tables, [as_of], trained, fdr=fdr))


def assess_tables_each(
    tables: Tables,
    instants: Sequence[int],
    trained: TrainedDetector,
    *,
    fdr: float = 0.1,
    in_turn: bool = False,
    on_progress: OnProgress = no_progress,
) -> Iterator[Assessments]:
    """`detector.assess.assess_each` for such tables: rows are moved once for many instants."""
    lately = NOTHING
    with refusals_raised():
        recent = rows_before(tables, instants[-1], since=instants[0])
        check_ids(recent)
        known = sellers_known(recent)
    at_once = max(ROWS_AT_ONCE // max(len(known), 1), 1)
    for first in range(0, len(instants), at_once):
        some = instants[first : first + at_once]
        with refusals_raised():
            markets = [_market(recent, known, instant, trained) for instant in some]
            job = _ScoringJob(some, trained, markets)
            parts = _by_bucket(rows_before(recent, some[-1]), job).toArrow()
        parts = parts.sort_by([("as_of", "ascending"), ("seller_id", "ascending")])
        for number, instant in enumerate(some):
            there = parts.filter(pc.field("as_of") == instant)
            found = _ranked(there, instant, trained, fdr, lately)
            if in_turn:
                lately = found.after(lately)
            yield found
            on_progress(first + number + 1, len(instants))


def _ranked(
    parts: pa.Table, instant: int, trained: TrainedDetector, fdr: float, lately: Lately
) -> Assessments:
    scored = Scored(
        parts["score"].to_numpy(),
        parts["surprise"].to_numpy(),
        parts["brigade"].to_numpy(),
        parts["is_cut"].to_numpy(),
        tuple(tuple(reasons) for reasons in parts["reasons"].to_pylist()),
    )
    sellers = tuple(parts["seller_id"].to_pylist())
    return ranked(sellers, instant, scored, trained, fdr=fdr, lately=lately)


def train_tables(
    tables: Tables,
    until: int | None = None,
    *,
    seed: int = 0,
    on_progress: OnProgress = no_progress,
) -> tuple[Training, History]:
    """`detector.fitting.train` for tables, with the history of the sellers that it learnt from.

    Spark counts and chooses the sellers; what they did then fits on one machine. Without `until`,
    the end is the first midnight (UTC) after the last complaint.
    """
    with refusals_raised():
        if until is None:
            until = last_instant(tables)
        recent = rows_before(tables, until, since=until)
        check_ids(recent)
        sellers = sellers_known(recent)["seller_id"].to_pylist()
        history = _sample(recent, sellers, training_step(len(sellers)), until)
        complaints = recent.complaints.count()
    training = train(history, until=until, seed=seed, on_progress=on_progress)
    volume = {"complaints": float(complaints), "sellers": float(len(sellers))}
    return replace(training, metrics=training.metrics | volume), history


def _market(tables: Tables, known: pa.Table, as_of: int, trained: TrainedDetector) -> Market:
    sellers = known.filter(pc.field("since") <= as_of)["seller_id"].to_pylist()
    step = sampling_step(len(sellers))
    sample = _sample(rows_before(tables, as_of), sellers, step, as_of).as_of(as_of)
    return market_of_sample(sample, step, as_of, trained)


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
    """Score bucket by bucket, on any worker."""
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

    def of_complaints_and_orders(left: pa.Table, right: pa.Table) -> pa.Table:
        return job.scored(left, right)

    with pandas_ignored():
        if tables.orders is None:
            return complaints.applyInArrow(of_complaints, _PART_IN_SPARK)
        orders = tables.orders.groupBy(bucket.alias("bucket"))
        return complaints.cogroup(orders).applyInArrow(of_complaints_and_orders, _PART_IN_SPARK)


def _release() -> str:
    try:
        return metadata.version("suspicious-seller-detector")
    except metadata.PackageNotFoundError:  # run from its sources
        return "of its sources"


class _ScoringJob:
    """What a worker needs to score a bucket; goes to each as arrays."""

    def __init__(
        self, instants: Sequence[int], trained: TrainedDetector, markets: Sequence[Market]
    ) -> None:
        self.instants = instants
        self.trained = trained
        self.markets = markets

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "trained": self.trained.arrays(), "release": _release()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        sent, here = state.pop("release"), _release()
        if sent != here:
            raise BadInput(
                f"a Spark worker has version {here} of suspicious-seller-detector, this command "
                f"has {sent}: install {sent} on each worker"
            )
        self.__dict__.update(state, trained=TrainedDetector.from_arrays(state["trained"]))

    def scored(self, complaints: pa.Table, orders: pa.Table | None) -> pa.Table:
        """One row a seller and instant, of a bucket with all that each of its sellers did."""
        history = _history_of(complaints, orders, self.instants[-1])
        at = zip(self.instants, self.markets, strict=True)
        return pa.concat_tables(self._at(history, instant, market) for instant, market in at)

    def _at(self, history: History, instant: int, market: Market) -> pa.Table:
        known = history.as_of(instant)
        scored = score_parts(known, instant, self.trained, market)
        columns = [
            pa.array(known.sellers, pa.string()),
            pa.repeat(pa.scalar(instant, pa.int64()), len(known.sellers)),
            scored.score,
            scored.surprise,
            scored.brigade,
            scored.is_cut,
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
