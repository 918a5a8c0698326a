"""The fingerprints of a batch, column by column: equal to `Complaint.fingerprint`, row by row.

A complaint that came in a file must be the same complaint when a request files it again. The
request's fingerprint is the hash of its JSON, so the same JSON is put together here, for many rows
at a time.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from service.intake.complaints.schemas import Complaint

TEXT: Final = pa.large_string()
TIMES: Final = frozenset({"filed_at", "decided_at"})
NUMBERS: Final = frozenset({"evidence_count"})
SAID: Final = frozenset({"source", "source_identity", "group"})
"""Fields that the fingerprint has only where a complaint names them."""
SECOND_US: Final = 1_000_000


def fingerprints_of(columns: dict[str, pa.Array]) -> list[bytes]:
    """SHA-256 of each row's JSON; `columns` are all of a complaint's fields.

    Instants are int64 microseconds, counts int32, everything else is text without control
    characters; null is what was not given.
    """
    parts: list[Any] = ["{"]
    for number, name in enumerate(Complaint.model_fields):
        before = f'{"," if number else ""}"{name}":'
        if name in SAID:
            said = _joined(before, _quoted(_escaped(columns[name])))
            parts.append(pc.fill_null(said, ""))
        else:
            parts += [before, _json(name, columns[name])]
    lines = _joined(*parts, "}")
    return [sha256(line).digest() for line in lines.cast(pa.large_binary()).to_pylist()]


def _joined(*parts: Any) -> pa.Array:  # noqa: ANN401 - Arrow has no types
    """Texts put together row by row; a plain string stands in every row."""
    texts = [pa.scalar(part, TEXT) if isinstance(part, str) else part for part in parts]
    return pc.binary_join_element_wise(*texts, pa.scalar("", TEXT))


def _json(name: str, column: pa.Array) -> pa.Array:
    if name in NUMBERS:
        text = column.cast(TEXT)
    else:
        text = _quoted(_instants(column) if name in TIMES else _escaped(column))
    return pc.fill_null(text, "null")


def _quoted(texts: pa.Array) -> pa.Array:
    return _joined('"', texts, '"')


def _escaped(texts: pa.Array) -> pa.Array:
    slashed = pc.replace_substring(texts, "\\", "\\\\")
    return pc.replace_substring(slashed, '"', '\\"')


def _instants(column: pa.Array) -> pa.Array:
    """As `text_of` writes them: a fraction only where there is one."""
    whole = pc.divide(column, SECOND_US)
    second = pc.strftime(whole.cast(pa.timestamp("s")), "%Y-%m-%dT%H:%M:%S").cast(TEXT)
    fraction = pc.subtract(column, pc.multiply(whole, SECOND_US))
    digits = pc.utf8_lpad(fraction.cast(TEXT), 6, "0")
    ends = pc.if_else(pc.equal(fraction, 0), pa.scalar("", TEXT), _joined(".", digits))
    return _joined(second, ends, "Z")
