"""Writing the scores table: Parquet, CSV or CSV.gz, complete or not at all.

with scores_writer("scores.parquet") as write:
    write(assessments.rows)
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from detector.errors import BadInput
from training.instants import text_of

SUFFIXES: Final = (".parquet", ".pq", ".csv", ".csv.gz")
SCORES: Final = pa.schema(
    [
        ("seller_id", pa.string()),
        ("as_of", pa.timestamp("us", tz="UTC")),
        ("score", pa.float64()),
        ("surprise", pa.float64()),
        ("p_value", pa.float64()),
        ("q_value", pa.float64()),
        ("flagged", pa.bool_()),
        ("rank", pa.int64()),
        ("reasons", pa.list_(pa.string())),
    ]
)
_AS_TEXT: Final = {"as_of": pa.string(), "reasons": pa.string()}
SCORES_AS_TEXT: Final = pa.schema([(f.name, _AS_TEXT.get(f.name, f.type)) for f in SCORES])


class Scored(Protocol):
    """One seller's assessment at one instant."""

    @property
    def seller_id(self) -> str: ...  # noqa: D102
    @property
    def as_of(self) -> int: ...  # noqa: D102
    @property
    def score(self) -> float: ...  # noqa: D102
    @property
    def surprise(self) -> float: ...  # noqa: D102
    @property
    def p_value(self) -> float: ...  # noqa: D102
    @property
    def q_value(self) -> float: ...  # noqa: D102
    @property
    def flagged(self) -> bool: ...  # noqa: D102
    @property
    def rank(self) -> int: ...  # noqa: D102
    @property
    def reasons(self) -> tuple[str, ...]: ...  # noqa: D102


def check_scores_path(path: str | Path) -> Path:
    """Refuse a place that scores cannot be written to, before anything is computed."""
    path = Path(path)
    if not path.name.lower().endswith(SUFFIXES):
        raise BadInput(f"{path}: neither .parquet, .csv nor .csv.gz; name the output so")
    if path.is_dir():
        raise BadInput(f"{path}: is a directory; name a file in it")
    if not path.parent.is_dir():
        raise BadInput(f"{path}: there is no directory {path.parent}; create it first")
    return path


@contextmanager
def scores_writer(path: str | Path) -> Iterator[Callable[[Iterable[Scored]], None]]:
    """Yield a function that appends assessments; the file appears when all are written.

    Raises BadInput where the path's suffix or directory will not do, or the disk refuses.
    """
    path = check_scores_path(path)
    beside = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
    try:
        with _sink(path, beside) as write:
            yield write
        beside.replace(path)
    except OSError as why:
        raise BadInput(f"{path}: cannot be written: {why.strerror or why}") from why
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def _sink(path: Path, beside: Path) -> Iterator[Callable[[Iterable[Scored]], None]]:
    name = path.name.lower()
    if name.endswith((".parquet", ".pq")):
        with pq.ParquetWriter(beside, SCORES) as parquet:
            yield lambda rows: parquet.write_table(_table(rows))
        return
    compression = "gzip" if name.endswith(".gz") else None
    with (
        pa.output_stream(str(beside), compression=compression) as stream,
        pa_csv.CSVWriter(stream, SCORES_AS_TEXT) as text,
    ):
        yield lambda rows: text.write_table(_text_table(rows))


def _table(rows: Iterable[Scored]) -> pa.Table:
    rows = list(rows)
    columns = [[getattr(row, field.name) for row in rows] for field in SCORES]
    return pa.table(
        [pa.array(values, field.type) for values, field in zip(columns, SCORES, strict=True)],
        schema=SCORES,
    )


def _text_table(rows: Iterable[Scored]) -> pa.Table:
    rows = list(rows)
    instants = {instant: text_of(instant) for instant in {row.as_of for row in rows}}
    table = _table(rows)
    reasons = [json.dumps(list(row.reasons), ensure_ascii=False) for row in rows]
    as_of = pa.array([instants[row.as_of] for row in rows], pa.string())
    table = table.set_column(1, "as_of", as_of)
    return table.set_column(8, "reasons", pa.array(reasons, pa.string()))
