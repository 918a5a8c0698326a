"""Reads a log of the deduction rules: one JSON object a line, in the order recorded.

A line that is no event is refused with its number and the reason; the others count all the same.
Only a file that cannot be read at all is refused as a whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, NoReturn

from detector.errors import BadInput
from detector.rules import Event, Refused, event_of


class Log(NamedTuple):
    """What a log holds: its events, each with its line, and the lines that are none."""

    events: list[Event]
    refused: list[Refused]


def read_log(path: Path) -> Log:
    """Read a log file. Raises BadInput when the file cannot be read."""
    events: list[Event] = []
    refused: list[Refused] = []
    for number, line in enumerate(_lines(path), 1):
        if not line.strip():
            continue
        try:
            events.append(event_from(line, number))
        except BadInput as refusal:
            refused.append(Refused(number, str(refusal)))
    return Log(events, refused)


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


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file):
                yield line.removeprefix(b"\xef\xbb\xbf") if number == 0 else line
    except IsADirectoryError:
        raise BadInput(f"{path} is a directory, not a log file") from None
    except FileNotFoundError:
        raise BadInput(f"there is no log file {path}") from None
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}") from None
