"""The registry: a directory of artifacts, and which of them is in use.

    models/artifacts/
        v0001/  arrays.npz  manifest.json  card.md  and what is kept beside them
        v0002/
        promotions.log      one line a promotion or rollback, never rewritten

The first version saved is promoted by itself; later ones wait for `promote`, so that nothing
changes in what is scored until somebody says so. An empty log and none at all mean the same: no
version is in use. An artifact appears complete or not at all, and savers at the same time get
different versions.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from numpy.typing import NDArray

from detector.drift import DriftReport
from detector.errors import BadArtifact, GateRefused
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
from models.gates import GateVerdict
from models.manifest import Facts, Manifest

DEFAULT_DIRECTORY: Final = Path("models/artifacts")
PROMOTIONS: Final = "promotions.log"
_VERSION: Final = re.compile(r"v(\d{4,9})", re.ASCII)
_ATTEMPTS: Final = 1_000
"""Savers that may be ahead of one that looks for a free version."""


class Registry:
    """Artifacts in a directory, which need not exist yet.

    `contract` is the feature contract that a loaded artifact must have; None takes any.
    """

    def __init__(
        self, directory: str | Path = DEFAULT_DIRECTORY, *, contract: str | None = None
    ) -> None:
        self.directory = Path(directory)
        self._contract = contract

    def save(self, arrays: Mapping[str, NDArray[Any]], facts: Facts) -> str:
        """Save a trained artifact under the next version, and promote it if it is the first.

        Raises BadArtifact where the directory cannot be written.
        """
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            version = self._save(arrays, facts)
            if _number(version) == 1 and self._promotions() == []:
                self._append(f"promote {version}")
        except OSError as why:
            raise BadArtifact(f"{self.directory}: cannot be written: {why.strerror}") from why
        return version

    def versions(self) -> list[str]:
        """All versions, oldest first."""
        if not self.directory.exists():
            return []
        try:
            names = [path.name for path in self.directory.iterdir()]
        except OSError as why:
            raise BadArtifact(f"{self.directory}: cannot be read: {why.strerror}") from why
        return sorted((n for n in names if _VERSION.fullmatch(n)), key=_number)

    def promoted(self) -> str | None:
        """The version in use, which may be missing since; None where none was promoted."""
        stack = self._promotions()
        return stack[-1] if stack else None

    def former(self) -> str | None:
        """The version that was in use before the last promotion; None where there was none."""
        earlier = self._promotions()[-2:-1]
        return earlier[0] if earlier else None

    def load(self, version: str | None = None) -> Artifact:
        """Load a version, by default the promoted one; BadArtifact where it cannot be trusted."""
        return read_artifact(self._path(version), contract=self._contract)

    def manifest(self, version: str | None = None) -> Manifest:
        """The manifest alone, by default the promoted version's."""
        return read_manifest(self._path(version))

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

    def promote(self, version: str) -> None:
        """Put a version in use, after checking that it can be loaded."""
        name = self.verify(version).version
        if name != self.promoted():
            self._append(f"promote {name}")

    def rollback(self) -> str:
        """Put the version in use that was so before the last promotion; returns it."""
        stack = self._promotions()
        if len(stack) < 2:
            raise BadArtifact(f"{self.directory}: no earlier promotion to roll back to")
        self.verify(stack[-2])
        self._append("rollback")
        return stack[-2]

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

    def check_gate(self, version: str, reason: str | None) -> None:
        """Raise GateRefused where the gate refused a version, and no person says why not."""
        verdict = self.verdict(version)
        if verdict is not None and not verdict.has_passed and not (reason or "").strip():
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

    def _promotions(self) -> list[str]:
        """Versions promoted and not rolled back, the one in use last."""
        log = self._promotions_file()
        try:
            lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
        except FileNotFoundError:
            return []
        except OSError as why:
            raise BadArtifact(f"{log}: cannot be read: {why.strerror}") from why
        stack: list[str] = []
        for number, line in enumerate(lines, start=1):
            word, _, version = line.partition(" ")
            if word == "promote" and _VERSION.fullmatch(version):
                stack.append(version)
            elif line == "rollback" and stack:
                stack.pop()
            elif line:
                raise BadArtifact(
                    f"{log}: line {number}: {line[:40]!r} is neither 'promote VERSION' nor a "
                    "possible 'rollback'; remove that line"
                )
        return stack

    def _promotions_file(self) -> Path:
        """Where promotions stand; BadArtifact for a pipe or device, which might never end."""
        log = self.directory / PROMOTIONS
        if log.exists() and not log.is_file():
            raise BadArtifact(f"{log}: is no ordinary file; put the log of promotions there")
        return log

    def _append(self, line: str) -> None:
        # One short write to a file opened for appending: writers at the same time do not mix.
        log = self._promotions_file()
        try:
            with log.open("ab+") as stream:
                stream.seek(max(stream.tell() - 1, 0))
                # An editor may have left the last line without its end.
                end = "" if stream.read(1) in (b"", b"\n") else "\n"
                stream.write(f"{end}{line}\n".encode())
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as why:
            raise BadArtifact(f"{log}: cannot be written: {why.strerror}") from why


def _number(version: str) -> int:
    return int(version[1:])
