"""One artifact on disk: a directory with `arrays.npz`, `manifest.json` and `card.md`.

Beside them may lie `budgets.json`, `drift.json` and `gate.json`, each made later and sealed by
itself.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from numpy.typing import NDArray

from detector.drift import DriftReport
from detector.errors import BadArtifact
from models.arrays import arrays_in, bytes_of
from models.budgets import BudgetCurve, curve_of, text_of_curve
from models.card import card_of
from models.drifts import drift_in, text_of_drift
from models.gates import GateVerdict, text_of_verdict, verdict_of
from models.manifest import Facts, Manifest, library_versions, manifest_of, text_of_manifest

ARRAYS: Final = "arrays.npz"
MANIFEST: Final = "manifest.json"
CARD: Final = "card.md"
BUDGETS: Final = "budgets.json"
DRIFT: Final = "drift.json"
GATE: Final = "gate.json"


@dataclass(frozen=True, slots=True)
class Artifact:
    """A loaded artifact: what a training job produced, checked."""

    version: str
    arrays: Mapping[str, NDArray[Any]]
    manifest: Manifest
    path: Path


def write_artifact(
    directory: Path, version: str, arrays: Mapping[str, NDArray[Any]], facts: Facts
) -> Manifest:
    """Write the files of an artifact into an existing directory, and through to the disk."""
    content = bytes_of(arrays)
    manifest = Manifest(
        version=version,
        facts=facts,
        arrays_sha256=hashlib.sha256(content).hexdigest(),
        libraries=library_versions(),
    )
    _write(directory / ARRAYS, content)
    _write(directory / CARD, card_of(manifest).encode())
    _write(directory / MANIFEST, text_of_manifest(manifest).encode())
    return manifest


def read_manifest(directory: Path) -> Manifest:
    """The manifest of an artifact; BadArtifact where there is none that can be trusted."""
    path = directory / MANIFEST
    manifest = manifest_of(_read(path).decode("utf-8", "replace"), str(path))
    if manifest.version != directory.name:
        raise BadArtifact(
            f"{path}: belongs to version {manifest.version}; name the directory so, or restore it"
        )
    return manifest


def read_artifact(directory: Path, *, contracts: Collection[str] | None = None) -> Artifact:
    """Load an artifact; BadArtifact where a file is missing, changed, or of another contract."""
    manifest = read_manifest(directory)
    if contracts is not None and manifest.facts.feature_contract not in contracts:
        raise BadArtifact(
            f"{directory}: was trained on features {manifest.facts.feature_contract!r}, this "
            f"detector computes {' or '.join(map(repr, contracts))}; train again"
        )
    path = directory / ARRAYS
    content = _read(path)
    if hashlib.sha256(content).hexdigest() != manifest.arrays_sha256:
        raise BadArtifact(
            f"{path}: is not what its manifest was written for (SHA-256 differs); restore it or "
            "train again"
        )
    return Artifact(manifest.version, arrays_in(content, path), manifest, directory)


def write_budgets(directory: Path, curve: BudgetCurve) -> None:
    """Write what budgets buy beside an artifact; BadArtifact where it is another one's."""
    path, text = directory / BUDGETS, text_of_curve(curve)
    curve_of(text, read_manifest(directory), str(path))
    _keep(path, text)


def write_drift(directory: Path, report: DriftReport) -> None:
    """Write how weeks since a training compare with those before beside their artifact."""
    _keep(directory / DRIFT, text_of_drift(report, read_manifest(directory)))


def write_verdict(directory: Path, verdict: GateVerdict) -> None:
    """Write the gate's verdict beside its version; BadArtifact where it is another one's."""
    path, text = directory / GATE, text_of_verdict(verdict)
    verdict_of(text, read_manifest(directory), str(path))
    _keep(path, text)


def _keep(path: Path, text: str) -> None:
    """Write a file beside an artifact, complete or not at all."""
    beside = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
    try:
        _write(beside, text.encode())
        beside.replace(path)
        settle(path.parent)
    except OSError as why:
        raise BadArtifact(f"{path}: cannot be written: {why.strerror}") from why
    finally:
        beside.unlink(missing_ok=True)


def read_budgets(directory: Path) -> BudgetCurve | None:
    """What is kept beside an artifact; None where nothing is, BadArtifact where it is damaged."""
    path = directory / BUDGETS
    if not path.exists():
        return None
    return curve_of(_read(path).decode("utf-8", "replace"), read_manifest(directory), str(path))


def read_drift(directory: Path) -> DriftReport | None:
    """What is kept of its drift; None where nothing is, BadArtifact where it is damaged."""
    path = directory / DRIFT
    if not path.exists():
        return None
    return drift_in(_read(path).decode("utf-8", "replace"), read_manifest(directory), str(path))


def drift_mark(directory: Path) -> tuple[object, ...]:
    """What is another once the kept drift of an artifact may be: the state of both its files."""
    return tuple(_state_of(directory / name) for name in (DRIFT, MANIFEST))


def _state_of(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def read_verdict(directory: Path) -> GateVerdict | None:
    """What the gate said of it; None where it was not asked, BadArtifact where it is damaged."""
    path = directory / GATE
    if not path.exists():
        return None
    return verdict_of(_read(path).decode("utf-8", "replace"), read_manifest(directory), str(path))


def settle(directory: Path) -> None:
    """Make a rename survive a power cut."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as why:
        raise BadArtifact(f"{path}: is missing; restore it or train again") from why
    except OSError as why:
        raise BadArtifact(f"{path}: cannot be read: {why.strerror}") from why


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
