"""How the time and memory of assessing a whole marketplace grow with it.

    python -m benchmarks.growth [--quick]

Each size runs in a process of its own: a made-up history of 50 complaints a seller over 400 days,
assessed at its end by a detector trained on 2,000 sellers. The exponent is the slope of time over
complaints on logarithmic axes: 1 is linear.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.markets import end_of, history_of
from benchmarks.report import machine, write

SELLERS = (20_000, 60_000, 200_000, 1_000_000)
COMPLAINTS_EACH = 50


def train_once(path: Path) -> None:
    from training.job import train

    trained = train(history_of(2_000, 2_000 * COMPLAINTS_EACH), until=end_of(), seed=0).trained
    np.savez(path, **trained.arrays())


def run_one(sellers: int, path: Path) -> dict[str, float]:
    from detector.assess import assess
    from detector.kernels import warm_up
    from detector.trained import TrainedDetector

    with np.load(path) as arrays:
        trained = TrainedDetector.from_arrays(arrays)
    warm_up()
    history = history_of(sellers, sellers * COMPLAINTS_EACH)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    started, cpu_started = time.perf_counter(), time.process_time()
    found = assess(history, end_of(), trained)
    return {
        "sellers": sellers,
        "complaints": sellers * COMPLAINTS_EACH,
        "wall_s": round(time.perf_counter() - started, 2),
        "cpu_s": round(time.process_time() - cpu_started, 2),
        "peak_gb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, 2),
        "of_which_making_the_history_gb": round(before, 2),
        "flagged": int(found.flagged.sum()),
    }


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--quick", action="store_true", help="the two smallest sizes")
    arguments.add_argument("--one", type=int, help="run one size in this process and print JSON")
    arguments.add_argument("--model", type=Path, help="with --one, the trained detector")
    given = arguments.parse_args()
    if given.one:
        print(json.dumps(run_one(given.one, given.model)))
        return
    about, rows = machine(), []
    with TemporaryDirectory() as directory:
        model = Path(directory) / "trained.npz"
        train_once(model)
        for sellers in SELLERS[:2] if given.quick else SELLERS:
            command = [sys.executable, "-m", "benchmarks.growth", "--one", str(sellers)]
            command += ["--model", str(model)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            rows.append(json.loads(done.stdout))
            print(rows[-1], flush=True)
    slope = np.polyfit(*(np.log([row[k] for row in rows]) for k in ("complaints", "cpu_s")), 1)[0]
    print(f"exponent of CPU time over complaints: {slope:.3f}")
    print(write("growth", {"machine": about, "exponent": round(float(slope), 3), "results": rows}))


if __name__ == "__main__":
    main()
