"""Aliases name one version each, tags say something of one, and a pin keeps what is in use."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.errors import BadArtifact, BadInput, ModelPinned
from models.changes import ChangeLog, Note
from models.labels import Labels
from models.registry import Registry

NOTE = Note(5, "somebody", "as it is")
names = st.sampled_from(["challenger", "pinned", "a", "b-2"])
moves = st.lists(st.tuples(names, st.sampled_from(["v0001", "v0002", None])), max_size=12)


@pytest.fixture
def registry(tmp_path, arrays, facts):
    registry = Registry(tmp_path / "models", contracts=("features-1",))
    for _ in range(3):
        registry.save(arrays, facts)
    return registry


@given(given_moves=moves)
def test_an_alias_names_the_version_that_it_was_last_given(tmp_path_factory, given_moves):
    labels = Labels(ChangeLog(tmp_path_factory.mktemp("labels")), str)
    expected = {}
    for name, version in given_moves:
        if version is not None:
            labels.alias(name, version, NOTE)
            expected[name] = version
        elif name in expected:
            labels.remove_alias(name, NOTE)
            del expected[name]
        else:
            with pytest.raises(BadInput, match="can be removed"):
                labels.remove_alias(name, NOTE)
    assert labels.aliases() == expected


def test_several_names_may_name_one_version_and_the_champion_is_in_use(registry):
    for name in ("challenger", "shadow"):
        assert registry.labels.alias(name, "2", NOTE) == "v0002"
    registry.promote("v0003")
    assert registry.labels.aliases() == {
        "challenger": "v0002", "champion": "v0003", "shadow": "v0002",
    }  # fmt: skip
    assert registry.labels.aliases_of("v0002") == ["challenger", "shadow"]
    for attempt in (
        lambda: registry.labels.alias("champion", "v0002", NOTE),
        lambda: registry.labels.remove_alias("champion", NOTE),
    ):
        with pytest.raises(BadInput, match="champion"):
            attempt()
    with pytest.raises(BadArtifact, match="no version 'v0009'"):
        registry.labels.alias("challenger", "v0009", NOTE)


def test_aliases_and_tags_are_told_together(registry):
    registry.labels.alias("challenger", "v0002", NOTE)
    registry.labels.tag("v0003", "market", "books", NOTE)
    assert registry.labels.aliases_and_tags() == (
        {"challenger": "v0002", "champion": "v0001"},
        {"v0003": {"market": "books"}},
    )


@pytest.mark.parametrize("name", ["", "v0001", "Champion", "-a", "a b", "a" * 41, "é"])
def test_a_name_is_short_plain_and_no_version(registry, name):
    for attempt in (
        lambda: registry.labels.alias(name, "v0001", NOTE),
        lambda: registry.labels.tag("v0001", name, "yes", NOTE),
    ):
        with pytest.raises(BadInput, match=r"cannot be (an alias|a tag's key)"):
            attempt()


@pytest.mark.parametrize("value", ["", " ", "a\nb", "x" * 201])
def test_a_tags_value_is_legible(registry, value):
    with pytest.raises(BadInput, match="tag team: a value is"):
        registry.labels.tag("v0001", "team", value, NOTE)


def test_tags_are_a_versions_own_and_the_last_of_a_key_counts(registry):
    for version, key, value in (
        ("1", "b", "1"),
        ("1", "a", "x=y"),
        ("2", "a", "z"),
        ("1", "b", "2"),
    ):
        registry.labels.tag(version, key, value, NOTE)
    assert registry.labels.tags() == {"v0001": {"a": "x=y", "b": "2"}, "v0002": {"a": "z"}}
    registry.labels.remove_tag("2", "a", NOTE)
    assert registry.labels.tags() == {"v0001": {"a": "x=y", "b": "2"}}
    with pytest.raises(BadInput, match="v0002 has no tag 'a'"):
        registry.labels.remove_tag("2", "a", NOTE)


def test_a_pinned_version_in_use_is_neither_replaced_nor_rolled_back(registry):
    registry.promote("v0002")
    registry.labels.alias("pinned", "v0002", NOTE)
    for attempt in (lambda: registry.promote("v0003", NOTE), registry.rollback):
        with pytest.raises(ModelPinned, match="v0002 is in use and pinned, so it stays; unpin it"):
            attempt()
    assert registry.promoted() == "v0002"
    registry.labels.remove_alias("pinned", NOTE)
    registry.labels.alias("pinned", "v0001", NOTE)  # not in use: it holds nothing
    registry.promote("v0003")
    assert registry.promoted() == "v0003"
