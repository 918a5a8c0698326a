"""What nothing names goes, and everything else stays with its reason."""

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.durations import HOUR_US
from detector.errors import BadArtifact
from models.changes import Note
from models.pruning import fates_of, prune
from models.registry import Registry

NOTE = Note(5, "somebody")


@pytest.fixture
def registry(tmp_path, arrays, facts):
    registry = Registry(tmp_path / "models", contracts=("features-1",))
    for _ in range(6):
        registry.save(arrays, facts)
    return registry


def kept(registry, keep, named=None, now=5):
    return {f.name: f.reasons for f in fates_of(registry, keep, named or {}, now=now) if not f.goes}


def test_the_newest_the_champion_the_one_before_and_what_is_named_stay(registry):
    registry.promote("v0002")
    registry.promote("v0004")
    registry.labels.alias("challenger", "v0003", NOTE)
    assert kept(registry, 1, {"v0001": ["it gave the scores of 3 sellers"]}) == {
        "v0001": ("it gave the scores of 3 sellers",),
        "v0002": ("a roll-back puts it in use",),
        "v0003": ("challenger names it",),
        "v0004": ("champion names it",),
        "v0006": ("one of the 1 newest",),
    }
    size = sum(path.stat().st_size for path in (registry.directory / "v0005").iterdir())
    fates = fates_of(registry, 1, {"v0001": ["a case"]}, now=5)
    assert [(fate.name, fate.size) for fate in fates if fate.goes] == [("v0005", size)]
    assert registry.versions()[-2:] == ["v0005", "v0006"]  # only asked
    prune(registry, fates, NOTE)
    assert registry.versions() == ["v0001", "v0002", "v0003", "v0004", "v0006"]
    assert registry.log.changes()[-1].kind == "prune"
    assert registry.rollback() == "v0002"


@settings(max_examples=12, deadline=None)
@given(
    keep=st.integers(1, 7),
    promoted=st.lists(st.integers(1, 6), max_size=3),
    named=st.sets(st.integers(1, 6)),
)
def test_after_pruning_one_can_score_roll_back_and_save(
    tmp_path_factory, keep, promoted, named, request
):
    arrays, facts = (request.getfixturevalue(name) for name in ("arrays", "facts"))
    registry = Registry(tmp_path_factory.mktemp("models"))
    for _ in range(6):
        registry.save(arrays, facts)
    for number in promoted:
        registry.promote(str(number))
    before, former = registry.versions(), registry.former()
    fates = fates_of(registry, keep, {f"v{n:04d}": ["it"] for n in named}, now=5)
    prune(registry, fates, NOTE)
    assert registry.versions() == [v for v, fate in zip(before, fates, strict=True) if fate.reasons]
    assert {f"v{n:04d}" for n in named} | set(before[-keep:]) <= set(registry.versions())
    registry.verify()
    if former is not None:
        assert registry.rollback() == former
    assert registry.save(arrays, facts) == "v0007"


def test_a_version_with_a_name_is_never_removed(registry):
    with pytest.raises(BadArtifact, match="champion names it, so it stays"):
        registry.remove("v0001", NOTE)
    assert "v0001" in registry.versions()


def test_what_a_killed_process_left_goes_once_it_is_old(registry):
    left = registry.directory / ".saving-0123"
    left.mkdir()
    (left / "arrays.npz").write_bytes(b"12345")
    os.utime(left, (1_000, 1_000))
    written = 1_000 * 1_000_000
    assert fates_of(registry, 9, {}, now=written + HOUR_US)[6:] == []
    fates = fates_of(registry, 9, {}, now=written + HOUR_US + 1)
    assert [(fate.name, fate.size) for fate in fates if fate.goes] == [(".saving-0123", 5)]
    prune(registry, fates, Note(written + HOUR_US + 1, "somebody"))
    assert not left.exists()
    assert len(registry.versions()) == 6


def test_nothing_to_prune_is_nothing_done(tmp_path):
    assert fates_of(Registry(tmp_path / "none"), 1, {}, now=5) == []
