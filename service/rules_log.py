"""Reads a log of the deduction rules: one JSON object a line, in the order recorded.

A line that is no event is refused with its number and the reason; the others count all the same.
Only a file that cannot be read at all is refused as a whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple, NoReturn

from detector.errors import BadInput
from detector.rules import Event, Refused, event_of

STRETCH_BYTES: Final = 16_000_000


class Log(NamedTuple):
    """What a log holds: its events, each with its line, and the lines that are none."""

    events: list[Event]
    refused: list[Refused]


def read_log(path: Path) -> Log:
    """Read a log file. Raises BadInput when the file cannot be read."""
    log = Log([], [])
    number = 1
    for stretch in _stretches(path):
        _read_lines(stretch, number, log)
        number += stretch.count(b"\n")
    return log


def _read_lines(stretch: bytes, first: int, log: Log) -> None:
    for number, line in enumerate(stretch.split(b"\n"), first):
        if not line.strip():
            continue
        try:
            log.events.append(event_from(line, number))
        except BadInput as refusal:
            log.refused.append(Refused(number, str(refusal)))


def event_from(line: bytes, number: int) -> Event:
    """Read one line. Raises BadInput that says what is wrong with it."""
    try:
        fields = json.loads(line.decode("utf-8"), parse_constant=_no_number)
    except UnicodeDecodeError:
        raise BadInput("the line is not UTF-8 text") from None
    except (ValueError, RecursionError) as error:
        raise BadInput(f"the line is not JSON: {error}") from None
    return event_of(fields, number)


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _stretches(path: Path) -> Iterator[bytes]:
    """Yield the file in stretches of whole lines."""
    try:
        with path.open("rb") as file:
            mark = b"\xef\xbb\xbf"
            if file.read(len(mark)) != mark:
                file.seek(0)
            while stretch := file.read(STRETCH_BYTES):
                yield stretch + file.readline()
    except IsADirectoryError:
        raise BadInput(f"{path} is a directory, not a log file") from None
    except FileNotFoundError:
        raise BadInput(f"there is no log file {path}") from None
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}") from None
