"""Two trainings never write into one directory at a time, and a killed one stops nobody."""

import os
import signal
import subprocess
import sys

import pytest

from detector.errors import BadArtifact, TrainingUnderWay
from models.training_lock import LOCK, training_in

HOLD = """
import sys, time
from pathlib import Path
from models.training_lock import training_in
with training_in(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_training_is_told_of_the_first_and_the_next_one_is_not(tmp_path):
    with training_in(tmp_path):
        with (
            pytest.raises(TrainingUnderWay, match=f"another training .*process {os.getpid()}"),
            training_in(tmp_path),
        ):
            pass
        assert (tmp_path / LOCK).exists()
    assert list(tmp_path.iterdir()) == []
    with training_in(tmp_path):
        pass


def test_a_killed_training_stops_nobody(tmp_path):
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        with pytest.raises(TrainingUnderWay, match=f"process {process.pid}"), training_in(tmp_path):
            pass
        process.send_signal(signal.SIGKILL)
        process.wait()
    with training_in(tmp_path):
        assert (tmp_path / LOCK).read_text() == str(os.getpid())


def test_a_directory_that_stays_empty_is_not_left_behind(tmp_path):
    with training_in(tmp_path / "new" / "models"):
        pass
    assert not (tmp_path / "new" / "models").exists()
    with training_in(tmp_path / "other"):
        (tmp_path / "other" / "v0001").mkdir()
    assert (tmp_path / "other").exists()


def test_where_nothing_can_be_written_it_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(BadArtifact, match="cannot be written"), training_in(tmp_path / "file"):
        pass
