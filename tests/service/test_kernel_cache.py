"""Kernels that were compiled with the installation are used where nothing may be written."""

import os
from pathlib import Path

import pytest

from service.kernel_cache import copy_where_read_only


@pytest.fixture
def kept(tmp_path, monkeypatch):
    (tmp_path / "detector_1").mkdir()
    (tmp_path / "detector_1" / "kernel.nbi").write_bytes(b"index")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    return tmp_path


def test_kernels_that_may_only_be_read_are_copied(kept, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, _mode: Path(path) != kept)  # root may write
    copy = copy_where_read_only()
    assert copy is not None
    assert os.environ["NUMBA_CACHE_DIR"] == str(copy)
    assert (copy / "detector_1" / "kernel.nbi").read_bytes() == b"index"
    assert copy_where_read_only() is None


def test_kernels_that_may_be_written_to_stay_where_they_are(kept):
    assert copy_where_read_only() is None
    assert os.environ["NUMBA_CACHE_DIR"] == str(kept)


def test_where_no_place_is_named_nothing_happens(monkeypatch):
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    assert copy_where_read_only() is None
    assert "NUMBA_CACHE_DIR" not in os.environ
