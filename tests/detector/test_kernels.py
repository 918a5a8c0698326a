import subprocess
import sys

from detector.kernels import kernels_if_warm, warm_up


def test_warming_up_twice_gives_the_same_kernels():
    assert warm_up() is warm_up() is kernels_if_warm()


def test_a_process_that_did_not_warm_up_scores_without_numba():
    code = (
        "import sys, numpy as np\n"
        "from detector.forest.isolation_forest import fit\n"
        "from detector.kernels import kernels_if_warm\n"
        "rows = np.random.default_rng(0).normal(size=(50, 3))\n"
        "fit(rows, seed=0).score(rows)\n"
        "assert kernels_if_warm() is None and 'numba' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
