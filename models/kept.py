"""Files kept beside a version, measured after its training: sealed, and of its arrays alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from detector.errors import BadArtifact
from models.manifest import Manifest, seal_of


@dataclass(frozen=True, slots=True)
class Kind:
    """What a kept file is, and how to make it again."""

    name: str
    format: int
    """Version of the file's own layout."""
    again: str

    def text_of(self, facts: Mapping[str, Any]) -> str:
        """JSON with a seal: the SHA-256 of all the rest."""
        said = json.dumps({"format": self.format, **facts}, allow_nan=False)
        content = json.loads(said)
        return json.dumps(content | {"seal": seal_of(content)}, indent=1, sort_keys=True) + "\n"

    def facts_in(self, text: str, manifest: Manifest, source: str) -> dict[str, Any]:
        """What a file says; BadArtifact where it is none, changed or another version's."""
        try:
            content = json.loads(text)
        except (ValueError, RecursionError) as why:
            raise self.refused(source, f"is no {self.name} ({why})") from why
        if not isinstance(content, dict) or content.pop("format", None) != self.format:
            raise self.refused(source, f"is no {self.name} that this detector reads")
        seal = content.pop("seal", None)
        if seal != seal_of({"format": self.format, **content}):
            raise self.refused(source, "was changed after it was kept; restore it, or", joined=" ")
        whose = content.get("version"), content.get("arrays_sha256")
        if whose != (manifest.version, manifest.arrays_sha256):
            raise self.refused(source, f"was measured with {whose[0]}, not here")
        return content

    def refused(self, source: str, why: str, joined: str = "; ") -> BadArtifact:
        """The refusal of a file, which says how to make it again."""
        return BadArtifact(f"{source}: {why}{joined}{self.again}")
