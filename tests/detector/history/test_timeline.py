"""Blocks cut the time before an instant without gaps or overlaps."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from detector.history.timeline import blocks_of
from detector.settings import DEFAULT, Settings

BLOCKS = blocks_of(DEFAULT)


@given(st.integers(0, 405))
def test_every_age_lies_in_its_block(age):
    block = int(BLOCKS.block_of(np.array([age]))[0])
    assert BLOCKS.edges[block] <= age < BLOCKS.edges[block + 1]


@given(st.integers(7, 60), st.integers(1, 52))
def test_blocks_are_single_days_and_then_whole_weeks(recent, weeks):
    settings = Settings(recent_days=recent, baseline_days=recent + 7 * weeks)
    blocks = blocks_of(settings)
    assert len(blocks) == recent + weeks
    assert blocks.days.tolist() == [1.0] * recent + [7.0] * weeks
    assert blocks.edges[-1] == settings.baseline_days


def test_ages_past_the_last_edge_fall_into_the_last_block():
    assert BLOCKS.block_of(np.array([10_000]))[0] == len(BLOCKS) - 1
