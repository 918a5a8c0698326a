import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from detector.errors import BadArtifact, GateRefused
from models.changes import Note
from models.gates import Check, GateVerdict
from models.registry import Registry
from tests.models.test_budgets import budget, curve_with
from tests.models.test_drifts import report_of


@pytest.fixture
def registry(tmp_path):
    return Registry(tmp_path / "models" / "artifacts", contracts=("features-1",))


def test_the_first_version_is_promoted_by_itself_and_later_ones_are_not(registry, arrays, facts):
    assert [registry.save(arrays, facts) for _ in range(3)] == ["v0001", "v0002", "v0003"]
    assert registry.versions() == ["v0001", "v0002", "v0003"]
    assert registry.promoted() == "v0001"
    assert registry.load().version == "v0001"
    assert registry.load("v0003").version == registry.load("3").version == "v0003"


def test_all_manifests_are_those_of_each_version_and_a_damaged_one_is_refused(
    registry, arrays, facts
):
    assert registry.manifests() == []
    saved = [registry.save(arrays, replace(facts, seed=seed)) for seed in (3, 4)]
    assert registry.manifests() == [registry.manifest(version) for version in saved]
    assert [one.facts.seed for one in registry.manifests()] == [3, 4]
    (registry.directory / "v0002" / "manifest.json").write_text("{}")
    with pytest.raises(BadArtifact, match="v0002"):
        registry.manifests()


def test_rolling_back_undoes_promotions_one_by_one(registry, arrays, facts):
    for _ in range(3):
        registry.save(arrays, facts)
    registry.promote("v0002")
    registry.promote("v0003")
    registry.promote("v0003")
    assert registry.rollback() == "v0002"
    assert registry.rollback() == "v0001"
    assert registry.promoted() == "v0001"
    with pytest.raises(BadArtifact, match="no earlier promotion"):
        registry.rollback()


def test_versions_never_go_back_after_one_is_deleted_in_between(registry, arrays, facts):
    for _ in range(3):
        registry.save(arrays, facts)
    shutil.rmtree(registry.directory / "v0002")
    assert registry.save(arrays, facts) == "v0004"


def test_savers_at_the_same_time_get_versions_of_their_own(registry, arrays, facts):
    with ThreadPoolExecutor(8) as pool:
        saved = list(pool.map(lambda _: registry.save(arrays, facts), range(24)))
    assert sorted(saved) == registry.versions()
    assert len(set(saved)) == 24
    for version in saved:
        registry.verify(version)
    assert not list(registry.directory.glob(".saving-*"))


def test_a_save_that_fails_leaves_nothing_behind(registry, arrays, facts):
    with pytest.raises(BadArtifact, match="Python objects"):
        registry.save(arrays | {"bad": [object()]}, facts)
    assert list(registry.directory.iterdir()) == []


def test_a_damaged_version_cannot_be_promoted_or_rolled_back_to(registry, arrays, facts):
    for _ in range(2):
        registry.save(arrays, facts)
    registry.promote("v0002")
    (registry.directory / "v0001" / "arrays.npz").write_bytes(b"")
    with pytest.raises(BadArtifact, match="SHA-256 differs"):
        registry.promote("v0001")
    with pytest.raises(BadArtifact, match="SHA-256 differs"):
        registry.rollback()
    assert registry.promoted() == "v0002"


def test_a_version_of_another_contract_cannot_be_loaded(registry, arrays, facts):
    registry.save(arrays, facts)
    with pytest.raises(BadArtifact, match="train again"):
        Registry(registry.directory, contracts=("features-2",)).load()
    assert Registry(registry.directory).load().version == "v0001"


def test_an_empty_registry_says_what_to_do(registry):
    assert registry.versions() == []
    assert registry.promoted() is None
    with pytest.raises(BadArtifact, match="run detector train first"):
        registry.load()


@pytest.mark.parametrize("version", ["v0009", "9", "../v0001", "", "v0001/../v0001", "latest"])
def test_an_unknown_version_is_refused_with_those_there_are(registry, arrays, facts, version):
    registry.save(arrays, facts)
    with pytest.raises(BadArtifact, match="there are v0001"):
        registry.load(version)


def test_a_promotion_log_that_was_tampered_with_is_refused(registry, arrays, facts):
    registry.save(arrays, facts)
    with (registry.directory / "promotions.log").open("a") as log:
        log.write("promote ../../etc\n")
    with pytest.raises(BadArtifact, match=r"line 2: 'promote ../../etc' is neither"):
        registry.load()


def test_a_file_where_the_directory_should_be_is_refused(tmp_path, arrays, facts):
    (tmp_path / "file").write_text("")
    registry = Registry(tmp_path / "file")
    for attempt in (registry.load, lambda: registry.save(arrays, facts)):
        with pytest.raises(BadArtifact, match="file: "):
            attempt()


def test_a_file_where_the_directory_should_be_lists_nothing_but_a_refusal(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(BadArtifact, match=r"file: cannot be read: Not a directory"):
        Registry(tmp_path / "file").versions()


def test_the_manifest_alone_is_that_of_the_version_in_use_or_the_one_named(registry, arrays, facts):
    for _ in range(2):
        registry.save(arrays, facts)
    assert registry.manifest().version == "v0001"
    assert registry.manifest("2").version == "v0002"


@pytest.mark.parametrize("forget", [Path.unlink, lambda log: log.write_bytes(b"")])
def test_without_promotions_no_version_is_in_use_whoever_asks(registry, arrays, facts, forget):
    for _ in range(2):
        registry.save(arrays, facts)
    forget(registry.directory / "promotions.log")
    assert registry.promoted() is None
    for ask in (registry.load, registry.manifest, registry.verify):
        with pytest.raises(
            BadArtifact, match=r"no version is promoted; run: detector models promote v0002$"
        ):
            ask()
    assert registry.save(arrays, facts) == "v0003"
    assert registry.promoted() is None
    registry.promote("v0002")
    assert registry.load().version == "v0002"


def test_a_promoted_version_that_is_missing_is_named_with_what_mends_it(registry, arrays, facts):
    for _ in range(3):
        registry.save(arrays, facts)
    registry.promote("v0003")
    shutil.rmtree(registry.directory / "v0003")
    for ask in (registry.load, registry.manifest):
        with pytest.raises(BadArtifact, match=r"v0003 is promoted and missing; .* promote v0002$"):
            ask()
    with pytest.raises(BadArtifact, match="no version 'v0003'"):
        registry.promote("v0003")
    registry.promote("v0002")
    assert registry.load().version == "v0002"


def test_empty_lines_in_the_promotion_log_say_nothing(registry, arrays, facts):
    registry.save(arrays, facts)
    with (registry.directory / "promotions.log").open("a") as log:
        log.write("\n\n")
    assert registry.promoted() == "v0001"


@pytest.mark.parametrize("put", [Path.mkdir, os.mkfifo, lambda p: p.symlink_to("/dev/full")])
def test_a_promotion_log_that_is_no_file_can_be_neither_read_nor_written(
    registry, arrays, facts, put
):
    registry.save(arrays, facts)
    log = registry.directory / "promotions.log"
    log.unlink()
    put(log)
    for attempt in (registry.promoted, lambda: registry.promote("v0001")):
        with pytest.raises(BadArtifact, match=r"promotions.log: is no ordinary file"):
            attempt()


def test_a_promotion_after_a_line_without_its_end_has_a_line_of_its_own(registry, arrays, facts):
    for _ in range(2):
        registry.save(arrays, facts)
    log = registry.directory / "promotions.log"
    log.write_text("promote v0001")
    registry.promote("v0002")
    assert log.read_text() == "promote v0001\npromote v0002\n"


def test_a_promotion_is_one_line_and_no_other_sign_ends_it(registry, arrays, facts):
    registry.save(arrays, facts)
    log = registry.directory / "promotions.log"
    log.write_text("promote v0001\fpromote v0001\n")
    with pytest.raises(BadArtifact, match="line 1: "):
        registry.promoted()


def test_a_save_gives_up_where_every_next_version_is_taken(registry, arrays, facts, monkeypatch):
    registry.save(arrays, facts)
    monkeypatch.setattr(registry, "versions", list)  # as if others had saved since it looked
    monkeypatch.setattr("models.registry._ATTEMPTS", 1)
    with pytest.raises(BadArtifact, match="no free version after v0000"):
        registry.save(arrays, facts)
    assert not list(registry.directory.glob(".saving-*"))


def test_budgets_are_kept_with_a_version_and_leave_nothing_beside(registry, arrays, facts):
    registry.save(arrays, facts)
    assert registry.budgets() is None
    seal = registry.manifest().arrays_sha256
    for seed in (1, 2):
        kept = replace(curve_with(budget(1)), arrays_sha256=seal, seed=seed)
        registry.keep_budgets(kept)
        assert registry.budgets("v0001") == kept
    names = {path.name for path in (registry.directory / "v0001").iterdir()}
    assert names == {"arrays.npz", "manifest.json", "card.md", "budgets.json"}


def test_budgets_measured_with_other_arrays_are_not_kept(registry, arrays, facts):
    registry.save(arrays, facts)
    with pytest.raises(BadArtifact, match="was measured with"):
        registry.keep_budgets(curve_with(budget(1)))
    assert registry.budgets() is None


def test_damaged_budgets_are_refused_and_keep_no_version_from_scoring(registry, arrays, facts):
    registry.save(arrays, facts)
    (registry.directory / "v0001" / "budgets.json").write_text("{}")
    with pytest.raises(BadArtifact, match=r"budgets\.json: is no budget curve"):
        registry.budgets()
    assert registry.verify().version == "v0001"


def test_drift_is_kept_with_a_version_in_place_of_what_was_kept(registry, arrays, facts):
    registry.save(arrays, facts)
    assert registry.drift() is None
    for report in (report_of(1.0), report_of(9.0, 9.5)):
        registry.keep_drift("v0001", report)
        assert registry.drift() == report
    assert not list((registry.directory / "v0001").glob(".*"))


def test_a_first_version_that_was_killed_before_it_appeared_leaves_nothing_wrong(
    registry, arrays, facts
):
    registry.save(arrays, facts)
    shutil.rmtree(registry.directory / "v0001")  # promoted, and not yet in its place
    with pytest.raises(BadArtifact, match="run detector train first"):
        registry.load()
    assert registry.save(arrays, facts) == "v0001"
    assert registry.load().version == "v0001"
    assert (registry.directory / "promotions.log").read_text() == "promote v0001\n"


def judged(registry, version, champion, result="passed"):
    registry.keep_verdict(
        GateVerdict(
            version=version,
            arrays_sha256=registry.manifest(version).arrays_sha256,
            champion=champion,
            created_at=0,
            span=(0, 1),
            spikes=100,
            seed=0,
            checks=(Check("found", result, 0.1, 0.9, -0.9, -0.7, "it finds as many"),),
        )
    )


@pytest.mark.parametrize("result", ["passed", "refused"])
def test_a_verdict_beside_another_version_than_the_one_in_use_does_not_count(
    registry, arrays, facts, result
):
    for _ in range(3):
        registry.save(arrays, facts)
    judged(registry, "v0002", "v0001", result)
    registry.promote("v0003")
    with pytest.raises(
        GateRefused, match="v0002 was judged beside v0001, and v0003 is in use by now; judge it"
    ):
        registry.promote("v0002", Note(1, "somebody", " "))
    registry.promote("v0002", Note(1, "somebody", "the old one is worse"))
    assert registry.promoted() == "v0002"
    assert not registry.is_stale(registry.verdict("v0002"))  # in use: nothing to decide


def test_a_verdict_counts_while_the_version_is_in_use_that_it_was_judged_beside(
    registry, arrays, facts
):
    for _ in range(3):
        registry.save(arrays, facts)
    judged(registry, "v0002", "v0001")
    judged(registry, "v0003", "v0001", "cannot tell")
    registry.promote("v0002", Note(1, "somebody"))
    registry.rollback()
    with pytest.raises(GateRefused, match=r"v0003 did not pass the gate \(found\)"):
        registry.promote("v0003", Note(1, "somebody"))
    assert registry.promoted() == "v0001"
