"""How weeks since a training compare with those before, as kept beside a version.

The file is sealed like a manifest and names the version and the arrays that it was measured with.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from detector.drift import DriftReport
from detector.drift.judging import STATES, Judged, Metric, Reason, Week
from detector.errors import BadArtifact
from models.manifest import Manifest, seal_of

FORMAT: Final = 1
_AGAIN: Final = "run detector models drift --keep again"


def text_of_drift(report: DriftReport, manifest: Manifest) -> str:
    """JSON with a seal: the SHA-256 of all the rest."""
    whose = {"version": manifest.version, "arrays_sha256": manifest.arrays_sha256}
    content = json.loads(json.dumps({"format": FORMAT, **whose, **asdict(report)}, allow_nan=False))
    return json.dumps(content | {"seal": seal_of(content)}, indent=1, sort_keys=True) + "\n"


def drift_in(text: str, manifest: Manifest, source: str) -> DriftReport:
    """Read a report; BadArtifact names `source` where it is none, changed or another version's."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as why:
        raise BadArtifact(f"{source}: is no report of drift ({why}); {_AGAIN}") from why
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise BadArtifact(f"{source}: is no report of drift that is read here; {_AGAIN}")
    if content.pop("seal", None) != seal_of(content):
        raise BadArtifact(f"{source}: was changed after it was kept; restore it, or {_AGAIN}")
    whose = content.get("version"), content.get("arrays_sha256")
    if whose != (manifest.version, manifest.arrays_sha256):
        raise BadArtifact(f"{source}: was measured with {whose[0]}, not here; {_AGAIN}")
    try:
        return _parsed(content)
    except (KeyError, TypeError, ValueError, AttributeError) as why:
        raise BadArtifact(f"{source}: is no report of drift ({why}); {_AGAIN}") from why


def _parsed(content: Mapping[str, Any]) -> DriftReport:
    return DriftReport(
        created_at=int(content["created_at"]),
        learnt_until=int(content["learnt_until"]),
        metrics=tuple(_judged(row) for row in content["metrics"]),
        reasons=tuple(Reason(**row) for row in content["reasons"]),
    )


def _judged(row: Mapping[str, Any]) -> Judged:
    if row["state"] not in STATES:
        raise ValueError(f"no state is called {row['state']!r}")
    return Judged(
        metric=Metric(**row["metric"]),
        mean=row["mean"],
        sd=row["sd"],
        past=tuple(Week(**week) for week in row["past"]),
        later=tuple(Week(**week) for week in row["later"]),
        deviations=tuple(row["deviations"]),
        state=row["state"],
    )
