"""A log of decisions in a file: one JSON event a line, read whole, looked up by line."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from io import BytesIO
from itertools import accumulate
from pathlib import Path
from typing import overload

from detector.errors import BadInput
from detector.rules.decision_log import DecisionLog

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class FileLines(Sequence[bytes]):
    """The lines of a file's content, without their ends; each is cut out when it is asked for."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._starts = array("q", accumulate(map(len, BytesIO(content)), initial=0))
        if content and not content.endswith(b"\n"):
            self._starts.pop()
        self._starts.append(len(content) + 1)
        if content.startswith(_BYTE_ORDER_MARK):
            self._starts[0] = len(_BYTE_ORDER_MARK)

    def __iter__(self) -> Iterator[bytes]:
        content, begin = self._content, self._starts[0]
        for end in self._starts[1:]:
            yield content[begin : end - 1]
            begin = end

    def __len__(self) -> int:
        return len(self._starts) - 1

    @overload
    def __getitem__(self, place: int) -> bytes: ...
    @overload
    def __getitem__(self, place: slice) -> list[bytes]: ...
    def __getitem__(self, place: int | slice) -> bytes | list[bytes]:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(len(self)))]
        starts = self._starts
        return self._content[starts[place] : starts[place + 1] - 1]


def read_log(path: Path, *, by_entity: bool = False) -> DecisionLog:
    """Read a log file. Raises BadInput when the file cannot be read."""
    try:
        content = path.read_bytes()
    except IsADirectoryError:
        raise BadInput(f"{path} is a directory, not a log file") from None
    except FileNotFoundError:
        raise BadInput(f"there is no log file {path}") from None
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}") from None
    return DecisionLog(FileLines(content), by_entity=by_entity)
