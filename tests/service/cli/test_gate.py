"""`detector models gate` and what follows from it: who is put in use, and with whose reason."""

import json
import shutil
import sys
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from detector.errors import BadInput
from detector.instants import text_of
from models.detectors import registry_at
from models.gates import Check, GateVerdict
from service.cli import app
from tests.conftest import SMALL
from training.publishing import publish
from training.simulator.writing import write_market


@pytest.fixture(scope="module")
def place(tmp_path_factory, training, market):
    directory = tmp_path_factory.mktemp("gate")
    write_market(SMALL, 7, directory)
    registry = registry_at(directory / "models")
    for seed in (3, 4):
        publish(training, market.history(), registry, seed=seed, created_at=0, promote=False)
    return directory


@pytest.fixture
def registry(place, tmp_path):
    return registry_at(shutil.copytree(place / "models", tmp_path / "models"))


@pytest.fixture
def trained(monkeypatch, training, market):
    """A training that is done already."""
    done = (training, market.history(), ())
    monkeypatch.setattr(sys.modules["service.cli.train"], "trained_on", lambda *_, **__: done)


def run(*words, code):
    result = CliRunner().invoke(app, [*map(str, words)])
    assert result.exit_code == code, (result.output, result.exception)
    return result


def files(place, registry):
    tables = [place / "complaints.parquet", "--orders", place / "orders.parquet"]
    return ["--complaints", *tables, "--models", registry.directory]


def refused(registry, version="v0002"):
    """A verdict that refuses a version."""
    registry.keep_verdict(
        GateVerdict(
            version=version,
            arrays_sha256=registry.manifest(version).arrays_sha256,
            champion="v0001",
            created_at=0,
            span=(0, 1),
            spikes=100,
            seed=0,
            checks=(Check("found", "refused", 0.1, 0.9, -0.9, -0.7, "it finds as many"),),
        )
    )


def test_the_newest_version_is_judged_beside_the_one_in_use_and_it_is_kept(
    place, registry, training_end
):
    asked = ("--spikes", "100", "--until", text_of(training_end), "--json")
    result = run("models", "gate", *files(place, registry), *asked, code=0)
    said = json.loads(result.stdout)
    assert (said["version"], said["champion"], said["passed"]) == ("v0002", "v0001", True)
    kept = registry.verdict("v0002")
    assert kept is not None
    assert [check["name"] for check in said["checks"]] == [check.name for check in kept.checks]
    assert registry.promoted() == "v0001"
    again = run("models", "gate", "v0001", *files(place, registry), code=1)
    assert isinstance(again.exception, BadInput)
    assert "is in use already" in str(again.exception)


def test_a_refused_version_is_promoted_with_a_persons_reason_alone(registry):
    refused(registry)
    words = ("models", "promote", "v0002", "--models", registry.directory)
    result = run(*words, code=1)
    assert "did not pass the gate (found)" in str(result.exception)
    assert registry.promoted() == "v0001"
    run(*words, "--reason", "the old one is worse", code=0)
    assert registry.promoted() == "v0002"


@pytest.mark.usefixtures("trained")
def test_a_training_makes_a_candidate_beside_the_version_in_use(place, registry):
    train = ("train", *files(place, registry), "--json")
    said = json.loads(run(*train, code=0).stdout)
    assert (said["version"], said["promoted"]) == ("v0003", False)
    assert registry.promoted() == "v0001"
    run(*train, "--promote", "--promote-if-gate-passes", code=2)
    said = json.loads(run(*train, "--promote", code=0).stdout)
    assert (said["promoted"], registry.promoted()) == (True, "v0004")


@pytest.mark.usefixtures("trained")
@pytest.mark.parametrize("passes", [True, False])
def test_a_training_promotes_if_the_gate_passes(place, registry, monkeypatch, passes):
    def judge(history, candidate, champion, question, **_):
        refused(registry, candidate.version)
        verdict = registry.verdict(candidate.version)
        return replace(verdict, checks=()) if passes else verdict

    monkeypatch.setattr("training.backtest.gate.judge", judge)
    words = ("train", *files(place, registry), "--promote-if-gate-passes")
    result = run(*words, code=0 if passes else 1)
    assert registry.promoted() == ("v0003" if passes else "v0001")
    assert ("v0001 stays in use" in result.stdout) != passes
