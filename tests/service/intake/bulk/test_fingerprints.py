"""A complaint from a file and the same one from a request have one fingerprint."""

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from detector.instants import text_of
from service.intake.bulk.checked import COMPLAINT_NAMES
from service.intake.bulk.fingerprints import TEXT, fingerprints_of
from service.intake.complaints.schemas import Complaint

KINDS = {"filed_at": pa.int64(), "decided_at": pa.int64(), "evidence_count": pa.int64()}
LATEST = 4_102_444_800_000_000

texts = st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters=[*map(chr, range(32)), "\x7f"]),
    min_size=1,
    max_size=12,
)
maybe = st.none() | texts
instants = st.integers(0, LATEST) | st.integers(0, LATEST // 1_000_000).map(lambda s: s * 1_000_000)


@st.composite
def bodies(draw):
    filed_at = draw(instants)
    decided_at = draw(st.none() | st.integers(filed_at, LATEST + 1))
    outcomes = st.just("pending") if decided_at is None else st.sampled_from(["upheld", "rejected"])
    return {
        "complaint_id": draw(texts),
        "seller_id": draw(texts),
        "filed_at": filed_at,
        "category": draw(texts),
        "order_id": draw(maybe),
        "buyer_id": draw(maybe),
        "listing_id": draw(maybe),
        "evidence_count": draw(st.none() | st.integers(0, 1_000_000)),
        "outcome": draw(outcomes),
        "decided_at": decided_at,
    }


@given(st.lists(bodies(), min_size=1, max_size=5))
def test_a_batchs_fingerprints_are_its_complaints_own(rows):
    columns = {
        name: pa.array([row[name] for row in rows], KINDS.get(name, TEXT))
        for name in COMPLAINT_NAMES
    }
    expected = []
    for row in rows:
        given_text = {
            name: text_of(value) if name in ("filed_at", "decided_at") and value is not None
            else value
            for name, value in row.items()
        }  # fmt: skip
        expected.append(Complaint(**given_text).fingerprint())
    assert fingerprints_of(columns) == expected
