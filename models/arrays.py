"""Arrays in a file: NumPy's .npz, written alike every time, read without trusting it.

Reading executes nothing in the file (no pickle), and checks every size before it uses it.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detector.errors import BadArtifact

BYTES_MAX: Final = 2 << 30
"""Two gigabytes: a hundred times the largest forest; more is no artifact but a trap."""


def bytes_of(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """The file's content; equal arrays give equal bytes. BadArtifact where one holds objects."""
    for name, array in arrays.items():
        if np.asarray(array).dtype.hasobject:
            raise BadArtifact(f"array {name} holds Python objects; only plain numbers can be saved")
    stream = io.BytesIO()
    ordered: dict[str, Any] = {name: arrays[name] for name in sorted(arrays)}
    np.savez(stream, allow_pickle=False, **ordered)
    return stream.getvalue()


def arrays_in(content: bytes, source: Path) -> dict[str, NDArray[Any]]:
    """The arrays of a file's content, read-only; BadArtifact names `source` and what is wrong."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            _check_members(members, source)
            return {m.filename.removesuffix(".npy"): _array(archive, m, source) for m in members}
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        EOFError,
        OSError,
        NotImplementedError,
    ) as why:
        raise BadArtifact(f"{source}: is damaged or no .npz file ({why}); train again") from why
    except (ValueError, RuntimeError, SyntaxError, MemoryError) as why:
        raise BadArtifact(f"{source}: holds something else than plain arrays ({why})") from why


def _check_members(members: list[zipfile.ZipInfo], source: Path) -> None:
    names = [member.filename for member in members]
    if len(set(names)) < len(names):
        raise BadArtifact(f"{source}: has an array twice; train again")
    for member in members:
        if not member.filename.endswith(".npy"):
            raise BadArtifact(f"{source}: holds {member.filename!r}, which is no array")
    if sum(member.file_size for member in members) > BYTES_MAX:
        raise BadArtifact(f"{source}: would unpack to more than {BYTES_MAX >> 30} GB; not loaded")


def _array(archive: zipfile.ZipFile, member: zipfile.ZipInfo, source: Path) -> NDArray[Any]:
    with archive.open(member) as packed:
        # Reading one byte more than stated shows a false size.
        stream = io.BytesIO(packed.read(member.file_size + 1))
    version = np.lib.format.read_magic(stream)
    read_header = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }.get(version)
    if read_header is None:
        raise BadArtifact(f"{source}: array {member.filename} is of an unknown format {version}")
    shape, by_columns, dtype = read_header(stream)
    if dtype.hasobject:
        raise BadArtifact(f"{source}: array {member.filename} holds pickled objects; not loaded")
    data = stream.read()
    count = 1
    for length in shape:
        count *= length
    if count < 0 or count * dtype.itemsize != len(data):
        raise BadArtifact(
            f"{source}: array {member.filename} is not as long as it says; train again"
        )
    array = np.frombuffer(data, dtype=dtype, count=count)
    return array.reshape(shape, order="F" if by_columns else "C")
