import numpy as np
import pytest

from detector.errors import BadArtifact
from models.artifact import read_artifact, write_artifact


@pytest.fixture
def saved(tmp_path, arrays, facts):
    directory = tmp_path / "v0001"
    directory.mkdir()
    write_artifact(directory, "v0001", arrays, facts)
    return directory


def test_an_artifact_comes_back_as_it_was(saved, arrays, facts):
    artifact = read_artifact(saved, contracts=("features-1",))
    assert artifact.manifest.facts == facts
    assert artifact.arrays.keys() == arrays.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(artifact.arrays[name], array)


def test_the_same_training_gives_the_same_arrays_to_the_byte(saved, tmp_path, arrays, facts):
    again = tmp_path / "v0002"
    again.mkdir()
    write_artifact(again, "v0002", arrays, facts)
    assert (again / "arrays.npz").read_bytes() == (saved / "arrays.npz").read_bytes()


def test_another_feature_contract_is_refused(saved):
    with pytest.raises(BadArtifact, match=r"trained on features 'features-1'.*'features-2'"):
        read_artifact(saved, contracts=("features-2",))


@pytest.mark.parametrize("name", ["arrays.npz", "manifest.json"])
def test_a_missing_file_is_refused_by_name(saved, name):
    (saved / name).unlink()
    with pytest.raises(BadArtifact, match=f"{name}: is missing"):
        read_artifact(saved)


@pytest.mark.parametrize(
    "change",
    [lambda b: b[:-1], lambda b: b + b"x", lambda b: b[:0]],
    ids=["cut", "longer", "empty"],
)
def test_changed_arrays_are_refused(saved, change):
    path = saved / "arrays.npz"
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(BadArtifact, match=r"arrays.npz: is not what its manifest was written for"):
        read_artifact(saved)


def test_an_artifact_under_another_name_is_refused(saved):
    moved = saved.rename(saved.with_name("v0009"))
    with pytest.raises(BadArtifact, match="belongs to version v0001"):
        read_artifact(moved)


def test_a_directory_where_a_file_should_be_is_refused_by_name(saved):
    (saved / "arrays.npz").unlink()
    (saved / "arrays.npz").mkdir()
    with pytest.raises(BadArtifact, match=r"arrays.npz: cannot be read: Is a directory"):
        read_artifact(saved)
