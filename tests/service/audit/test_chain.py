"""The audit chain: a changed, missing or moved record is found."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from service.audit.chain import GENESIS, SEALED, faults_of, seal_of
from service.audit.verification import verify

UPHELD = {
    "outcome": "upheld",
    "reason": "fake",
    "evidence": ["photo_received", "photo_official"],
    "elsewhere": "parcel 7",
}


def chain_of(count):
    records, previous = [], GENESIS
    for number in range(1, count + 1):
        record = dict.fromkeys(SEALED, "x") | {"number": number, "previous": previous}
        record["seal"] = previous = seal_of(record)
        records.append(record)
    return records


@given(st.integers(0, 20))
def test_an_untouched_chain_is_whole(count):
    assert list(faults_of(chain_of(count))) == []


@given(st.integers(1, 10), st.data())
def test_any_changed_field_is_found(count, data):
    records = chain_of(count)
    place = data.draw(st.integers(0, count - 1))
    field = data.draw(st.sampled_from([name for name in SEALED if name != "number"]))
    records[place][field] = "y"
    assert records[place]["number"] in {fault.number for fault in faults_of(records)}


@given(st.integers(2, 10), st.data())
def test_a_missing_record_is_found_unless_it_is_the_last(count, data):
    records = chain_of(count)
    place = data.draw(st.integers(0, count - 2))
    del records[place]
    assert place + 1 in {fault.number for fault in faults_of(records)}


@given(st.integers(2, 10), st.data())
def test_two_records_changed_about_are_found(count, data):
    records = chain_of(count)
    one, other = data.draw(st.lists(st.integers(0, count - 1), min_size=2, max_size=2, unique=True))
    numbers = records[one]["number"], records[other]["number"]
    records[one], records[other] = records[other], records[one]
    records[one]["number"], records[other]["number"] = numbers
    assert list(faults_of(records))


@pytest.fixture
def decided(either):
    batch = [either.complaint("c1"), either.complaint("c2")]
    either.as_("ingest").post("/v1/complaints", json={"complaints": batch})
    mia = either.as_("moderator", "mia")
    for one in ("c1", "c2"):
        assert mia.post(f"/v1/complaints/{one}/verdict", json=UPHELD).is_success
    either.as_("ingest").post("/v1/complaints/c2/appeal", json={"reason": "genuine"})
    return either


def test_every_decision_is_noted_with_who_why_before_and_after(decided):
    with decided.context.database.reading() as connection:
        query = "SELECT * FROM audit WHERE action <> 'key.created' ORDER BY number"
        rows = connection.execute(text(query)).all()
        assert verify(connection).sentences == []
    assert [row.action for row in rows] == ["verdict.upheld", "verdict.upheld", "appeal.filed"]
    assert (rows[1].actor, rows[1].role, rows[1].why) == ("mia", "moderator", "fake")
    assert json.loads(rows[1].before)["points"] == 6
    assert json.loads(rows[1].after)["points"] == 0
    assert rows[1].policy == "standard v1"


def test_the_record_can_be_read_newest_first_and_by_subject(decided):
    analyst = decided.as_("analyst")
    told, asked = [], {"limit": 2}
    while len(told) < 100:
        page = analyst.get("/v1/audit", params=asked).json()
        told += page["records"]
        if page["next_cursor"] is None:
            break
        asked["cursor"] = page["next_cursor"]
    assert [one["number"] for one in told] == list(range(len(told), 0, -1))
    decisions = [one for one in told if one["action"] != "key.created"]
    assert [one["action"] for one in decisions] == [
        "appeal.filed",
        "verdict.upheld",
        "verdict.upheld",
    ]
    [record] = analyst.get("/v1/audit", params={"subject": "complaint c1"}).json()["records"]
    assert (record["actor"], record["why"], record["is_erased"]) == ("mia", "fake", False)
    assert (record["before"]["points"], record["after"]["points"]) == (12, 6)
    assert analyst.get("/v1/audit", params={"cursor": "x"}).status_code == 422
    assert decided.as_("ingest").get("/v1/audit").status_code == 403


@pytest.mark.parametrize("table", ["audit", "ledger_events"])
@pytest.mark.parametrize("change", ["DELETE FROM {}", "UPDATE {} SET {} = {}"])
def test_the_database_itself_refuses_to_rewrite_the_record(decided, table, change):
    column = "number" if table == "audit" else "position"

    def rewrite():
        with decided.context.database.writing() as connection:
            connection.execute(text(change.format(table, column, column)))

    with pytest.raises(DBAPIError, match="append-only"):
        rewrite()


def test_verify_finds_a_row_that_was_tampered_with_behind_the_triggers(start, sqlite_url, command):
    service = start(sqlite_url)
    service.as_("ingest").post("/v1/complaints", json=service.complaint())
    service.as_("moderator").post("/v1/complaints/c1/verdict", json=UPHELD)

    def verified():
        return command("audit", "verify", "--database", sqlite_url)

    assert verified().returncode == 0
    with service.context.database.writing() as connection:
        connection.execute(text("DROP TRIGGER audit_no_update"))
        connection.execute(text("UPDATE audit SET actor = 'somebody else'"))
    found = verified()
    assert found.returncode == 1
    assert "broken: record 1 was changed" in found.stdout
