"""The registry: a directory of artifacts, and which of them is in use.

    models/artifacts/
        v0001/  arrays.npz  manifest.json  card.md  and what is kept beside them
        v0002/
        promotions.log      one line a promotion or rollback, never rewritten
        changes.log         when, by whom and why; aliases and tags

The first version saved is promoted by itself; later ones wait for `promote`, so that nothing
changes in what is scored until somebody says so. An empty log and none at all mean the same: no
version is in use. An artifact appears complete or not at all, and savers at the same time get
different versions.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Final

from numpy.typing import NDArray

from detector.drift import DriftReport
from detector.errors import BadArtifact, GateRefused, ModelPinned
from models.artifact import (
    Artifact,
    drift_mark,
    read_artifact,
    read_budgets,
    read_drift,
    read_manifest,
    read_verdict,
    settle,
    write_artifact,
    write_budgets,
    write_drift,
    write_verdict,
)
from models.budgets import BudgetCurve
from models.changes import VERSION, Change, ChangeLog, Note
from models.gates import GateVerdict
from models.labels import PINNED, Labels
from models.manifest import Facts, Manifest

DEFAULT_DIRECTORY: Final = Path("models/artifacts")
_ATTEMPTS: Final = 1_000
"""Savers that may be ahead of one that looks for a free version."""


class Registry:
    """Artifacts in a directory, which need not exist yet.

    `contracts` are the feature contracts of which a loaded artifact must have one; None takes any.
    """

    def __init__(
        self, directory: str | Path = DEFAULT_DIRECTORY, *, contracts: Collection[str] | None = None
    ) -> None:
        self.directory = Path(directory)
        self.log = ChangeLog(self.directory)
        self.labels = Labels(self.log, self.known)
        self._contracts = contracts

    def save(self, arrays: Mapping[str, NDArray[Any]], facts: Facts) -> str:
        """Save a trained artifact under the next version, and promote it if it is the first.

        Raises BadArtifact where the directory cannot be written.
        """
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            return self._save(arrays, facts)
        except OSError as why:
            raise BadArtifact(f"{self.directory}: cannot be written: {why.strerror}") from why

    def versions(self) -> list[str]:
        """All versions, oldest first."""
        if not self.directory.exists():
            return []
        try:
            names = [path.name for path in self.directory.iterdir()]
        except OSError as why:
            raise BadArtifact(f"{self.directory}: cannot be read: {why.strerror}") from why
        return sorted((n for n in names if VERSION.fullmatch(n)), key=_number)

    def known(self, version: str) -> str:
        """The name of a version, which may be given as a number; BadArtifact where none is."""
        return self._path(version).name

    def promoted(self) -> str | None:
        """The version in use, which may be missing since; None where none was promoted."""
        stack = self.log.stack()
        return stack[-1] if stack else None

    def former(self) -> str | None:
        """The version that was in use before the last promotion; None where there was none."""
        earlier = self.log.stack()[-2:-1]
        return earlier[0] if earlier else None

    def load(self, version: str | None = None) -> Artifact:
        """Load a version, by default the promoted one; BadArtifact where it cannot be trusted."""
        return read_artifact(self._path(version), contracts=self._contracts)

    def manifest(self, version: str | None = None) -> Manifest:
        """The manifest alone, by default the promoted version's."""
        return read_manifest(self._path(version))

    def manifests(self) -> list[Manifest]:
        """The manifests of all versions, oldest first, by one look at the directory."""
        return [read_manifest(self.directory / version) for version in self.versions()]

    def verify(self, version: str | None = None) -> Manifest:
        """Check what scores with a version; BadArtifact says what is wrong with it."""
        return self.load(version).manifest

    def keep_budgets(self, curve: BudgetCurve) -> None:
        """Keep with a version what budgets buy, in place of what was kept before.

        The file appears complete or not at all. Raises BadArtifact where the curve was measured
        with other arrays than the version's.
        """
        write_budgets(self._path(curve.version), curve)

    def budgets(self, version: str | None = None) -> BudgetCurve | None:
        """What budgets buy with a version, by default the promoted one; None where none is kept."""
        return read_budgets(self._path(version))

    def promote(self, version: str, note: Note | None = None) -> None:
        """Put a version in use, after checking that it can be loaded; one in use stays so.

        Raises ModelPinned where the version in use is pinned, and GateRefused where the gate
        refused it, or judged it beside another version, and `note` says no reason.
        """
        with self.log.held():
            name = self.verify(version).version
            if name == self.promoted():
                return
            self.check_promotable(name, note.why if note else None)
            self.log.add(Change(kind="promote", version=name, line=0, note=note))

    def rollback(self, note: Note | None = None) -> str:
        """Put the version in use that was so before the last promotion; returns it.

        Raises ModelPinned where the version in use is pinned.
        """
        with self.log.held():
            stack = self.log.stack()
            if len(stack) < 2:
                raise BadArtifact(f"{self.directory}: no earlier promotion to roll back to")
            self.check_pin()
            self.verify(stack[-2])
            self.log.add(Change(kind="rollback", version=stack[-2], line=0, note=note))
            return stack[-2]

    def remove(self, version: str, note: Note) -> None:
        """Remove a version; BadArtifact where an alias names it, or it cannot be removed."""
        with self.log.held():
            path = self._path(version)
            names = self.labels.aliases_of(path.name)
            if names:
                raise BadArtifact(f"{path}: {', '.join(names)} names it, so it stays")
            self.log.add(Change(kind="prune", version=path.name, note=note))
            gone = self.directory / f".removed-{secrets.token_hex(8)}"
            try:
                path.rename(gone)  # at once: nobody reads half a version
                settle(self.directory)
                shutil.rmtree(gone)
            except OSError as why:
                raise BadArtifact(f"{path}: cannot be removed: {why.strerror}") from why

    def keep_drift(self, version: str, report: DriftReport) -> None:
        """Keep with a version how later weeks compare with its own, in place of what was kept."""
        write_drift(self._path(version), report)

    def drift(self, version: str | None = None) -> DriftReport | None:
        """What is kept of a version's drift, by default the promoted one's; None without any."""
        return read_drift(self._path(version))

    def drift_mark(self) -> tuple[object, ...]:
        """What is another once the promoted version's drift may be, without reading it."""
        path = self._path(None)
        return (path.name, *drift_mark(path))

    def keep_verdict(self, verdict: GateVerdict) -> None:
        """Keep with a version what the gate said of it, in place of what was kept before."""
        write_verdict(self._path(verdict.version), verdict)

    def verdict(self, version: str | None = None) -> GateVerdict | None:
        """What the gate said of a version, by default the promoted one; None: it was not asked."""
        return read_verdict(self._path(version))

    def check_promotable(self, version: str, reason: str | None) -> None:
        """Raise ModelPinned or GateRefused where a version may not be put in use now."""
        self.check_pin()
        self._check_gate(version, reason)

    def check_pin(self) -> None:
        """Raise ModelPinned where the version in use is pinned."""
        promoted = self.promoted()
        if promoted is not None and self.labels.aliases().get(PINNED) == promoted:
            raise ModelPinned(
                f"{promoted} is in use and pinned, so it stays; unpin it first: detector models "
                f"alias {PINNED} --remove"
            )

    def is_stale(self, verdict: GateVerdict) -> bool:
        """Whether another version is in use by now than a candidate was judged beside."""
        return self.promoted() not in (verdict.champion, verdict.version)

    def _check_gate(self, version: str, reason: str | None) -> None:
        """Raise GateRefused where a verdict speaks against a version, and no person does for it."""
        verdict = self.verdict(version)
        if verdict is None or (reason or "").strip():
            return
        if self.is_stale(verdict):
            raise GateRefused(
                f"{verdict.version} was judged beside {verdict.champion or 'no version'}, and "
                f"{self.promoted() or 'none'} is in use by now; judge it again with detector "
                "models gate, or promote it with a reason"
            )
        if not verdict.has_passed:
            stops = ", ".join(check.name for check in verdict.refusals)
            raise GateRefused(
                f"{verdict.version} did not pass the gate ({stops}); look at the figures with "
                "detector models gate, and promote it with a reason if it shall be in use all "
                "the same"
            )

    def _save(self, arrays: Mapping[str, NDArray[Any]], facts: Facts) -> str:
        beside = self.directory / f".saving-{secrets.token_hex(8)}"
        newest = max(map(_number, self.versions()), default=0)
        for number in range(newest + 1, newest + 1 + _ATTEMPTS):
            version = f"v{number:04d}"
            beside.mkdir()
            try:
                write_artifact(beside, version, arrays, facts)
                if number == 1:
                    self._promote_first(version, facts)
                beside.rename(self.directory / version)
                settle(self.directory)
            except OSError:
                if not (self.directory / version).exists():
                    raise
            else:
                return version
            finally:
                shutil.rmtree(beside, ignore_errors=True)
        raise BadArtifact(f"{self.directory}: no free version after v{newest:04d}")

    def _path(self, version: str | None) -> Path:
        if self.directory.exists() and not self.directory.is_dir():
            raise BadArtifact(f"{self.directory}: is a file; name a directory of trained models")
        known = self.versions()
        if not known:
            raise BadArtifact(f"{self.directory}: no trained model here; run detector train first")
        if version is None:
            return self.directory / self._in_use(known)
        name = f"v{int(version):04d}" if version.isascii() and version.isdigit() else version
        if name not in known:
            some = ", ".join(known[-5:])
            raise BadArtifact(f"{self.directory}: no version {version[:40]!r}; there are {some}")
        return self.directory / name

    def _in_use(self, known: list[str]) -> str:
        """The promoted version; BadArtifact, with the command that mends it, where it is none."""
        promoted, mend = self.promoted(), f"detector models promote {known[-1]}"
        if promoted is None:
            raise BadArtifact(f"{self.directory}: no version is promoted; run: {mend}")
        if promoted not in known:
            raise BadArtifact(
                f"{self.directory}: {promoted} is promoted and missing; restore it, or run: {mend}"
            )
        return promoted

    def _promote_first(self, version: str, facts: Facts) -> None:
        """Promote a first version just before it appears: killed in between, the next one heals."""
        with self.log.held():
            if not self.log.stack():
                note = Note(facts.created_at, "the first training")
                self.log.add(Change(kind="promote", version=version, line=0, note=note))


def _number(version: str) -> int:
    return int(version[1:])
