"""The compiled passes count what NumPy counts, to the last bit."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.durations import DAY_US
from detector.history.building import history_of
from detector.makeup import tallies
from detector.makeup.attributes import ATTRIBUTES
from detector.makeup.tallies import shares_at, tallies_of

COLUMNS = ("(all)", "late", "broken", "(other categories)")
AS_OF = 500 * DAY_US
OPTIONAL = ("delay_days", "evidence", "outcome")


def history(complaints, sellers, seed):
    """Complaints at every edge of an attribute, a window and a block."""
    random = np.random.default_rng(seed)
    age = random.choice([0, 13, 14, 27, 28, 34, 35, 62, 63, 398, 399, 420], complaints)
    day = AS_OF // DAY_US - 1 - age
    hour = random.choice([0.0, 1e-9, 3.0, 2.999, 23.9], complaints) / 24.0
    filed_at = day * DAY_US + (hour * DAY_US).astype(np.int64) + random.integers(0, 2, complaints)
    outcome = random.integers(0, 4, complaints)
    return history_of(
        {
            "seller_id": [f"s{int(i)}" for i in sellers * random.random(complaints) ** 3],
            "filed_at": filed_at,
            "category": random.choice(["late", "broken", "rare", "new"], complaints),
            "evidence_count": random.integers(-1, 6, complaints),
            "outcome": outcome,
            "decided_at": np.where(outcome > 0, filed_at + 1, np.iinfo(np.int64).max),
            "delay_days": random.choice([np.nan, 0.0, 0.5, 1.0, 2.9, 19.0, 30.0, 99.0], complaints),
        }
    )


def lacking(history, absent):
    complaints = replace(history.complaints, **dict.fromkeys(absent))
    if "outcome" in absent:
        complaints = replace(complaints, decided_at=None)
    return replace(history, complaints=complaints)


@given(
    st.integers(0, 400),
    st.integers(1, 12),
    st.integers(0, 10_000),
    st.sets(st.sampled_from(OPTIONAL)),
    st.sets(st.sampled_from(ATTRIBUTES), min_size=1),
    st.sampled_from([3, 20_000]),
)
@settings(max_examples=40, deadline=None)
def test_one_pass_counts_what_numpy_counts(
    kernels_used, complaints, sellers, seed, absent, asked, shared_among
):
    known = lacking(history(complaints, sellers, seed), absent).as_of(AS_OF)
    for column in (known.complaints.filed_at, known.complaints.category):
        column.flags.writeable = seed % 2 == 0
    attributes = tuple(name for name in ATTRIBUTES if name in asked)
    found = []
    before = tallies._SELLERS_MAX
    tallies._SELLERS_MAX = shared_among
    try:
        for used in (False, True):
            with kernels_used(used):
                tally = tallies_of(known, AS_OF, attributes, COLUMNS)
                found.append((tally, shares_at(known, AS_OF, attributes, COLUMNS)))
    finally:
        tallies._SELLERS_MAX = before
    (plain, plain_shares), (compiled, compiled_shares) = found
    assert list(plain) == list(compiled)
    for name in plain:
        for part in ("rows", "recent", "past", "blocks"):
            assert np.array_equal(getattr(plain[name], part), getattr(compiled[name], part))
    assert np.array_equal(plain_shares.lately, compiled_shares.lately)
    assert np.array_equal(plain_shares.before, compiled_shares.before)
