"""How kernels are compiled and kept; and that they are plain Python, compiled or not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from detector.compiled import compiled


def test_a_function_that_numba_cannot_keep_on_disk_is_compiled_all_the_same():
    scope = {}
    exec("def double(x): return 2 * x", scope)
    assert compiled(scope["double"])(21) == 42


def test_a_kept_function_is_compiled_anew_when_one_that_it_calls_has_changed(tmp_path):
    (tmp_path / "sums").mkdir()
    inner, outer = tmp_path / "sums" / "inner.py", tmp_path / "sums" / "outer.py"
    (tmp_path / "sums" / "__init__.py").touch()
    of_one = "from detector.compiled import compiled\n@compiled\ndef one(x): return x + {}\n"
    outer.write_text(
        "from detector.compiled import compiled\nfrom sums.inner import one\n"
        "@compiled\ndef twice(x): return 2 * one(x)\n"
        "print(twice(1), sum(twice.stats.cache_hits.values()))\n"
    )
    paths = os.pathsep.join([str(tmp_path), *filter(None, sys.path)])
    places = os.environ | {"PYTHONPATH": paths, "NUMBA_CACHE_DIR": str(tmp_path / "kept")}
    command = [sys.executable, "-B", "-c", "import sums.outer"]
    told = []
    for added in (1, 1, 10):
        if not told or added == 10:
            inner.write_text(of_one.format(added))
        told.append(subprocess.check_output(command, env=places, text=True).split())
    assert told == [["4", "0"], ["4", "1"], ["22", "0"]]


@pytest.mark.slow
def test_kernels_give_the_same_when_nothing_is_compiled():
    """Coverage sees their lines only here: a tracer does not see compiled code.

    The forest's kernel takes no part: it uses instructions that Python has not.
    """
    folder = Path(__file__).parent
    laws = [
        folder / "expectation/test_panel_kernel.py",
        folder / "evidence/test_surprise_kernel.py",
        folder / "makeup/test_tallies_kernel.py",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *laws],
        env=os.environ | {"NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
