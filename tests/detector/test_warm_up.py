import subprocess
import sys


def test_a_process_uses_numpy_until_it_warms_up_and_then_scores_the_same():
    code = (
        "import sys, numpy as np\n"
        "from detector.forest.isolation_forest import fit\n"
        "from detector.kernels import kernels_ready\n"
        "from detector.warm_up import warm_up\n"
        "rows = np.random.default_rng(0).normal(size=(50, 3))\n"
        "forest = fit(rows, seed=0)\n"
        "plain = forest.score(rows)\n"
        "assert not kernels_ready() and 'numba' not in sys.modules\n"
        "warm_up()\n"
        "warm_up()\n"
        "assert kernels_ready() and 'numba' in sys.modules\n"
        "assert np.array_equal(forest.score(rows), plain)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
