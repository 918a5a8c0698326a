"""An object whose names are all different is read as it is; any other is refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.errors import BadInput
from detector.strict_json import object_of

NAMES = st.text(max_size=3)


@given(st.lists(st.tuples(NAMES, st.integers()), max_size=6))
def test_names_that_differ_are_read_and_one_that_stands_twice_is_refused(pairs):
    names = [name for name, _ in pairs]
    if len(set(names)) == len(names):
        assert object_of(pairs) == dict(pairs)
    else:
        with pytest.raises(BadInput, match="stands twice in one object; say it once"):
            object_of(pairs)


def test_objects_below_others_are_read_strictly_too():
    with pytest.raises(BadInput, match="the name 'y' stands twice"):
        json.loads('[{"x": {"y": 1, "z": 2, "y": 3}}]', object_pairs_hook=object_of)
