"""The quick way through a log: a stretch of well-formed lines read as columns by Arrow.

`events_of` answers None whenever it is not sure to tell exactly what the careful way, line by line,
would: then that stretch is read the careful way. It never refuses anything itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from itertools import repeat
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj

from detector.rules.events import (
    ActionDone,
    Appeal,
    AppealDecided,
    Credit,
    Event,
    Verdict,
    Withdrawn,
)
from detector.rules.instants import EARLIEST, LATEST

_KINDS: Final[dict[str, Any]] = {
    "verdict": Verdict,
    "appeal": Appeal,
    "appeal_decided": AppealDecided,
    "withdrawn": Withdrawn,
    "credit": Credit,
    "action_done": ActionDone,
}
_TIMES: Final = ("recorded_at", "decided_at", "reported_at", "incident_at", "notified_at")
_REPEATED: Final = ("seller_id", "violation", "severity", "outcome", "moderator", "actor", "by")
_OPTIONAL: Final = (
    *("severity", "resolution", "points", "supersedes", "notified_at"),
    *("entity_id", "listing_id", "seconded_by"),
)
_CHOICES: Final = {
    "outcome": {
        "verdict": {"upheld", "rejected", "unfounded"},
        "appeal_decided": {"granted", "denied"},
    },
    "actor": {"verdict": {"person", "detector"}},
    "by": {"appeal": {"seller", "complainant"}},
}
_EVIDENCE: Final = pa.list_(pa.string())
_UNSURE: Final = (b'""', b"\\u001f", b"\\u001F", b"\r")
_MIXED: Final = "\x1f"


def _fields_of(kind: str) -> tuple[str, ...]:
    fields: tuple[str, ...] = _KINDS[kind]._fields
    return fields[:-2]


_SCHEMA: Final = pa.schema(
    [("event", pa.string())]
    + [
        (name, {"evidence": _EVIDENCE, "points": pa.int64()}.get(name, pa.string()))
        for name in sorted({name for kind in _KINDS for name in _fields_of(kind)})
    ]
)


def events_of(stretch: bytes, first_line: int) -> list[Event] | None:
    """Read whole lines, the first of which has the number `first_line`; None when not sure."""
    if any(doubt in stretch for doubt in _UNSURE):
        return None
    options = pj.ParseOptions(explicit_schema=_SCHEMA, unexpected_field_behavior="error")
    try:
        blocks = pj.ReadOptions(block_size=1 << 20)
        table = pj.read_json(pa.BufferReader(stretch), blocks, options)
        if table.num_rows != stretch.count(b"\n") or table["event"].null_count:
            return None
        return _events(table, first_line)
    except (pa.ArrowException, UnicodeDecodeError):
        return None


def _events(table: pa.Table, first_line: int) -> list[Event] | None:
    events: list[Event | None] = [None] * table.num_rows
    places = pa.array(range(table.num_rows), pa.int64())
    for kind in pc.unique(table["event"]).to_pylist():
        if kind not in _KINDS:
            return None
        mask = pc.equal(table["event"], kind)
        made = _of_kind(kind, table.filter(mask), places.filter(mask.combine_chunks()), first_line)
        if made is None:
            return None
        for place, event in made:
            events[place] = event
    return events  # type: ignore[return-value]  # every row is of one of the kinds


def _of_kind(
    kind: str, rows: pa.Table, places: pa.Array, first_line: int
) -> Iterable[tuple[int, Event]] | None:
    fields = _fields_of(kind)
    for name in rows.column_names:
        is_foreign = name not in fields and name != "event"
        if is_foreign and rows[name].null_count != rows.num_rows:
            return None
        is_needed = name not in _OPTIONAL or (kind, name) == ("appeal", "notified_at")
        if name in fields and is_needed and rows[name].null_count:
            return None  # null or missing: only the careful way knows
    columns = []
    for name in fields:
        column = _column(name, kind, rows[name])
        if column is None:
            return None
        columns.append(column)
    at = places.to_pylist()
    lines = [first_line + place for place in at]
    make = partial(tuple.__new__, _KINDS[kind])
    return zip(at, map(make, zip(*columns, lines, repeat(None))), strict=False)


def _column(name: str, kind: str, column: pa.ChunkedArray) -> Iterable[Any] | None:
    if column.null_count == len(column):
        return repeat(None)
    if name in _TIMES:
        return _instants(column)
    if name == "evidence":
        joined = pc.binary_join(column, _MIXED)
        if joined.null_count:
            return None
        return _decoded(joined, lambda text: tuple(text.split(_MIXED)) if text else ())
    if name == "points":
        bounds = pc.min_max(column).as_py()
        return column.to_pylist() if bounds["min"] > 0 and bounds["max"] < 10**9 else None
    choices = _CHOICES.get(name, {}).get(kind)
    if choices is not None and not set(pc.unique(column).to_pylist()) <= choices:
        return None
    return _decoded(column, str) if name in _REPEATED else column.to_pylist()


def _instants(column: pa.ChunkedArray) -> list[int | None] | None:
    instants = column.cast(pa.timestamp("us", "UTC")).cast(pa.int64())
    bounds = pc.min_max(instants).as_py()
    if not EARLIEST <= bounds["min"] <= bounds["max"] < LATEST:
        return None
    told: list[int | None] = instants.to_pylist()
    return told


def _decoded(column: pa.ChunkedArray, read: Any) -> list[Any]:  # noqa: ANN401 - str or a splitter
    """Read each different value once, so that equal ones are one object."""
    encoded = column.dictionary_encode().unify_dictionaries().combine_chunks()
    values = [None if one is None else read(one) for one in encoded.dictionary.to_pylist()]
    values.append(None)
    places = encoded.indices.fill_null(len(values) - 1).to_pylist()
    return list(map(values.__getitem__, places))
