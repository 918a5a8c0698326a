"""The model that scores, loaded once and again when another is promoted."""

from __future__ import annotations

import threading
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request

from detector.drift import DriftReport
from detector.errors import Refusal
from detector.instants import text_of
from models.changes import Note
from models.detectors import LoadedDetector, detector_in, registry_at
from models.manifest import Manifest
from service.refusals import NoModel, NoSuchModel


class ActiveModel:
    """The registry's directory, with the current model kept in memory."""

    def __init__(self, directory: Path) -> None:
        self.registry = registry_at(directory)
        self._lock = threading.Lock()
        self._model: LoadedDetector | None = None
        self._former: LoadedDetector | None = None
        self._drift: tuple[tuple[object, ...], DriftReport | None] | None = None

    def current(self) -> LoadedDetector:
        """The promoted model; NoModel when there is none, BadArtifact when it is damaged."""
        version = self.current_version()
        if not self.versions():
            raise NoModel("no trained model yet; make one with: detector train --complaints FILE")
        with self._lock:
            if self._model is None or self._model.version != version:
                self._former, self._model = self._model, detector_in(self.registry.load())
            return self._model

    def known(self, version: str) -> LoadedDetector | None:
        """A model that scored until another was promoted; None where it cannot be read."""
        with self._lock:
            for model in (self._model, self._former):
                if model is not None and model.version == version:
                    return model
        try:
            former = detector_in(self.registry.load(version))
        except Refusal:
            return None
        with self._lock:
            self._former = former
        return former

    def current_version(self) -> str | None:
        """Which version scores; None when there is none."""
        return self.registry.promoted()

    def versions(self) -> list[str]:
        """All versions, oldest first."""
        return self.registry.versions()

    def manifest_of(self, version: str) -> dict[str, Any]:
        """What is written about a version; NoSuchModel, or BadArtifact if it is damaged."""
        self.check_known(version)
        return shown_manifest(self.registry.manifest(version))

    def trained_at(self) -> int | None:
        """When the model that scores was trained; None without one that can be read."""
        try:
            version = self.current_version()
            return None if version is None else self.registry.manifest(version).facts.created_at
        except Refusal:
            return None

    def drift(self) -> DriftReport | None:
        """The drift of the model that scores, as last kept; read again once its files change.

        Raises BadArtifact.
        """
        mark, kept = self.registry.drift_mark(), self._drift
        if kept is None or kept[0] != mark:
            kept = self._drift = mark, self.registry.drift()
        return kept[1]

    def promote(self, version: str, note: Note) -> None:
        """Make a version the one that scores; it is loaded first, so a damaged one is refused.

        Raises ModelPinned, and GateRefused where the gate speaks against it and `note` says no
        reason.
        """
        self.check_known(version)
        model = detector_in(self.registry.load(version))
        self.registry.promote(version, note)
        with self._lock:
            self._former, self._model = self._model, model

    def former_version(self) -> str | None:
        """Which version a roll-back puts in use; None when there is none."""
        return self.registry.former()

    def roll_back(self, note: Note) -> str:
        """Put the version in use that was so before; raises BadArtifact, ModelPinned."""
        return self.registry.rollback(note)

    def why_not_ready(self) -> str | None:
        """Why no model can score now, in one sentence; None when one can.

        One that is in memory and gone from the directory scores on here, but nowhere else.
        """
        try:
            self.current()
            self.registry.manifest()
        except Refusal as refusal:
            return str(refusal)
        return None

    def check_known(self, version: str) -> None:
        """Raise NoSuchModel where there is no such version."""
        if version not in self.versions():
            raise NoSuchModel(f"no model has the version {version!r}")


def shown_manifest(manifest: Manifest) -> dict[str, Any]:
    """What is written about a version, as it is shown."""
    found = {f.name: getattr(manifest, f.name) for f in fields(manifest)}
    facts = found.pop("facts")
    found |= {f.name: getattr(facts, f.name) for f in fields(facts)}
    found["span"] = [text_of(instant) for instant in facts.span]
    found["created_at"] = text_of(facts.created_at)
    return found


async def _active_model_of(request: Request) -> ActiveModel:
    active_model: ActiveModel = request.app.state.active_model
    return active_model


ModelInUse = Annotated[ActiveModel, Depends(_active_model_of)]
"""What a route asks for that scores, or that changes which model scores."""
