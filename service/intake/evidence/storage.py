"""Where evidence files lie: under the SHA-256 of their content, behind a small interface."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import Annotated, Final, Protocol

from fastapi import Depends, Request

from service.refusals import EvidenceAway, NoSuchEvidence

_SHA256: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


class Storage(Protocol):
    """Keeps files by content; what is put twice is kept once."""

    def put(self, content: bytes) -> str:
        """Keep a file; its SHA-256 in hex. Raises EvidenceAway when it cannot be kept."""

    def get(self, sha: str) -> bytes:
        """A kept file; NoSuchEvidence when it is gone."""

    def remove(self, sha: str) -> bool:
        """Remove a file; whether it was there. Raises EvidenceAway when it cannot be removed."""

    def older_than(self, instant: int) -> Iterator[str]:
        """The files that were kept before an instant (microseconds UTC)."""


class Folder:
    """Files in a directory, named only by their own hash: no client's name ever reaches a path."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def put(self, content: bytes) -> str:
        """Keep a file: written beside, flushed to the disk, renamed; its SHA-256 in hex.

        What lies there damaged is put right.
        """
        sha = sha256(content).hexdigest()
        path = self._path(sha)
        beside = path.with_name(f".{sha}.{token_hex(4)}")
        try:
            if _is_whole(path, sha):
                return sha
            path.parent.mkdir(parents=True, exist_ok=True)
            with beside.open("xb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            beside.replace(path)
        except OSError as error:
            _remove(beside)
            raise EvidenceAway(f"the evidence cannot be kept now: {error.strerror}") from error
        return sha

    def get(self, sha: str) -> bytes:
        """A kept file, checked against its hash; NoSuchEvidence when it is gone or damaged."""
        path = self._path(sha)
        try:
            if path.exists() and not path.is_file():  # a pipe or device might never end
                raise NoSuchEvidence("something else lies in place of the file of this evidence")
            content = path.read_bytes()
        except FileNotFoundError as error:
            raise NoSuchEvidence("the file of this evidence is gone") from error
        except OSError as error:
            raise EvidenceAway(f"the evidence cannot be read now: {error.strerror}") from error
        if sha256(content).hexdigest() != sha:
            raise NoSuchEvidence("the file of this evidence was changed on disk")
        return content

    def remove(self, sha: str) -> bool:
        """Remove a file; whether it was there."""
        try:
            self._path(sha).unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise EvidenceAway(f"the evidence cannot be removed now: {error.strerror}") from error
        return True

    def older_than(self, instant: int) -> Iterator[str]:
        """The files that were kept before an instant."""
        for path in sorted(self._directory.glob("??/*")):
            if path.stat().st_mtime_ns // 1_000 < instant and _SHA256.fullmatch(path.name):
                yield path.name

    def _path(self, sha: str) -> Path:
        if not _SHA256.fullmatch(sha):
            raise NoSuchEvidence("not the hash of a file")
        return self._directory / sha[:2] / sha


def _is_whole(path: Path, sha: str) -> bool:
    try:
        return path.is_file() and sha256(path.read_bytes()).hexdigest() == sha
    except FileNotFoundError:
        return False  # an erasure removed it since


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return  # a read-only folder holds nothing of ours to remove


async def _storage_of(request: Request) -> Storage:
    storage: Storage = request.app.state.storage
    return storage


EvidenceStorage = Annotated[Storage, Depends(_storage_of)]
"""What a route asks for that keeps, shows or removes files."""
