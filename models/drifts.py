"""How weeks since a training compare with those before, as kept beside a version.

The file is sealed like a manifest and names the version and the arrays that it was measured with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from detector.drift import DriftReport
from detector.drift.judging import STATES, Judged, Metric, Reason, Week
from models.kept import Kind
from models.manifest import Manifest

KIND: Final = Kind("report of drift", 2, "run detector models drift --keep again")


def text_of_drift(report: DriftReport, manifest: Manifest) -> str:
    """The text of a report's file."""
    whose = {"version": manifest.version, "arrays_sha256": manifest.arrays_sha256}
    return KIND.text_of({**whose, **asdict(report)})


def drift_in(text: str, manifest: Manifest, source: str) -> DriftReport:
    """Read a report; BadArtifact names `source` where it is none, changed or another version's."""
    facts = KIND.facts_in(text, manifest, source)
    try:
        return _parsed(facts)
    except (KeyError, TypeError, ValueError, AttributeError) as why:
        raise KIND.refused(source, f"is no {KIND.name} ({why})") from why


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
