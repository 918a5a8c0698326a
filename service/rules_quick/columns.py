"""A log as columns: the compiled scan, in as many threads as there are cores, and its odd lines."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from mmap import ACCESS_COPY, mmap
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np

from detector.compiled import CORES
from detector.errors import BadInput
from detector.rules import Event, Refused
from detector.rules.events import (
    ActionDone,
    Appeal,
    AppealDecided,
    Credit,
    Notice,
    Override,
    Verdict,
    Volume,
    Withdrawn,
)
from service.rules_log import event_from
from service.rules_quick import book as b
from service.rules_quick import fields as f
from service.rules_quick.fields import Bytes, Ints, words_of
from service.rules_quick.reading import mark_of
from service.rules_quick.scan import lines_in, scan

OTHER: Final = 7
"""The kind of a row that only the pure fold knows: a notice, an override or a volume."""
_KIND_OF: Final[dict[type, int]] = {
    Verdict: f.VERDICT,
    Appeal: f.APPEAL,
    AppealDecided: f.DECIDED,
    Withdrawn: f.WITHDRAWN,
    Credit: f.CREDIT,
    ActionDone: f.DONE,
    Notice: OTHER,
    Override: OTHER,
    Volume: OTHER,
}
_NAMED: Final = (
    *((f.ID, "id"), (f.SELLER_ID, "seller_id"), (f.COMPLAINT, "complaint_id")),
    *((f.REFERENCE, "verdict_id"), (f.REFERENCE, "appeal_id"), (f.REFERENCE, "target_id")),
    (f.REFERENCE, "sanction_id"),
)
T = TypeVar("T")


class Columns:
    """The rows of a log, and the events of the lines that had to be read with care."""

    def __init__(self, log: Bytes, rows: Ints) -> None:
        self.log = log
        self.rows = rows
        self.odd: dict[int, Event] = {}
        self.refused: list[Refused] = []

    def event(self, row: int) -> Event:
        """Return the event of a row."""
        known = self.odd.get(row)
        return event_from(self.line(row), row + 1) if known is None else known

    def line(self, row: int) -> bytes:
        """Return the bytes of a line, without its newline."""
        begin = int(self.rows[row, f.BEGIN])
        end = int(self.rows[row + 1, f.BEGIN]) if row + 1 < len(self.rows) else None
        line = self.log[begin:end].tobytes()
        return line[: line.index(b"\n")]

    def text(self, row: int, column: int) -> str:
        """Return a text of a row."""
        return self.text_at(int(self.rows[row, column]))

    def text_at(self, place: int) -> str:
        """Return the text at a place that a column gives."""
        begin = place >> f.LENGTH_BITS
        end = begin + (place & ((1 << f.LENGTH_BITS) - 1))
        return self.log.data[begin:end].tobytes().decode("utf-8", "surrogatepass")


def at_once(tasks: Sequence[Callable[[], T]]) -> list[T]:
    """Run compiled work in a thread each."""
    with ThreadPoolExecutor(len(tasks)) as pool:
        return [one.result() for one in [pool.submit(task) for task in tasks]]


def columns_of(
    path: Path, violations: tuple[str, ...], kinds: tuple[str, ...], share_max: float
) -> Columns | None:
    """Read a log as columns; None where more than a share of it is odd. Raises OSError."""
    log = _bytes_of(path)
    begin = 3 if bytes(log[:3]) == b"\xef\xbb\xbf" else 0
    edges = [begin]
    for n in range(1, CORES):
        near = begin + (len(log) - begin) * n // CORES
        edges.append(max(edges[-1], near + _past_newline(log[near : near + (1 << 20)])))
    edges.append(len(log))
    parts = list(pairwise(edges))
    counts = at_once([partial(lines_in, log, *part) for part in parts])
    rows = np.zeros((sum(counts), b.COLUMNS), dtype=np.int64)
    words = (*words_of(violations), *words_of(kinds))
    places = pairwise(np.cumsum([0, *counts]).tolist())
    mine = [rows[first:end] for first, end in places]
    at_once([partial(scan, log, *part, own, *words) for part, own in zip(parts, mine, strict=True)])
    columns = Columns(log, rows)
    odd = np.flatnonzero(rows[:, f.KIND] == f.ODD)
    if len(odd) > share_max * len(rows) or not _read_odd(columns, odd):
        return None
    return columns


def _past_newline(part: Bytes) -> int:
    found = np.flatnonzero(part == 10)
    return int(found[0]) + 1 if len(found) else len(part)


def _bytes_of(path: Path) -> Bytes:
    """Return the bytes of a file, which must not become shorter meanwhile; a newline ends them."""
    with path.open("rb") as file:
        if not os.fstat(file.fileno()).st_size:
            return np.array([10], dtype=np.uint8)
        mapped = mmap(file.fileno(), 0, access=ACCESS_COPY)
    log = np.frombuffer(mapped, dtype=np.uint8)
    return log if log[-1] == 10 else np.append(log, np.uint8(10))


def _read_odd(columns: Columns, odd: Ints) -> bool:
    """Read the odd lines with care, and place the texts that they name. False: one is too long."""
    rows, spelt, at = columns.rows, bytearray(), len(columns.log)
    placed: list[tuple[int, int, int, int]] = []
    for row in odd.tolist():
        rows[row, f.KIND], rows[row, f.ID : f.COLUMNS] = f.BLANK, 0
        line = columns.line(row)
        if not line.strip():
            continue
        try:
            event: Any = event_from(line, row + 1)
        except BadInput as refusal:
            columns.refused.append(Refused(row + 1, str(refusal)))
            continue
        columns.odd[row] = event
        rows[row, f.KIND], rows[row, f.RECORDED] = _KIND_OF[type(event)], event.recorded_at
        if isinstance(event, Verdict):
            rows[row, f.ACTOR] = f.ACTORS.index(event.actor)
        for column, name in _NAMED:
            text = getattr(event, name, None)
            if text is not None:
                part = text.encode("utf-8", "surrogatepass")
                place = line.find(part)
                if place < 0:  # the line has it in escapes: it is spelt out behind the log
                    placed.append((row, column, at + len(spelt), len(part)))
                    spelt += part
                else:
                    placed.append((row, column, int(rows[row, f.BEGIN]) + place, len(part)))
    if any(length >> f.LENGTH_BITS for _, _, _, length in placed):
        return False
    if spelt:
        columns.log = np.concatenate([columns.log, np.frombuffer(spelt, dtype=np.uint8)])
    for row, column, begin, length in placed:
        rows[row, column] = begin << f.LENGTH_BITS | length
        rows[row, column + f.MARK] = mark_of(columns.log, begin, begin + length)
    return True
