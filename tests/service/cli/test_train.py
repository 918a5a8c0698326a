"""`detector train` a second time: nothing new to learn, or somebody else is at it."""

import json

import pytest
from typer.testing import CliRunner

from detector.instants import text_of
from models.detectors import registry_at
from models.training_lock import training_in
from service.cli import app
from tests.conftest import SMALL
from training.simulator.writing import write_market


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    directory = tmp_path_factory.mktemp("train")
    write_market(SMALL, 7, directory)
    return directory


@pytest.fixture
def train(place, tmp_path, training, training_end, monkeypatch):
    """Run the command; the fit itself is done already."""
    fits = []
    monkeypatch.setattr("detector.fitting.train", lambda *_, **__: fits.append(1) or training)

    def run(*words, code=0):
        tables = (
            "--complaints",
            place / "complaints.parquet",
            "--orders",
            place / "orders.parquet",
        )
        where = ("--models", tmp_path / "models", "--until", text_of(training_end))
        result = CliRunner().invoke(app, [*map(str, ("train", *tables, *where, *words))])
        assert result.exit_code == code, (result.output, result.exception)
        return result.stdout if code == 0 else str(result.exception)

    run.fits = fits
    return run


def test_the_same_history_teaches_nothing_new(train, tmp_path):
    first = json.loads(train("--json"))
    assert (first["version"], first["new"]) == ("v0001", True)
    said = train()
    assert said.startswith("nothing new to learn: v0001 in ")
    assert len(train.fits) == 1
    again = json.loads(train("--json", "--again"))
    assert (again["version"], again["new"], len(train.fits)) == ("v0002", True, 2)
    other = json.loads(train("--json", "--seed", "1"))
    assert (other["version"], other["new"]) == ("v0003", True)
    known = json.loads(train("--json", "--promote"))  # as after a kill before the promotion
    assert (known["version"], known["new"], known["promoted"]) == ("v0002", False, True)
    assert known["metrics"] == again["metrics"]
    assert registry_at(tmp_path / "models").promoted() == "v0002"


def test_a_damaged_version_has_learnt_nothing(train, tmp_path):
    train()
    (tmp_path / "models" / "v0001" / "arrays.npz").write_bytes(b"x")
    assert json.loads(train("--json"))["version"] == "v0002"


def test_the_second_of_two_trainings_into_one_directory_ends_in_one_sentence(train, tmp_path):
    with training_in(tmp_path / "models"):
        assert "another training is at work here" in train(code=1)
    assert train.fits == []
    assert json.loads(train("--json"))["version"] == "v0001"
