import io
import pickle
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from detector.errors import BadArtifact
from models.arrays import arrays_in, bytes_of

HERE = Path("arrays.npz")


def archive(**members):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return stream.getvalue()


def npy(array):
    stream = io.BytesIO()
    np.lib.format.write_array(stream, array, allow_pickle=True)
    return stream.getvalue()


def claiming(length):
    """An array that states a length it does not have."""
    stream = io.BytesIO()
    header = {"descr": "<f8", "fortran_order": False, "shape": (length,)}
    np.lib.format.write_array_header_1_0(stream, header)
    return stream.getvalue()


@given(
    st.dictionaries(
        st.sampled_from(["a", "b", "z_9"]),
        hnp.arrays(
            st.sampled_from([np.float64, np.int8, np.bool_, np.dtype("<U5")]),
            hnp.array_shapes(min_dims=0, min_side=0),
        ),
    )
)
def test_arrays_come_back_as_they_were(arrays):
    found = arrays_in(bytes_of(arrays), HERE)
    assert found.keys() == arrays.keys()
    for name, array in arrays.items():
        assert found[name].dtype == array.dtype
        np.testing.assert_array_equal(found[name], array)


def test_equal_arrays_are_equal_bytes_whatever_their_order(arrays):
    assert bytes_of(arrays) == bytes_of(dict(reversed(arrays.items())))


def test_arrays_by_columns_come_back(arrays):
    fortran = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    np.testing.assert_array_equal(arrays_in(bytes_of({"a": fortran}), HERE)["a"], fortran)


def test_objects_cannot_be_saved():
    with pytest.raises(BadArtifact, match="holds Python objects"):
        bytes_of({"a": np.array([object()])})


class Explosive:
    def __reduce__(self):
        return (pytest.fail, ("a pickle was executed",))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is damaged or no .npz file"),
        (b"PK\x03\x04 nothing more", "is damaged or no .npz file"),
        (archive(**{"a.npy": npy(np.array([Explosive()]))}), "holds pickled objects"),
        (archive(**{"a.npy": pickle.dumps(Explosive())}), "something else than plain arrays"),
        (archive(**{"a.txt": b"x"}), "'a.txt', which is no array"),
        (archive(**{"a.npy": b""}), "something else than plain arrays"),
        (archive(**{"a.npy": npy(np.arange(9))[:-1]}), "is not as long as it says"),
        (
            archive(**{"a.npy": claiming(10**15)}),
            "is not as long as it says",
        ),
        (
            archive(**{"a.npy": claiming(-1)}),
            "not as long as it says|something else",
        ),
    ],
)
def test_what_is_no_file_of_plain_arrays_is_refused(content, said):
    with pytest.raises(BadArtifact, match=said):
        arrays_in(content, HERE)


def test_a_zip_bomb_is_refused_before_it_unpacks(monkeypatch):
    monkeypatch.setattr("models.arrays.BYTES_MAX", 1 << 20)
    bomb = archive(**{"a.npy": npy(np.zeros(1 << 18))})
    assert len(bomb) < 10_000
    with pytest.raises(BadArtifact, match="would unpack to more than"):
        arrays_in(bomb, HERE)


@given(st.integers(0, 2_000), st.integers(0, 255))
def test_a_changed_byte_is_refused_or_harmless(place, value):
    content = bytearray(bytes_of({"a": np.arange(100.0), "b": np.array(["x"])}))
    content[place % len(content)] = value
    try:
        found = arrays_in(bytes(content), HERE)
    except BadArtifact:
        return
    assert all(array.dtype.kind != "O" for array in found.values())


def test_an_array_that_is_there_twice_is_refused():
    stream = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(stream, "w") as file:
        warnings.simplefilter("ignore")  # zipfile's own, on the second
        for _ in range(2):
            file.writestr("a.npy", npy(np.zeros(1)))
    with pytest.raises(BadArtifact, match="has an array twice"):
        arrays_in(stream.getvalue(), HERE)


def test_an_array_of_a_later_format_is_refused():
    later = bytearray(npy(np.zeros(1)))
    later[6] = 3
    with pytest.raises(BadArtifact, match=r"array a.npy is of an unknown format \(3, 0\)"):
        arrays_in(archive(**{"a.npy": bytes(later)}), HERE)
