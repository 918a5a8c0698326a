"""Between the registry's artifacts and the detectors they hold."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from detector.errors import BadArtifact, BadInput
from detector.history.history import History
from detector.levels import Levels, levels_at
from detector.trained import CONTRACTS, TrainedDetector
from models.artifact import Artifact
from models.manifest import Manifest
from models.registry import Registry


@dataclass(frozen=True, slots=True)
class LoadedDetector:
    """A detector and where it came from."""

    trained: TrainedDetector
    manifest: Manifest

    @property
    def version(self) -> str:
        """The artifact's version."""
        return self.manifest.version

    def levels_at(self, history: History, as_of: int) -> Levels:
        """The level of every seller before an instant; BadInput where orders are not known."""
        if self.manifest.facts.orders_known is False:
            raise BadInput(f"{self.version} learnt without orders; train with them to list levels")
        return levels_at(history, as_of, self.trained)


def registry_at(directory: str | Path) -> Registry:
    """The registry of detectors in a directory; other feature contracts are refused."""
    return Registry(directory, contracts=CONTRACTS)


def load_detector(directory: str | Path, version: str | None = None) -> LoadedDetector:
    """Load a version, by default the promoted one; BadArtifact where it cannot be trusted."""
    return detector_in(registry_at(directory).load(version))


def detector_in(artifact: Artifact) -> LoadedDetector:
    """The detector that an artifact holds; BadArtifact where its arrays make none."""
    trained = TrainedDetector.from_arrays(artifact.arrays)
    named = artifact.manifest.facts.feature_contract
    if trained.contract != named:
        raise BadArtifact(
            f"{artifact.path}: names the features {named!r} and holds those of "
            f"{trained.contract!r}; restore it or train again"
        )
    return LoadedDetector(trained, artifact.manifest)


def fingerprint_of(history: History) -> str:
    """SHA-256 of a history's content: equal histories, however stored, give equal ones."""
    digest = hashlib.sha256()
    for table in (history.complaints, history.orders):
        if table is None:
            continue
        for field in fields(table):
            column = getattr(table, field.name)
            # Hash as older versions did (16-bit codes, no withdrawals, times of evidence or
            # groups), so that recorded fingerprints stay valid. What follows from other columns
            # adds none.
            if field.name in ("withdrawn_at", "evidence_at", "group") and column is None:
                continue
            # Nothing is learnt from when a complaint was recorded.
            if field.name in ("elsewhere", "recorded_at"):
                continue
            if field.name == "category" and len(history.categories) <= np.iinfo(np.int16).max:
                column = column.astype(np.int16)
            digest.update(field.name.encode())
            digest.update(b"" if column is None else column.tobytes())
    groups = ("\0", *history.groups) if history.groups else ()
    for name in (*history.sellers, "\0", *history.categories, *groups):
        digest.update(name.encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()
