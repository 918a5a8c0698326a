import subprocess
import sys
import threading

import pytest

from detector.kernels import kernels_ready, parallel_map


@pytest.mark.parametrize("used", [False, True])
def test_results_and_progress_come_in_the_order_of_the_parts(kernels_used, used):
    reported = []
    with kernels_used(used):
        assert kernels_ready() is used
        found = parallel_map(
            lambda part: part * part, range(50), lambda *done: reported.append(done)
        )
    assert found == [part * part for part in range(50)]
    assert reported == [(done, 50) for done in range(1, 51)]


def test_without_kernels_everything_is_computed_by_the_calling_thread(kernels_used):
    with kernels_used(False):
        threads = parallel_map(lambda _: threading.get_ident(), range(8))
    assert set(threads) == {threading.get_ident()}


@pytest.mark.parametrize("used", [False, True])
def test_what_a_part_raises_is_raised(kernels_used, used):
    with kernels_used(used), pytest.raises(ZeroDivisionError):
        parallel_map(lambda part: 1 // part, range(3))


def test_importing_the_whole_detector_loads_neither_numba_nor_scikit_learn():
    code = (
        "import sys\n"
        "import detector.assess, detector.trained, detector.warm_up, detector.priority\n"
        "import detector.fitting, models.detectors\n"
        "assert not {'numba', 'llvmlite', 'sklearn'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
