"""A text file as a stream of UTF-8 bytes, unpacked: the CSV parser accepts nothing else.

Bytes that are not UTF-8 are either marked by a character that no text has (MARKED), so that their
cells can be refused, or decoded as Windows' Western European (WESTERN).
"""

from __future__ import annotations

import codecs
import gzip
import io
from pathlib import Path
from typing import Any, Final

from training.tables.reading.quotes import Quotes

MARK: Final = "\ufdd0"
"""A code point that Unicode sets aside for uses like this one, never for text."""
MARKED: Final = "marked"
WESTERN: Final = "western"


def open_unpacked(path: Path) -> Any:  # noqa: ANN401 - gzip's and the file's readers share no type
    """The file's bytes, unpacked."""
    return gzip.open(path) if path.name.lower().endswith(".gz") else path.open("rb")


class Utf8Stream(io.RawIOBase):
    """A file's UTF-8 bytes with a last line break supplied; `quotes` follow what passes."""

    def __init__(self, path: Path, foreign_bytes: str, quotes: Quotes | None = None) -> None:
        super().__init__()
        self._stream = open_unpacked(path)
        self._decoder = codecs.getincrementaldecoder("utf-8")(f"foreign-{foreign_bytes}")
        self._ready = bytearray()
        self._ended = False
        self._quotes = quotes

    def readable(self) -> bool:
        """Always."""
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes: as many as asked for, but at the end."""
        while not self._ended and (size < 0 or len(self._ready) < size):
            piece: bytes = self._stream.read(size)
            if self._quotes is not None:
                self._quotes.follow(piece)
            self._ended = not piece
            self._ready += self._decoder.decode(piece, final=self._ended).encode()
            if self._ended:
                self._ready += b"\n"
        taken = bytes(self._ready[:size] if size >= 0 else self._ready)
        del self._ready[: len(taken)]
        return taken

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - any writable buffer
        """The next bytes, into a buffer."""
        piece = self.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        """Close the file as well."""
        self._stream.close()
        super().close()


def _marked(error: UnicodeError) -> tuple[str, int]:
    start, end = _span(error)
    return MARK * (end - start), end


def _western(error: UnicodeError) -> tuple[str, int]:
    start, end = _span(error)
    foreign: bytes = error.object[start:end]  # type: ignore[attr-defined]
    return foreign.decode("cp1252", "replace"), end


def _span(error: UnicodeError) -> tuple[int, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.start, error.end


codecs.register_error(f"foreign-{MARKED}", _marked)
codecs.register_error(f"foreign-{WESTERN}", _western)
