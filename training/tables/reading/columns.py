"""One column of a batch, checked: texts, instants, counts.

A column of a wrong type refuses the table; a wrong value refuses its row.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from detector.errors import BadInput
from detector.instants import LATEST, unbounded_instant_of
from training.tables.instants import text_of
from training.tables.reading.refusals import Rows, meaning_of
from training.tables.reading.utf8_stream import MARK

TEXT: Final = pa.large_string()
COUNT_MAX: Final = 2**31 - 1
_PER_SECOND: Final[dict[str, float]] = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
_WHOLE: Final = re.compile(r"[+-]?\d{1,18}(\.0*)?", re.ASCII)
_REMEDIES: Final = {
    "complaint_id": "; give each complaint an id, or leave the column out by detector import "
    "tables --map complaint_id=, which numbers complaints by file and row"
}
"""What to do where a text is missing, by its column."""
_NOT_UTF8: Final = "is not UTF-8; save the file as UTF-8"
_NO_TIME: Final = "is not a time; ISO 8601 is wanted, such as 2024-05-01 or 2024-05-01T12:00:00Z"
_BARE_NUMBER: Final = (
    "is a number, which does not say whether it counts seconds, milliseconds or days; "
    "write times as ISO 8601, such as 2024-05-01T12:00:00Z"
)
_NUMBER: Final = r"^\s*[+-]?[0-9]+(\.[0-9]*)?\s*$"


def texts_in(rows: Rows, name: str, *, required: bool) -> pa.LargeStringArray:
    """Texts, null where missing; whole numbers become their digits."""
    column = _plain(rows, name)
    if not (_is_text(column.type) or _is_whole(column.type)):
        _refuse_type(rows, name, column.type, "text or whole numbers are")
    texts = _decoded(rows, name, column)
    texts = pc.if_else(pc.equal(texts, ""), pa.scalar(None, TEXT), texts)
    if required:
        rows.refuse(mask_of(pc.is_null(texts)), name, f"is missing{_REMEDIES.get(name, '')}")
    return texts


def instants_in(
    rows: Rows, name: str, *, required: bool, now: int | None
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Microseconds UTC of timestamps, dates or ISO 8601 texts, and which are there."""
    column = _plain(rows, name)
    if _is_text(column.type):
        instants, present = _parsed(rows, name, _decoded(rows, name, column))
    elif pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
        instants, present = _converted(rows, name, column)
    else:
        _refuse_type(rows, name, column.type, "timestamps, dates or ISO 8601 texts are")
    if required:
        rows.refuse(~present, name, "is missing")
    rows.refuse(present & (instants < 0), name, "lies before 1970")
    rows.refuse(present & (instants >= LATEST), name, "lies after the year 8999")
    if now is not None:
        rows.refuse(present & (instants > now), name, f"lies in the future (now is {text_of(now)})")
    return instants, present


def counts_in(
    rows: Rows, name: str, *, required: bool
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Whole numbers from 0 up, and which are there."""
    column = _plain(rows, name)
    kind = column.type
    if _is_text(kind):
        found = _map_distinct(_decoded(rows, name, column), _whole)
        rows.refuse(found.wrong, name, "is not a whole number")
        counts, present = found.values, found.present
    elif pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        counts, present = _numbers(rows, name, column)
    else:
        _refuse_type(rows, name, kind, "whole numbers are")
    if required:
        rows.refuse(~present, name, "is missing")
    rows.refuse(present & (counts < 0), name, "is negative")
    rows.refuse(present & (counts > COUNT_MAX), name, "is too large for a count")
    return counts, present


def chosen(texts: pa.LargeStringArray, rows: NDArray[np.bool_]) -> pa.LargeStringArray:
    """The texts of the masked rows; no copy where that is all of them, as it mostly is."""
    return texts if bool(rows.all()) else texts.filter(pa.array(rows))


def _plain(rows: Rows, name: str) -> pa.Array:
    """The column without dictionary, of nulls only where the table has none."""
    column = rows.column(name)
    if column is None or pa.types.is_null(column.type):
        return pa.nulls(len(rows), TEXT)
    # Data frames make a column of NaN of one that nobody filled.
    if pa.types.is_floating(column.type) and pc.all(pc.is_null(column, nan_is_null=True)).as_py():
        return pa.nulls(len(rows), TEXT)
    if pa.types.is_dictionary(column.type):
        return column.dictionary_decode()
    if column.type == pa.uuid():
        return _uuid_texts(column.storage)
    return column


def _uuid_texts(column: pa.FixedSizeBinaryArray) -> pa.Array:
    """The usual writing of 16 bytes: 32 digits in groups of 8, 4, 4, 4 and 12."""
    filled = pc.fill_null(column, pa.scalar(bytes(16), column.type))
    raw = np.frombuffer(b"".join(filled.to_pylist()), dtype=np.uint8).reshape(-1, 16)
    digits = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)
    pairs = np.stack([digits[raw >> 4], digits[raw & 15]], axis=2).reshape(-1, 32)
    texts = np.insert(pairs, [8, 12, 16, 20], ord("-"), axis=1)
    ends = pa.array(np.arange(len(column) + 1) * texts.shape[1], pa.int64())
    written = pa.LargeStringArray.from_buffers(
        len(column), ends.buffers()[1], pa.py_buffer(texts.tobytes())
    )
    return pc.if_else(pc.is_valid(column), written, pa.scalar(None, TEXT))


def _is_text(kind: pa.DataType) -> bool:
    checks = ("string", "large_string", "string_view", "binary", "large_binary", "binary_view")
    return any(getattr(pa.types, f"is_{check}")(kind) for check in checks)


def _is_whole(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or (pa.types.is_decimal(kind) and kind.scale == 0))


def _refuse_type(rows: Rows, name: str, kind: pa.DataType, wanted: str) -> None:
    why = f"column {name} is of type {kind}; {wanted} wanted{meaning_of(name)}"
    raise BadInput(f"{rows.place}: {why}")


def _decoded(rows: Rows, name: str, column: pa.Array) -> pa.LargeStringArray:
    """As large strings; texts that are not UTF-8 are refused and become null."""
    if not _is_text(column.type):
        return column.cast(TEXT)
    # By way of bytes, as Arrow believes every text column to be UTF-8, even a damaged file's.
    cells = column.cast(pa.large_binary())
    try:
        texts = cells.cast(TEXT)
        foreign = mask_of(pc.fill_null(pc.match_substring(texts, MARK), fill_value=False))
    except pa.ArrowInvalid:
        texts = pa.array([_utf8(cell) for cell in cells.to_pylist()], TEXT)
        foreign = mask_of(pc.and_(pc.is_null(texts), pc.is_valid(column)))
    rows.refuse(foreign, name, _NOT_UTF8)
    return texts


def _utf8(cell: bytes | None) -> str | None:
    try:
        return None if cell is None else cell.decode()
    except UnicodeDecodeError:
        return None


def _parsed(
    rows: Rows, name: str, texts: pa.LargeStringArray
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Arrow parses the usual forms at once; the others go through `instant_of` one by one."""
    for kind in (pa.timestamp("us"), pa.timestamp("us", "UTC")):
        try:
            return _filled(texts.cast(kind).cast(pa.int64()))
        except pa.ArrowInvalid:
            continue
    found = _map_distinct(texts, _instant)
    bare = mask_of(pc.fill_null(pc.match_substring_regex(texts, _NUMBER), fill_value=False))
    rows.refuse(found.wrong & bare, name, _BARE_NUMBER)
    rows.refuse(found.wrong, name, _NO_TIME)
    return found.values, found.present


def _converted(
    rows: Rows, name: str, column: pa.Array
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    if pa.types.is_date(column.type):
        column = column.cast(pa.date32()).cast(pa.int32())
        per_second = 1 / 86_400
    else:
        per_second = _PER_SECOND[column.type.unit]
    ticks, present = _filled(column.cast(pa.int64()))
    per_us = 1_000_000 / per_second
    # Only what would overflow; the exact bounds are those of every instant.
    beyond = np.abs(ticks.astype(np.float64)) * per_us >= 2 * LATEST
    rows.refuse(present & beyond, name, "is no time of this calendar")
    ticks = np.where(beyond, 0, ticks)
    if per_second > 1_000_000:
        return ticks // round(per_second / 1_000_000), present
    return ticks * round(1_000_000 / per_second), present


def _numbers(
    rows: Rows, name: str, column: pa.Array
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    try:
        return _filled(column.cast(pa.int64()))
    except pa.ArrowInvalid:
        numbers = column.cast(pa.float64())
    present = mask_of(pc.is_valid(numbers))
    values = numbers.fill_null(0.0).to_numpy(zero_copy_only=False)
    # NaN is how pandas writes a missing number.
    present &= ~np.isnan(values)
    whole = np.isfinite(values) & (np.abs(values) < 2.0**62) & (np.floor(values) == values)
    rows.refuse(present & ~whole, name, "is not a whole number")
    return np.where(whole, values, 0.0).astype(np.int64), present


class _Parsed(NamedTuple):
    """(n,) values, which texts are there, and which of them cannot be parsed."""

    values: NDArray[np.int64]
    present: NDArray[np.bool_]
    wrong: NDArray[np.bool_]


def _map_distinct(texts: pa.LargeStringArray, parse: Callable[[str], int | None]) -> _Parsed:
    """Parse every distinct text once."""
    coded = texts.dictionary_encode()
    parsed = [parse(text) for text in coded.dictionary.to_pylist()]
    values = np.array([0 if value is None else value for value in parsed] + [0], dtype=np.int64)
    wrong = np.array([value is None for value in parsed] + [False])
    present = mask_of(pc.is_valid(texts))
    place = coded.indices.fill_null(len(parsed)).to_numpy(zero_copy_only=False)
    return _Parsed(values[place], present, present & wrong[place])


def _instant(text: str) -> int | None:
    try:
        return unbounded_instant_of(text.strip())
    except ValueError:
        return None


def _whole(text: str) -> int | None:
    text = text.strip()
    return int(text.partition(".")[0]) if _WHOLE.fullmatch(text) else None


def _filled(numbers: pa.Int64Array) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    present = mask_of(pc.is_valid(numbers))
    return numbers.fill_null(0).to_numpy(zero_copy_only=False), present


def mask_of(booleans: Any) -> NDArray[np.bool_]:  # noqa: ANN401 - Arrow has no types
    """Arrow's booleans, none of them null, as a mask that may be changed."""
    mask: NDArray[np.bool_] = np.array(booleans.to_numpy(zero_copy_only=False), dtype=np.bool_)
    return mask
