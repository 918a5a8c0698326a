"""A complaint from a file and the same one from a request have one fingerprint."""

from hashlib import sha256

import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import given
from hypothesis import strategies as st

from detector.instants import text_of
from detector.rules.events import ORGANISATIONS
from service.intake.bulk.checked import COMPLAINT_NAMES
from service.intake.bulk.fingerprints import TEXT, fingerprints_of
from service.intake.complaints.schemas import Complaint

KINDS = {"filed_at": pa.int64(), "decided_at": pa.int64(), "evidence_count": pa.int64()}
LATEST = 4_102_444_800_000_000

texts = st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters=[*map(chr, range(32)), "\x7f"]),
    min_size=1,
    max_size=12,
).filter(lambda text: text not in (".", ".."))
maybe = st.none() | texts
instants = st.integers(0, LATEST) | st.integers(0, LATEST // 1_000_000).map(lambda s: s * 1_000_000)


sources = st.one_of(
    st.sampled_from([{}, {"source": "own_initiative"}, {"source": "notice"}]),
    st.builds(
        lambda source, name: {"source": source, "source_identity": name},
        st.sampled_from(ORGANISATIONS),
        maybe,
    ),
)


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
        "group": draw(maybe),
        "evidence_count": draw(st.none() | st.integers(0, 1_000_000)),
        "outcome": draw(outcomes),
        "decided_at": decided_at,
        **draw(sources),
    }


@given(st.lists(bodies(), min_size=1, max_size=5))
def test_a_batchs_fingerprints_are_its_complaints_own(rows):
    columns = {
        name: pa.array([row.get(name) for row in rows], KINDS.get(name, TEXT))
        for name in COMPLAINT_NAMES
    }
    source = columns["source"]  # as the store has it: an ordinary notice is no source
    columns["source"] = pc.if_else(pc.equal(source, "notice"), None, source)
    expected = []
    for row in rows:
        given_text = {
            name: text_of(value) if name in ("filed_at", "decided_at") and value is not None
            else value
            for name, value in row.items()
        }  # fmt: skip
        expected.append(Complaint(**given_text).fingerprint())
    assert fingerprints_of(columns) == expected


def test_a_body_that_names_no_source_has_the_fingerprint_that_it_always_had():
    body = {"complaint_id": "c1", "seller_id": "s1", "filed_at": "2026-03-01T10:00:00Z"}
    plain = Complaint(**body, category="late").fingerprint()
    text = (
        '{"complaint_id":"c1","seller_id":"s1","filed_at":"2026-03-01T10:00:00Z","category":"late",'
        '"order_id":null,"buyer_id":null,"listing_id":null,"evidence_count":null,'
        '"outcome":"pending","decided_at":null}'
    )
    assert plain == sha256(text.encode()).digest()
    assert Complaint(**body, category="late", source="notice").fingerprint() == plain
    assert Complaint(**body, category="late", source="own_initiative").fingerprint() != plain
