"""The gate's verdict survives its file, and no other's is read for it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.errors import BadArtifact
from models.gates import Check, GateVerdict, text_of_verdict, verdict_of
from models.manifest import Facts, Manifest

FACTS = Facts(feature_contract="c", span=(0, 1), data_fingerprint="f", seed=0, created_at=0)
MANIFEST = Manifest(version="v0002", facts=FACTS, arrays_sha256="aa", libraries={})

number = st.none() | st.floats(-10, 10)
checks = st.builds(
    Check,
    name=st.text(min_size=1, max_size=9),
    result=st.sampled_from(["passed", "refused", "cannot tell"]),
    candidate=number,
    champion=number,
    low=number,
    high=number,
    limit=st.text(max_size=20),
    is_needed=st.booleans(),
)


def verdict(*given):
    return GateVerdict(
        version="v0002",
        arrays_sha256="aa",
        champion="v0001",
        created_at=5,
        span=(1, 2),
        spikes=300,
        seed=7,
        checks=given,
    )


@given(st.lists(checks, max_size=5))
def test_a_verdict_is_read_as_it_was_written(given_checks):
    written = verdict(*given_checks)
    assert verdict_of(text_of_verdict(written), MANIFEST, "gate.json") == written


@given(st.lists(checks, max_size=5))
def test_it_passes_where_nothing_is_refused_and_all_that_is_needed_is_known(given_checks):
    one = verdict(*given_checks)
    stops = [c.result == "refused" or (c.result != "passed" and c.is_needed) for c in given_checks]
    assert one.has_passed == (not any(stops))
    assert len(one.refusals) == sum(stops)


@pytest.mark.parametrize("text", ["", "{}", '{"format": 2}'])
def test_what_is_no_verdict_is_refused(text):
    with pytest.raises(BadArtifact, match="is no verdict of the gate"):
        verdict_of(text, MANIFEST, "gate.json")


def test_a_changed_or_another_versions_verdict_is_refused():
    text = text_of_verdict(verdict())
    with pytest.raises(BadArtifact, match="was changed after it was kept"):
        verdict_of(text.replace('"spikes": 300', '"spikes": 301'), MANIFEST, "gate.json")
    with pytest.raises(BadArtifact, match="was measured with v0002"):
        verdict_of(text, replace(MANIFEST, arrays_sha256="bb"), "gate.json")
