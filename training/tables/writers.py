"""Writing the scores table: Parquet, CSV or CSV.gz, complete or not at all.

with scores_writer("scores.parquet") as write:
    write(assessments)
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from detector.errors import BadInput
from training.tables.instants import text_of

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


class Scores(Protocol):
    """The assessments of n sellers at one instant, as columns."""

    @property
    def seller_ids(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def as_of(self) -> int: ...  # noqa: D102
    @property
    def score(self) -> NDArray[np.float64]: ...  # noqa: D102
    @property
    def surprise(self) -> NDArray[np.float64]: ...  # noqa: D102
    @property
    def p_value(self) -> NDArray[np.float64]: ...  # noqa: D102
    @property
    def q_value(self) -> NDArray[np.float64]: ...  # noqa: D102
    @property
    def flagged(self) -> NDArray[np.bool_]: ...  # noqa: D102
    @property
    def rank(self) -> NDArray[np.int64]: ...  # noqa: D102
    @property
    def reasons(self) -> tuple[tuple[str, ...], ...]: ...  # noqa: D102


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
def scores_writer(path: str | Path) -> Iterator[Callable[[Scores], None]]:
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
def _sink(path: Path, beside: Path) -> Iterator[Callable[[Scores], None]]:
    name = path.name.lower()
    if name.endswith((".parquet", ".pq")):
        with pq.ParquetWriter(beside, SCORES) as parquet:
            yield lambda scores: parquet.write_table(scores_table(scores))
        return
    compression = "gzip" if name.endswith(".gz") else None
    with (
        pa.output_stream(str(beside), compression=compression) as stream,
        pa_csv.CSVWriter(stream, SCORES_AS_TEXT) as text,
    ):
        yield lambda scores: text.write_table(_text_table(scores))


def scores_table(scores: Scores) -> pa.Table:
    """One row a seller, first rank first."""
    order = pa.array(np.argsort(scores.rank, kind="stable"))
    columns = [
        pa.array(scores.seller_ids, pa.string()),
        pa.repeat(pa.scalar(scores.as_of, SCORES.field("as_of").type), len(scores.seller_ids)),
        *(
            pa.array(getattr(scores, name))
            for name in ("score", "surprise", "p_value", "q_value", "flagged", "rank")
        ),
        _reasons(scores),
    ]
    return pa.table(columns, schema=SCORES).take(order)


def _reasons(scores: Scores) -> pa.ListArray:
    """Most sellers have none, so lists are made of the others' sentences and of lengths."""
    lengths = np.fromiter(map(len, scores.reasons), dtype=np.int32, count=len(scores.reasons))
    sentences = [sentence for reasons in scores.reasons for sentence in reasons]
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(sentences, pa.string()))


def _text_table(scores: Scores) -> pa.Table:
    table = scores_table(scores)
    as_of = pa.repeat(pa.scalar(text_of(scores.as_of)), table.num_rows)
    lists = table["reasons"].to_pylist()
    reasons = [json.dumps(found, ensure_ascii=False) if found else "[]" for found in lists]
    table = table.set_column(1, "as_of", as_of)
    return table.set_column(8, "reasons", pa.array(reasons, pa.string()))
