"""The manifest: what is known about a trained artifact besides its numbers."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from importlib import metadata
from typing import Any, Final

from detector.errors import BadArtifact

FORMAT: Final = 1
"""Version of the artifact's own layout."""
LIBRARIES: Final = ("scikit-learn", "numpy", "scipy", "suspicious-seller-detector")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the training job says about what it made."""

    feature_contract: str
    """Names the features the forest was grown on; a detector with another contract refuses it."""
    span: tuple[int, int]
    """First and last instant of the training data, microseconds UTC."""
    data_fingerprint: str
    """SHA-256 of the training data: equal where two artifacts learnt from the same data."""
    seed: int
    created_at: int
    """Microseconds UTC."""
    metrics: Mapping[str, float] = field(default_factory=dict)
    sellers: int | None = None
    complaints: int | None = None
    orders_known: bool | None = None
    categories: tuple[str, ...] | None = None
    """Categories that are counted one by one."""
    counts_rest: bool | None = None
    """Whether other categories are counted together; else they count among all complaints alone."""

    feed_faults: tuple[str, ...] = ()
    """Faults of the feed in the last weeks of what was learnt from, as sentences."""
    on_faults: str | None = None
    """What was done about them: `left out`, or `kept: ` and a person's reason."""

    def __post_init__(self) -> None:
        """Plain Python numbers, whatever NumPy made of them; a metric that is NaN is unknown."""
        metrics = {str(k): float(v) for k, v in self.metrics.items()}
        plain = {
            "feature_contract": str(self.feature_contract),
            "data_fingerprint": str(self.data_fingerprint),
            "span": (int(self.span[0]), int(self.span[1])),
            "seed": int(self.seed),
            "created_at": int(self.created_at),
            "metrics": {k: v for k, v in metrics.items() if math.isfinite(v)},
            "sellers": None if self.sellers is None else int(self.sellers),
            "complaints": None if self.complaints is None else int(self.complaints),
            "feed_faults": tuple(map(str, self.feed_faults)),
            "categories": None if self.categories is None else tuple(map(str, self.categories)),
        }
        for name, value in plain.items():
            object.__setattr__(self, name, value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """An artifact's facts, and what guards its numbers."""

    version: str
    facts: Facts
    arrays_sha256: str
    libraries: Mapping[str, str]
    format: int = FORMAT


def library_versions() -> dict[str, str]:
    """Installed versions of what an artifact's numbers depend on."""
    found: dict[str, str] = {}
    for name in LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def text_of_manifest(manifest: Manifest) -> str:
    """JSON with a seal: the SHA-256 of all the rest, which shows a change of the manifest."""
    content = asdict(manifest)
    return json.dumps(content | {"seal": seal_of(content)}, indent=2, sort_keys=True) + "\n"


def manifest_of(text: str, source: str) -> Manifest:
    """Read a manifest; BadArtifact names `source` where it is none, changed, or too new."""
    try:
        content = json.loads(text)
    except ValueError as why:
        raise BadArtifact(f"{source}: is no manifest ({why}); train again") from why
    if not isinstance(content, dict) or not isinstance(content.get("facts"), dict):
        raise BadArtifact(f"{source}: is no manifest of this detector; train again")
    if content.get("format") != FORMAT:
        raise BadArtifact(
            f"{source}: is of format {content.get('format')!r}, this detector reads {FORMAT}; "
            "use the release that trained it, or train again"
        )
    seal = content.pop("seal", None)
    if seal != seal_of(content):
        raise BadArtifact(f"{source}: was changed after training; restore it or train again")
    return _parsed(content, source)


def _parsed(content: dict[str, Any], source: str) -> Manifest:
    facts = content["facts"]
    try:
        known = {f.name for f in fields(Facts)}
        return Manifest(
            version=str(content["version"]),
            facts=Facts(**{k: v for k, v in facts.items() if k in known}),
            arrays_sha256=str(content["arrays_sha256"]),
            libraries=dict(content["libraries"]),
        )
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as why:
        raise BadArtifact(
            f"{source}: is no manifest of this detector ({why}); train again"
        ) from why


def seal_of(content: Mapping[str, Any]) -> str:
    """The SHA-256 of content, however it is laid out: shows a change of it."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
