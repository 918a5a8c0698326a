"""What is kept of a version's drift comes back as it was, or is refused."""

import json

import pytest

from detector.drift import DriftReport
from detector.drift.judging import Metric, Reason, Week, judged
from detector.errors import BadArtifact
from models.drifts import drift_in, text_of_drift
from models.manifest import Manifest, seal_of

DAY_US = 86_400_000_000


def report_of(*values: float | None, code: str | None = None) -> DriftReport:
    """Twenty usual weeks of two metrics, then weeks of the values for the first."""
    end = 700 * DAY_US
    past = [Week(end - n * 7 * DAY_US, 1.0 + n % 2, 500) for n in reversed(range(20))]
    later = [Week(end + (n + 1) * 7 * DAY_US, value, 500) for n, value in enumerate(values)]
    metrics = (
        judged(Metric("mix", 100), past, later),
        judged(Metric("delay_days", 1_000), past, later),
    )
    reasons = () if code is None else (Reason(code, 9.0, 9.5, 3.0),)
    return DriftReport(created_at=end, learnt_until=end, metrics=metrics, reasons=reasons)


@pytest.fixture
def manifest(facts):
    return Manifest(version="v0001", facts=facts, arrays_sha256="aa", libraries={})


@pytest.mark.parametrize("values", [(), (1.0,), (9.0, 9.5), (None, 2.0)])
def test_a_report_comes_back_as_it_was(manifest, values):
    report = report_of(*values, code="mix")
    assert drift_in(text_of_drift(report, manifest), manifest, "here") == report


def test_a_changed_report_and_one_of_another_version_are_refused(manifest, facts):
    text = text_of_drift(report_of(9.0, 9.5), manifest)
    with pytest.raises(BadArtifact, match=r"here: was changed .* detector models drift --keep"):
        drift_in(text.replace("drifting", "within"), manifest, "here")
    other = Manifest(version="v0001", facts=facts, arrays_sha256="bb", libraries={})
    with pytest.raises(BadArtifact, match="here: was measured with v0001, not here"):
        drift_in(text, other, "here")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 0}', "[" * 100_000])
def test_what_is_no_report_is_refused(manifest, text):
    with pytest.raises(BadArtifact, match="here: is no report of drift"):
        drift_in(text, manifest, "here")


@pytest.mark.parametrize(
    ("name", "value"), [("metrics", [{}]), ("metrics", None), ("reasons", [{"code": "mix"}])]
)
def test_a_sealed_report_without_its_parts_is_refused(manifest, name, value):
    content = json.loads(text_of_drift(report_of(1.0), manifest)) | {name: value}
    content.pop("seal")
    text = json.dumps(content | {"seal": seal_of(content)})
    with pytest.raises(BadArtifact, match="here: is no report of drift"):
        drift_in(text, manifest, "here")
