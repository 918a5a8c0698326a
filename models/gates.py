"""The gate's verdict on a candidate, as kept beside the version: each figure, and what it must be.

The file is sealed like a manifest and names the arrays that it was judged with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from models.kept import Kind
from models.manifest import Manifest

KIND: Final = Kind("verdict of the gate", 1, "run detector models gate again")

Result = Literal["passed", "refused", "cannot tell"]


@dataclass(frozen=True, slots=True)
class Check:
    """One figure of a candidate beside the champion's, and how the gate judged it."""

    name: str
    result: Result
    candidate: float | None
    champion: float | None
    """None where there is no champion, or where the figure has none."""
    low: float | None
    """Bounds of what was compared with the limits; None where chance plays no part."""
    high: float | None
    limit: str
    """What had to hold, as a sentence without a full stop."""
    is_needed: bool = True
    """Whether no version passes the gate without this figure."""

    @property
    def stops(self) -> bool:
        """Whether the candidate may not pass because of it."""
        return self.result == "refused" or (self.is_needed and self.result == "cannot tell")


@dataclass(frozen=True, slots=True, kw_only=True)
class GateVerdict:
    """What the gate says of a candidate."""

    version: str
    arrays_sha256: str
    champion: str | None
    """The version it was judged beside; None where none was in use."""
    created_at: int
    """Microseconds UTC."""
    span: tuple[int, int]
    """The days that both scored: from the first midnight to the last, microseconds UTC."""
    spikes: int
    """Planted in them, the same for both."""
    seed: int
    checks: tuple[Check, ...]

    @property
    def has_passed(self) -> bool:
        """Whether the version may be put in use without a person's reason."""
        return not self.refusals

    @property
    def refusals(self) -> tuple[Check, ...]:
        """What stops it."""
        return tuple(check for check in self.checks if check.stops)


def text_of_verdict(verdict: GateVerdict) -> str:
    """The text of a verdict's file."""
    return KIND.text_of(asdict(verdict))


def verdict_of(text: str, manifest: Manifest, source: str) -> GateVerdict:
    """Read a verdict; BadArtifact names `source` where it is none, changed or another version's."""
    facts = KIND.facts_in(text, manifest, source)
    try:
        checks = tuple(_check(row) for row in facts.pop("checks"))
        first, last = facts.pop("span")
        return GateVerdict(checks=checks, span=(int(first), int(last)), **facts)
    except (KeyError, TypeError, ValueError, AttributeError) as why:
        raise KIND.refused(source, f"is no {KIND.name} ({why})") from why


def _check(row: Mapping[str, Any]) -> Check:
    if row["result"] not in ("passed", "refused", "cannot tell"):
        raise ValueError(f"no result is called {row['result']!r}")
    return Check(**row)
