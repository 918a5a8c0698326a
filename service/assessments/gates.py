"""The gate's verdict on a model, as API and pages show it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Literal

from pydantic import Field

from models.gates import GateVerdict
from service.assessments.active_model import ActiveModel
from service.http.fields import Instant, ResponseBody
from service.refusals import NoVerdictKept


class CheckShown(ResponseBody):
    """One figure of a candidate beside that of the version in use then."""

    name: str
    result: Literal["passed", "refused", "cannot tell"]
    candidate: float | None
    champion: float | None
    low: float | None = Field(description="Bounds of the difference, or of the ratio, if any.")
    high: float | None
    limit: str = Field(description="What had to hold.")
    is_needed: bool = Field(description="Whether no version passes without this figure.")


class GateShown(ResponseBody):
    """What the gate said of a model."""

    version: str
    passed: bool
    stale: bool = Field(
        description="Whether another version is in use by now than it was judged beside."
    )
    champion: str | None = Field(description="The version in use that it was judged beside.")
    created_at: Instant
    span: tuple[Instant, Instant] = Field(description="The days that both scored.")
    spikes: int = Field(description="Planted in them, the same for both.")
    seed: int
    checks: list[CheckShown]


def shown(verdict: GateVerdict, *, is_stale: bool) -> GateShown:
    """A verdict with what follows from it."""
    return GateShown.model_validate(
        asdict(verdict) | {"passed": verdict.has_passed, "stale": is_stale}
    )


def verdict_on(active_model: ActiveModel, version: str) -> GateVerdict:
    """What is kept with a version.

    Raises NoSuchModel, NoVerdictKept where it was not judged, and BadArtifact if it is damaged.
    """
    active_model.check_known(version)
    verdict = active_model.registry.verdict(version)
    if verdict is None:
        raise NoVerdictKept(
            f"{version} was not judged; do it with: detector models gate {version} "
            "--complaints FILE"
        )
    return verdict
