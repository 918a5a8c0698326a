import pyarrow as pa
import pyarrow.parquet as pq

from detector.history.history import UNDECIDED, UNKNOWN, Outcome
from training.tables.reading.complaints import checked_batches
from training.tables.reading.refusals import Refusals
from training.tables.reading.source import source_of


def test_good_rows_pass_with_their_places_and_bad_ones_do_not(tmp_path):
    table = {
        "complaint_id": ["a", "b", "c", "d"],
        "seller_id": ["s", None, "s", "s"],
        "filed_at": ["2024-05-01"] * 4,
        "category": ["x"] * 4,
        "outcome": ["upheld", None, "pending", None],
        "decided_at": ["2024-05-02", None, "2024-05-03", None],
        "evidence_count": [1, 2, None, 0],
    }
    pq.write_table(pa.table(table), tmp_path / "c.parquet")
    refusals = Refusals(strict=False)
    duplicates = {3: "is already on row 1"}
    (part,) = checked_batches(
        source_of(tmp_path / "c.parquet"), refusals, now=None, duplicates=duplicates
    )
    assert part.numbers.tolist() == [1, 3]
    assert part.positions.tolist() == [0, 2]
    assert part.complaint_id.to_pylist() == ["a", "c"]
    assert part.outcome.tolist() == [Outcome.UPHELD, Outcome.PENDING]
    assert part.decided_at[1] == UNDECIDED
    assert part.evidence.tolist() == [1, UNKNOWN]
    assert part.buyer_id is None
    assert refusals.count == 2
