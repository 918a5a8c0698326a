"""What is read of a store is what was put in, on either store, missing values included."""

from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.audit.actions import record
from service.callers.operator import OPERATOR
from service.erasure.store import erase_evidence
from service.intake.bulk.load import load_complaints, load_orders
from service.intake.complaints.schemas import Complaint
from service.scoring.history.histories import given_history, sellers_history, stored_history
from service.scoring.history.store import complaint_table, order_table
from training.simulator import Episodes, Marketplace
from training.simulator.writing import write_market
from training.tables.readers import read_history

LATE = 4_000_000_000_000_000


@pytest.fixture
def filled(either, tmp_path):
    filed = tmp_path / "complaints.csv"
    filed.write_text(
        "complaint_id,seller_id,filed_at,category,buyer_id,evidence_count,outcome,decided_at\n"
        'a,"s,1",2020-01-01,not received,,,,\n'
        'b,"s,1",2020-01-02,damaged,b1,0,upheld,2020-02-01\n'
        "c,ß,2020-01-03T00:00:00.000001Z,damaged,,3,,\n"
    )
    bought = tmp_path / "orders.csv"
    bought.write_text('seller_id,day,orders\nß,2020-01-01,3\nß,2020-01-02,0\n"s,1",2020-01-01,5\n')
    with either.context.database.writing() as connection:
        load_complaints(connection, filed, now=either.clock.now)
        load_orders(connection, bought, now=either.clock.now)
    return either


def rows(service, reads, *given):
    with service.context.database.reading() as connection:
        table = reads(connection, *given)
    return sorted(tuple(row.values()) for row in table.to_pylist())


def test_all_is_read_and_nulls_stay_nulls(filled):
    found = rows(filled, complaint_table, LATE)
    day = 86_400_000_000
    first = 18_262 * day
    assert found == [
        ("s,1", first, "not received", None, None, "pending", None, None, None),
        ("s,1", first + day, "damaged", "b1", 0, "upheld", first + 31 * day, None, None),
        ("ß", first + 2 * day + 1, "damaged", None, 3, "pending", None, None, None),
    ]
    assert rows(filled, order_table) == [("s,1", 18262, 5), ("ß", 18262, 3), ("ß", 18263, 0)]


def test_groups_are_read_where_there_are_any(filled, tmp_path):
    with filled.context.database.reading() as connection:
        plain = stored_history(connection, before=LATE)
        some = sellers_history(connection, ["ß"], before=LATE, has_orders=True)
    assert (plain.groups, plain.complaints.group) == ((), None)
    assert (some.groups, some.complaints.group) == ((), None)
    more = tmp_path / "more.csv"
    more.write_text(
        "complaint_id,seller_id,filed_at,category,group\n"
        "d,ß,2020-01-04,late,süd\ne,ß,2020-01-05,late,north\n"
    )
    with filled.context.database.writing() as connection:
        load_complaints(connection, more, now=filled.clock.now)
        history = stored_history(connection, before=LATE)
        some = sellers_history(connection, ["ß"], before=LATE, has_orders=True)
    assert history.groups == some.groups == ("north", "süd")
    # By seller and time: two of the other seller, and three of this one.
    assert history.complaints.group.tolist() == [-1, -1, -1, 1, 0]
    assert some.complaints.group.tolist() == [-1, 1, 0]


GROUPED = Marketplace(sellers=40, days=90, groups=5, episodes=Episodes(per_seller_year=0.0))


def test_groups_of_a_file_are_those_of_the_store_and_of_a_request(either, tmp_path):
    write_market(GROUPED, 3, tmp_path)
    table = pq.read_table(tmp_path / "complaints.parquet")
    # Every fifth names none.
    some = [None if n % 5 == 0 else name for n, name in enumerate(table["group"].to_pylist())]
    table = table.set_column(table.column_names.index("group"), "group", pa.array(some))
    path = tmp_path / "some.parquet"
    pq.write_table(table, path)
    expected = named_groups(read_history(path))
    assert {group for _, _, group in expected} == {None, "g0", "g1", "g2", "g3", "g4"}
    with either.context.database.writing() as connection:
        load_complaints(connection, path, now=either.clock.now)
        stored = stored_history(connection, before=LATE)
        some = sellers_history(connection, stored.sellers, before=LATE, has_orders=False)
    assert named_groups(stored) == named_groups(some) == expected
    names = ("complaint_id", "seller_id", "filed_at", "category", "group")
    said = table.select(names).to_pylist()
    bodies = [Complaint(**row | {"filed_at": row["filed_at"].isoformat()}) for row in said]
    assert named_groups(given_history(bodies, None)) == expected


def named_groups(history):
    """Seller, time and group of each complaint."""
    table, names = history.complaints, (*history.groups, None)
    rows = zip(table.seller, table.filed_at, table.group, strict=True)
    found = [(history.sellers[seller], int(at), names[group]) for seller, at, group in rows]
    return sorted(found, key=str)


def test_a_request_without_groups_gives_none():
    said = {"seller_id": "s", "filed_at": "2024-05-01T00:00:00Z", "category": "late"}
    history = given_history([Complaint(complaint_id="a", group=None, **said)], None)
    assert (history.groups, history.complaints.group) == ((), None)


def test_when_complaints_were_recorded_is_read_where_it_is_asked_for(filled):
    with filled.context.database.reading() as connection:
        plain = stored_history(connection, before=LATE).complaints
        told = stored_history(connection, before=LATE, with_recorded_at=True).complaints
    assert plain.recorded_at is None
    assert told.recorded_at.tolist() == [filled.clock.now] * 3
    assert told.filed_at.tolist() == plain.filed_at.tolist()


def test_some_sellers_and_only_what_was_filed_before_an_instant_are_read(filled):
    first = 18_262 * 86_400_000_000
    assert [row[1] for row in rows(filled, complaint_table, first + 1, ["s,1", "ß"])] == [first]
    assert rows(filled, order_table, ["s,1", "unknown"]) == [("s,1", 18262, 5)]


def add_link(service, complaint_id, party="complainant"):
    body = {"kind": "photo_received", "link": "https://example.org/1", "party": party}
    path = f"/v1/complaints/{complaint_id}/evidence"
    assert service.as_("ingest").post(path, json=body).status_code == 201


@given(data=st.data())
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_was_on_file_at_an_instant_counts_at_it(either, data):
    """Pieces come to complaints in any order; the history of each instant is what lay there."""
    seller, begin = f"s{uuid4().hex}", either.clock.now
    said = data.draw(st.lists(st.sampled_from([None, 0, 0, 2]), min_size=1, max_size=4))
    filed = [
        either.complaint(f"{seller}-{n}", seller_id=seller, category=f"k{n}", evidence_count=count)
        for n, count in enumerate(said)
    ]
    assert either.as_("ingest").post("/v1/complaints", json={"complaints": filed}).is_success
    on_file, expected = {f"k{n}": count for n, count in enumerate(said)}, []
    pieces = st.tuples(st.integers(0, len(said) - 1), st.sampled_from(["complainant", "seller"]))
    for n, party in data.draw(st.lists(pieces, max_size=5)):
        add_link(either, f"{seller}-{n}", party)
        if party == "complainant" and on_file[f"k{n}"] == 0:
            on_file[f"k{n}"] = 1
        either.clock.pass_time(minutes=1)
        expected.append((either.clock.now, dict(on_file)))
    expected.insert(0, (begin, {f"k{n}": count for n, count in enumerate(said)}))
    with either.context.database.reading() as connection:
        alone = sellers_history(connection, [seller], before=either.clock.now, has_orders=False)
        among = stored_history(connection, before=either.clock.now).only([seller])
    for instant, counts in expected:
        assert _evidence_by_category(alone.as_of(instant)) == counts
        assert _evidence_by_category(among.as_of(instant)) == counts


def _evidence_by_category(known):
    evidence = known.complaints.evidence
    if evidence is None:
        return dict.fromkeys(known.categories)
    names = [known.categories[code] for code in known.complaints.category]
    return {n: None if e < 0 else e for n, e in zip(names, evidence.tolist(), strict=True)}


def test_evidence_that_was_erased_since_had_been_there(either):
    body = either.complaint(evidence_count=0, buyer_id="b1")
    assert either.as_("ingest").post("/v1/complaints", json=body).is_success
    add_link(either, "c1")
    either.clock.pass_time(minutes=1)
    with either.context.database.writing() as connection:
        erase_evidence(connection, ["c1"], either.clock.now)
        record(connection, "buyer.erased", "buyer b1", at=either.clock.now, caller=OPERATOR)
    either.clock.pass_time(minutes=1)
    with either.context.database.reading() as connection:
        known = stored_history(connection, before=either.clock.now).as_of(either.clock.now)
    assert known.complaints.evidence.tolist() == [1]


def test_of_nobody_there_is_nothing(filled):
    with filled.context.database.reading() as connection:
        for table in (complaint_table(connection, 1), order_table(connection, [])):
            assert isinstance(table, pa.Table)
            assert table.num_rows == 0
