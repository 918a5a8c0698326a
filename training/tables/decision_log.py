"""A log of decisions in a file: one JSON event a line, read whole, looked up by line."""

from __future__ import annotations

from array import array
from io import BytesIO
from itertools import accumulate
from pathlib import Path

from detector.errors import BadInput

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class FileLines:
    """The lines of a file's content, without their ends; each is cut out when it is asked for."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._starts = array("q", accumulate(map(len, BytesIO(content)), initial=0))
        if content and not content.endswith(b"\n"):
            self._starts.pop()
        self._starts.append(len(content) + 1)
        if content.startswith(_BYTE_ORDER_MARK):
            self._starts[0] = len(_BYTE_ORDER_MARK)

    def __len__(self) -> int:
        return len(self._starts) - 1

    def __getitem__(self, place: int) -> bytes:
        starts = self._starts
        return self._content[starts[place] : starts[place + 1] - 1]


def read_lines(path: Path) -> FileLines:
    """Read the lines of a log file. Raises BadInput when the file cannot be read."""
    try:
        content = path.read_bytes()
    except IsADirectoryError:
        raise BadInput(f"{path} is a directory, not a log file") from None
    except FileNotFoundError:
        raise BadInput(f"there is no log file {path}") from None
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}") from None
    return FileLines(content)
