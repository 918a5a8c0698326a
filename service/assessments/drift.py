"""Drift of a model, as API, pages and command line show it."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from detector.drift import DriftReport
from detector.drift.judging import Judged, Reason
from service.assessments.active_model import ActiveModel
from service.http.fields import Instant, ResponseBody
from service.refusals import NoDrift

SENTENCES: Final = {
    "calibration": "the share of sellers with a p-value below 0.01 that are not flagged was "
    "{before:.2%} and then {last:.2%}, beyond {limit:.2%}, where it should be 1 %",
    "unseen_categories": "{before:.1%} and then {last:.1%} of the complaints are in categories "
    "that the model never saw, more than {limit:.0%}",
    "delay": "the mean delay from order to complaint was {before:.1f} and then {last:.1f} days, "
    "beyond {limit:.1f}",
    "mix": "the shares of the categories differ from those learnt by {before:.1%} and then "
    "{last:.1%}, beyond {limit:.1%}",
}
"""What each reason to train again says, by its code."""


class WeekShown(ResponseBody):
    """One metric in one week."""

    ends_at: Instant
    value: float | None
    rows: int = Field(description="Complaints, pairs of them, or sellers that it was measured by.")
    deviation: float | None = Field(
        description="Standard deviations from the mean; null where it cannot tell."
    )


class MetricShown(ResponseBody):
    """A metric beside its own past."""

    name: str
    state: Literal["within", "once", "drifting", "unknown"] = Field(
        description="`once`: the last week is outside; `drifting`: it and the one before, or far "
        "outside; `unknown`: too few rows or weeks to tell."
    )
    mean: float | None
    low: float | None
    high: float | None
    least: int = Field(description="Rows below which a week cannot tell.")
    weeks: list[WeekShown]


class ReasonShown(ResponseBody):
    """A reason to train again."""

    code: Literal["calibration", "unseen_categories", "delay", "mix"]
    sentence: str


class DriftShown(ResponseBody):
    """How the weeks since a training compare with those before its end."""

    version: str
    created_at: Instant
    learnt_until: Instant
    weeks: int = Field(description="Whole weeks since the training.")
    metrics: list[MetricShown]
    reasons: list[ReasonShown] = Field(description="What speaks for training again; often none.")


def sentence_of(reason: Reason) -> str:
    """What a reason says."""
    return SENTENCES[reason.code].format(before=reason.before, last=reason.last, limit=reason.limit)


def shown(version: str, report: DriftReport) -> DriftShown:
    """A report with its sentences."""
    return DriftShown(
        version=version,
        created_at=report.created_at,
        learnt_until=report.learnt_until,
        weeks=report.weeks,
        metrics=[_metric(one) for one in report.metrics],
        reasons=[ReasonShown(code=r.code, sentence=sentence_of(r)) for r in report.reasons],
    )


def _metric(one: Judged) -> MetricShown:
    low, high = one.limits or (None, None)
    return MetricShown(
        name=one.metric.name,
        state=one.state,
        mean=one.mean,
        low=low,
        high=high,
        least=one.metric.least,
        weeks=[
            WeekShown(ends_at=w.ends_at, value=w.value, rows=w.rows, deviation=d)
            for w, d in zip(one.later, one.deviations, strict=True)
        ],
    )


def drift_of(active_model: ActiveModel, version: str) -> DriftReport:
    """What is kept of a version's drift.

    Raises NoSuchModel, NoDrift where nothing is kept, and BadArtifact where it is damaged.
    """
    active_model.check_known(version)
    report = active_model.registry.drift(version)
    if report is None:
        raise NoDrift(
            f"nothing is kept with {version}; make it with: detector models drift --keep "
            f"--complaints FILE --model {version}"
        )
    return report
