"""Run every benchmark, each in a process of its own so that none inherits another's memory."""

import subprocess
import sys

BENCHMARKS = ("forest_scoring", "forest_estimator", "windows", "growth")


def main() -> int:
    failed = 0
    for name in BENCHMARKS:
        print(f"== {name}", flush=True)
        command = [sys.executable, "-m", f"benchmarks.{name}", *sys.argv[1:]]
        failed += subprocess.run(command, check=False).returncode != 0
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main())
