"""Files into the store: as requests would be, all or nothing."""

import csv

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from detector.errors import BadInput
from detector.history.history import LASTING
from detector.instants import text_of
from service.audit.verification import verify
from service.callers.operator import OPERATOR
from service.decisions.withdrawals.loading import load_withdrawals
from service.intake.bulk.load import load_complaints, load_orders
from service.refusals import ComplaintDiffers
from service.scoring.history.histories import stored_history
from service.tables import complaints, orders, rescore_requests, withdrawals


@pytest.fixture
def file(tmp_path):
    def written(rows, name="complaints.csv"):
        path = tmp_path / name
        with path.open("w", newline="") as stream:
            writer = csv.DictWriter(stream, fieldnames=list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        return path

    return written


def load(service, path, loads=load_complaints):
    with service.context.database.writing() as connection:
        return loads(connection, path, now=service.clock.now)


def stored(service, table):
    with service.context.database.reading() as connection:
        return connection.execute(table.select().order_by(*table.primary_key)).all()


def test_a_file_is_stored_like_requests_so_that_either_again_changes_nothing(either, file):
    rows = [either.complaint(f"c{n}", evidence_count=n) for n in range(5)]
    path = file(rows)
    told = load(either, path)
    assert (told.rows, told.fresh) == (5, 5)
    assert {mark.seller_id for mark in stored(either, rescore_requests)} == {"s1"}
    again = either.as_("ingest").post("/v1/complaints", json={"complaints": rows})
    assert (again.status_code, again.json()["repeated"]) == (200, 5)
    assert load(either, path).fresh == 0


def test_a_file_says_who_brought_its_complaints_as_requests_do(either, file):
    flagged = {"source": "trusted_flagger", "source_identity": "Fair Trade e.V."}
    nobody = {"source": "", "source_identity": ""}
    rows = [either.complaint("c0", **flagged), either.complaint("c1", **nobody)]
    path = file([*rows, either.complaint("c2", source="notice", source_identity="")])
    assert load(either, path).fresh == 3
    found = [(row.source, row.source_identity) for row in stored(either, complaints)]
    assert found == [("trusted_flagger", "Fair Trade e.V."), (None, None), (None, None)]
    same = [rows[0], either.complaint("c1"), either.complaint("c2")]
    again = either.as_("ingest").post("/v1/complaints", json={"complaints": same})
    assert again.json()["repeated"] == 3


def test_a_file_says_of_what_group_its_complaints_are_as_requests_do(either, file):
    rows = [either.complaint("c0", group="north"), either.complaint("c1", group="")]
    assert load(either, file(rows)).fresh == 2
    assert [row.group for row in stored(either, complaints)] == ["north", None]
    same = [rows[0], either.complaint("c1")]
    again = either.as_("ingest").post("/v1/complaints", json={"complaints": same})
    assert again.json()["repeated"] == 2


def test_a_file_that_differs_from_what_is_stored_is_refused_whole(either, file):
    either.as_("ingest").post("/v1/complaints", json=either.complaint("c1"))
    rows = [either.complaint("c0"), either.complaint("c1", category="damaged")]
    with pytest.raises(ComplaintDiffers, match="c1"):
        load(either, file(rows))
    assert [row.complaint_id for row in stored(either, complaints)] == ["c1"]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"filed_at": "soon"}, "row 2: column filed_at: .soon. is not a time"),
        ({"evidence_count": "-1"}, "row 2: column evidence_count: .-1. is negative"),
        ({"seller_id": ""}, "row 2: column seller_id: is missing"),
        ({"source": "a friend"}, "row 2: column source: .a friend. is none of notice, trusted"),
        ({"source_identity": "Bea"}, "row 2: column source_identity: .Bea. goes with trusted_flag"),
        ({"filed_at": "2090-01-01"}, "row 2: column filed_at: .2090-01-01. lies in the future"),
    ],
)
def test_a_bad_row_names_itself_and_nothing_is_stored(service, file, changed, told):
    plain = {"evidence_count": "1", "source": "", "source_identity": ""}
    rows = [service.complaint("c0") | plain, service.complaint("c1") | plain | changed]
    with pytest.raises(BadInput, match=told):
        load(service, file(rows))
    assert stored(service, complaints) == []


def test_parquet_with_real_times_and_days_is_read(either, tmp_path):
    from datetime import UTC, date, datetime

    pq.write_table(
        pa.table(
            {
                "complaint_id": ["a", "b"],
                "seller_id": ["s1", "s2"],
                "filed_at": [datetime(2026, 1, 1, 5, tzinfo=UTC)] * 2,
                "category": ["damaged"] * 2,
                "unknown column": [1, 2],
            }
        ),
        tmp_path / "c.parquet",
    )
    pq.write_table(
        pa.table({"seller_id": ["s1", "s1"], "day": [date(2026, 1, 1)] * 2, "orders": [3, 4]}),
        tmp_path / "o.parquet",
    )
    assert load(either, tmp_path / "c.parquet").fresh == 2
    shown = either.as_("analyst").get("/v1/complaints/a").json()
    assert shown["filed_at"] == "2026-01-01T05:00:00Z"
    load(either, tmp_path / "o.parquet", load_orders)
    assert [row.orders for row in stored(either, orders)] == [4]


def loaded(service, path):
    """Load a file with what it says of withdrawals; how many have a verdict."""
    with service.context.database.writing() as connection:
        found = load_complaints(connection, path, now=service.clock.now)
        return load_withdrawals(connection, found.withdrawn, caller=OPERATOR, now=service.clock.now)


def test_a_complaint_that_a_file_says_was_withdrawn_no_longer_counts(either, file):
    taken = "2026-03-01T12:00:00Z"
    rows = [either.complaint(f"c{n}", buyer_id=f"b{n}") | {"outcome": "pending"} for n in range(4)]
    rows = [{**row, "decided_at": "", "withdrawn_at": ""} for row in rows]
    rows[1]["withdrawn_at"] = rows[3]["withdrawn_at"] = taken
    upheld = {"outcome": "upheld", "decided_at": "2026-03-01T11:00:00Z"}
    rows[3] |= upheld | {"seller_id": "s2"}
    path = file(rows)
    assert loaded(either, path) == 0
    withdrawn = {row.complaint_id: row for row in stored(either, withdrawals)}
    assert {name: row.outcome for name, row in withdrawn.items()} == {"c1": "ended", "c3": "noted"}
    assert {text_of(row.filed_at) for row in withdrawn.values()} == {taken}
    with either.context.database.reading() as connection:
        [filed] = [stored_history(connection, before=either.clock.now).complaints]
        counted = filed.withdrawn_at == LASTING
        assert counted.tolist().count(False) == 2
        assert verify(connection).sentences == []  # the rows are sealed
    pending = either.as_("analyst").get("/v1/sellers/s1/complaints?outcome=pending").json()
    assert {one["complaint_id"] for one in pending["complaints"]} == {"c0", "c2"}
    record = either.as_("admin").get("/v1/audit", params={"seller": "s2"}).json()["records"]
    assert [(one["actor"], one["action"]) for one in record] == [
        ("the command line", "withdrawals.loaded")
    ]
    assert loaded(either, path) == 0  # once more changes nothing
    assert len(stored(either, withdrawals)) == 2


def test_a_withdrawal_that_comes_later_is_stored_unless_there_is_a_verdict(either, file):
    rows = [either.complaint(f"c{n}") for n in range(2)]
    load(either, file(rows))
    body = {"outcome": "rejected", "reason": "no proof"}
    answer = either.as_("moderator", "mia").post("/v1/complaints/c0/verdict", json=body)
    assert answer.status_code == 201
    path = file([{**row, "withdrawn_at": "2026-03-01T12:00:00Z"} for row in rows])
    assert loaded(either, path) == 1
    assert [row.complaint_id for row in stored(either, withdrawals)] == ["c1"]


def test_a_complaint_is_not_withdrawn_before_it_is_filed(service, file):
    row = service.complaint("c0") | {"withdrawn_at": "2026-02-01T00:00:00Z"}
    with pytest.raises(BadInput, match=r"row 1: column withdrawn_at: .* is before filed_at"):
        load(service, file([row]))
    assert stored(service, complaints) == []
