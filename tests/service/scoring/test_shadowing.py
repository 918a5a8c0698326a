"""The challenger scores the live market beside the version in use, and changes nothing live."""

import json
import shutil
from weakref import ref

import pytest
from sqlalchemy import select

from detector.durations import DAY_US
from models.changes import Note
from service.assessments.shadows import CHALLENGER
from service.cases import opening
from service.demo.story import Market, load
from service.scoring import actions, shadowing
from service.tables import (
    assessments,
    cases,
    explorations,
    market_snapshots,
    scoring_leases,
    shadow_runs,
    standouts,
)


@pytest.fixture
def rivals(start, database_url, small_market, tmp_path):
    """A service on each store in turn, with a challenger that flags and ranks by other tails."""
    shutil.copytree(small_market / "models", tmp_path / "rivals")
    service = start(database_url, models=tmp_path / "rivals")
    load(Market(small_market, 0, 0), service.context, now=service.clock.now)
    registry = service.parts.active_model.registry
    artifact = registry.load(registry.promoted())
    registry.save(artifact.arrays, artifact.manifest.facts)
    return service


def challenge(service, version="v0002"):
    registry = service.parts.active_model.registry
    registry.labels.alias(CHALLENGER, version, Note(service.clock.now, "ada"))


def rows_of(service, table):
    with service.context.database.reading() as connection:
        return [tuple(row) for row in connection.execute(select(table))]


def shown(service, version="v0002"):
    return service.as_("analyst").get(f"/v1/models/{version}/shadow").json()


def test_a_challenger_scores_every_row_and_nothing_live_is_its(rivals, monkeypatch):
    worker = rivals.parts.worker
    batch = [rivals.complaint(f"new {n}", seller_id="s03", buyer_id=f"b{n}") for n in range(25)]
    assert rivals.as_("ingest").post("/v1/complaints", json={"complaints": batch}).is_success
    rivals.clock.pass_time(minutes=1)
    worker.score_everybody()
    before = {table.name: rows_of(rivals, table) for table in (assessments, cases, standouts)}
    assert rows_of(rivals, shadow_runs) == []

    challenge(rivals)
    snapshots = len(rows_of(rivals, market_snapshots))
    rivals.clock.pass_time(seconds=1)
    worker.score_everybody()
    assert len(rows_of(rivals, market_snapshots)) == snapshots + 1
    assert {row[-1] for row in rows_of(rivals, assessments)} == {"v0001"}
    for table in (cases, standouts):
        assert len(rows_of(rivals, table)) == len(before[table.name])

    found = shown(rivals)
    assert found["state"] == "running"
    assert found["runs"] == 1
    assert found["failed"] == 0
    assert found["scored"] == found["due"] == len(before["assessments"])
    # Both hold the same numbers, so both would have people look at the same sellers.
    assert found["looked"] == found["would_look"] > 0
    assert found["shared"] == 1.0
    assert found["only_challenger"] == found["only_champion"] == []

    # A fault of the feed holds the flags of both.
    flagged, told = [], []

    def assess(*given, **more):
        scored = actions.assess(*given, **more)
        flagged.append(scored.flagged.any())
        return scored

    def looked(rows, _):
        told.append((any(row.flagged for row in rows), "a fault" in rows[0].reasons))
        return frozenset()

    monkeypatch.setattr(actions, "why_held", lambda *_: "a fault")
    monkeypatch.setattr(shadowing, "assess", assess)
    monkeypatch.setattr(shadowing, "_looked", looked)
    rivals.clock.pass_time(seconds=1)
    worker.score_everybody()
    assert flagged == [True]
    assert told == [(False, True), (False, True)]


def test_its_time_ends_and_a_version_in_use_is_no_challenger(rivals):
    challenge(rivals)
    rivals.clock.pass_time(days=29)
    rivals.parts.worker.score_everybody()
    assert rows_of(rivals, shadow_runs) == []
    assert shown(rivals)["state"] == "over"
    challenge(rivals, "v0001")
    rivals.parts.worker.score_everybody()
    assert rows_of(rivals, shadow_runs) == []
    assert shown(rivals)["state"] == "ended"


def test_what_a_challenger_fails_of_is_kept_and_the_market_is_scored(rivals):
    challenge(rivals)
    directory = rivals.parts.active_model.registry.directory / "v0002"
    (directory / "manifest.json").write_text("{}")
    assert rivals.parts.worker.score_everybody() > 0
    found = shown(rivals)
    assert (found["runs"], found["failed"], found["scored"]) == (1, 1, 0)
    assert found["last_error"].startswith("BadArtifact: ")
    assert found["shared"] is None


def test_who_only_one_would_look_at_is_named_with_the_label_of_the_case(rivals, monkeypatch):
    challenge(rivals)

    def only_the_first(rows, _):
        return frozenset(row.seller_id for row in rows[: 2 if len(seen) else 1])

    seen = []

    def looked(rows, capacity):
        found = only_the_first(rows, capacity)
        seen.append(found)
        return found

    monkeypatch.setattr("service.scoring.shadowing._looked", looked)
    rivals.parts.worker.score_everybody()
    (second,) = seen[1] - seen[0]
    found = shown(rivals)
    assert found["shared"] == 0.5
    assert found["only_champion"] == []
    assert [one["seller_id"] for one in found["only_challenger"]] == [second]
    now = rivals.clock.now
    with rivals.context.database.writing() as connection:
        connection.execute(cases.delete().where(cases.c.seller_id == second))
        case = {
            "case_id": "c_1", "seller_id": second, "status": "closed", "suspicion": "seller",
            "opened_at": now, "due_at": now + DAY_US, "base": "{}", "order_key": 0.0,
            "reasons": "[]", "closed_at": now, "label": "problem",
        }  # fmt: skip
        connection.execute(cases.insert().values(case))
    assert shown(rivals)["only_challenger"][0]["label"] == "problem"


def test_a_lot_opens_a_case_for_whom_only_the_challenger_names(rivals, monkeypatch):
    worker, given = rivals.parts.worker, []
    open_for_capacity = opening.open_for_capacity

    def opened(*arguments, **more):
        given.append(more["held_back"])
        return open_for_capacity(*arguments, **more)

    def only_the_challenger(rows, _):
        looks.append(len(looks))
        others = [row.seller_id for row in rows if not row.flagged]
        # The version in use looks first, and once without a challenger.
        return frozenset(others if looks[-1] and looks[-1] % 2 == 0 else ())

    looks = []
    monkeypatch.setattr("service.scoring.worker.open_for_capacity", opened)
    monkeypatch.setattr("service.scoring.shadowing._looked", only_the_challenger)
    worker.score_everybody()
    before = rows_of(rivals, cases)
    challenge(rivals)
    for minutes in (10, 10, 24 * 60):
        rivals.clock.pass_time(minutes=minutes)
        worker.score_everybody()
    assert given == [0, 0, 0, 1]
    drawn = [json.loads(row[-1]) for row in rows_of(rivals, explorations)]
    assert [len(one) for one in drawn] == [1, 1]
    assert {row[4] for row in rows_of(rivals, cases) if row not in before} == {"exploration"}
    found = shown(rivals)["difference"]
    assert (found["only_challenger"]["pending"], found["better"]) == (2, "cannot_tell")


def test_no_live_round_waits_for_a_challenger(rivals, monkeypatch):
    challenge(rivals)
    worker, leased = rivals.parts.worker, []
    shadow = shadowing.score_in_shadow

    def score_in_shadow(*given, **more):
        leased.append(rows_of(rivals, scoring_leases))
        return shadow(*given, **more)

    monkeypatch.setattr("service.scoring.worker.score_in_shadow", score_in_shadow)
    worker.ensure_snapshot(0)
    assert rows_of(rivals, shadow_runs) == []
    rivals.clock.pass_time(seconds=1)
    worker.ensure_snapshot(0, in_shadow=True)
    assert len(rows_of(rivals, shadow_runs)) == 1
    assert leased == [[]]  # others may score the market meanwhile


def test_runs_are_kept_for_a_year(rivals):
    challenge(rivals)
    rivals.parts.worker.score_everybody()
    assert len(rows_of(rivals, shadow_runs)) == 1
    rivals.clock.pass_time(days=365)
    challenge(rivals)
    rivals.parts.worker.score_everybody()
    assert len(rows_of(rivals, shadow_runs)) == 2
    rivals.clock.pass_time(seconds=1)
    rivals.parts.worker.score_everybody()
    assert len(rows_of(rivals, shadow_runs)) == 2


def test_no_more_than_one_market_is_in_memory(rivals, monkeypatch):
    challenge(rivals)
    assess, markets = actions.assess, []

    def assess_one(*given, **more):
        assert not any(market() for market in markets)
        found = assess(*given, **more)
        markets.append(ref(found))
        return found

    for module in (actions, shadowing):
        monkeypatch.setattr(module, "assess", assess_one)
    rivals.parts.worker.score_everybody()
    assert len(markets) == 2
    assert (shown(rivals)["runs"], shown(rivals)["failed"]) == (1, 0)


def test_of_no_version_nothing_is_known(rivals):
    assert rivals.as_("analyst").get("/v1/models/v0009/shadow").status_code == 404
    assert shown(rivals)["state"] == "ended"
