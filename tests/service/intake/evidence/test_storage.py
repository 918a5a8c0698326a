"""Files are kept by content: what lies damaged in their place is told, and put right."""

import os
from hashlib import sha256
from pathlib import Path

import pytest

from service.intake.evidence.storage import Folder
from service.refusals import NoSuchEvidence

CONTENT = b"a photograph"


@pytest.fixture
def kept(tmp_path):
    folder = Folder(tmp_path)
    sha = folder.put(CONTENT)
    return folder, sha, tmp_path / sha[:2] / sha


def test_a_file_is_kept_under_its_hash_and_given_back(kept):
    folder, sha, _ = kept
    assert sha == sha256(CONTENT).hexdigest()
    assert folder.get(sha) == CONTENT


def test_a_file_changed_on_disk_is_not_shown_and_the_same_upload_puts_it_right(kept):
    folder, sha, path = kept
    path.write_bytes(b"another photograph")
    with pytest.raises(NoSuchEvidence, match="was changed on disk"):
        folder.get(sha)
    assert folder.put(CONTENT) == sha
    assert folder.get(sha) == CONTENT


def test_a_pipe_in_place_of_a_file_holds_nobody_up(kept):
    folder, sha, path = kept
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(NoSuchEvidence, match="something else lies in place"):
        folder.get(sha)
    folder.put(CONTENT)
    assert folder.get(sha) == CONTENT


def test_a_file_that_is_removed_while_it_is_looked_at_is_kept_again(kept, monkeypatch):
    folder, sha, _ = kept
    read = Path.read_bytes

    def removed_first(path):
        monkeypatch.setattr(Path, "read_bytes", read)
        assert folder.remove(sha)
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", removed_first)
    assert folder.put(CONTENT) == sha
    assert folder.get(sha) == CONTENT
