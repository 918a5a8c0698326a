"""How the time and memory of `detector train` and `detector score` grow with a marketplace.

    python -m benchmarks.growth [--quick] [--complaints 1000000,5000000,10000000,50000000]
        [--orders-each 0] [--range-days 30] [--files DIR]

For each size a made-up marketplace is written as Parquet: 400 days, 50 complaints a seller, rows as
they were filed. Then the two commands run on it as a user runs them, each in a process of its own,
and what the system says about the process is noted: wall clock, CPU of all its threads, peak of
memory. At one size a range of days is scored as well, to be set beside as many single ones. The
exponent is the slope of CPU time over complaints on logarithmic axes: 1 is linear.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.charts import write_growth
from benchmarks.market_files import Size, write_files
from benchmarks.report import machine, write
from detector.durations import DAY_US
from training.tables.instants import text_of

COMPLAINTS = (1_000_000, 5_000_000, 10_000_000, 50_000_000)
COMPLAINTS_EACH = 50
RANGE_AT = 1_000_000
"""Complaints of the marketplace that a range of days is scored of."""

Measured = dict[str, float]


def measured(*words: object) -> Measured:
    """Run `detector` with these words and tell what it took; raises where it fails."""
    command = [sys.executable, "-m", "service.cli", *map(str, words)]
    started = time.perf_counter()
    process = os.posix_spawn(
        command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, 1, 0)]
    )
    _, status, usage = os.wait4(process, 0)
    if status:
        raise SystemExit(f"{' '.join(command)}: ended with {os.waitstatus_to_exitcode(status)}")
    return {
        "wall_s": round(time.perf_counter() - started, 1),
        "cpu_s": round(usage.ru_utime + usage.ru_stime, 1),
        "peak_gb": round(usage.ru_maxrss / 1e6, 2),
    }


def run_one(complaints: int, directory: Path, orders_each: float, range_days: int) -> Measured:
    """Train and score at one size; the figures are prefixed by the command's name."""
    size = Size(complaints // COMPLAINTS_EACH, complaints, orders_each=orders_each)
    filed, sold = write_files(size, directory)
    tables = ["--complaints", filed, *([] if sold is None else ["--orders", sold])]
    models = ["--models", directory / "models"]
    end = ["--as-of", text_of(size.end), "--out", directory / "scores.parquet"]
    found = {"sellers": size.sellers, "complaints": size.complaints}
    runs = {
        "train": measured("train", *tables, *models),
        "score": measured("score", *tables, *models, *end),
    }
    if range_days and complaints == RANGE_AT:
        first = ["--as-of", text_of(size.end - (range_days - 1) * DAY_US)]
        last = ["--until", text_of(size.end), "--every", "1d", *end[2:]]
        runs["range"] = measured("score", *tables, *models, *first, *last) | {"days": range_days}
    return found | {f"{run}_{k}": v for run, took in runs.items() for k, v in took.items()}


def exponents(rows: list[Measured]) -> dict[str, float]:
    """Slope of the CPU time of each command over complaints, and between the two ends."""
    found = {}
    complaints = np.log([row["complaints"] for row in rows])
    for run in ("train", "score"):
        cpu = np.log([row[f"{run}_cpu_s"] for row in rows])
        found[run] = round(float(np.polyfit(complaints, cpu, 1)[0]), 3)
        ends = (cpu[-1] - cpu[0]) / (complaints[-1] - complaints[0])
        found[f"{run}_between_ends"] = round(float(ends), 3)
    return found


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--quick", action="store_true", help="the two smallest sizes")
    arguments.add_argument("--complaints", default=",".join(map(str, COMPLAINTS)))
    arguments.add_argument("--orders-each", type=float, default=0.0, help="days with orders")
    arguments.add_argument("--range-days", type=int, default=30)
    arguments.add_argument("--files", type=Path, help="where to write the tables; default: /tmp")
    given = arguments.parse_args()
    sizes = [int(size) for size in given.complaints.split(",")][: 2 if given.quick else None]
    name = "growth_with_orders" if given.orders_each else "growth"
    about, rows = machine(), []
    for complaints in sizes:
        with TemporaryDirectory(dir=given.files) as directory:
            rows.append(run_one(complaints, Path(directory), given.orders_each, given.range_days))
        print(rows[-1], flush=True)
        # After each size, so that a run that is cut short leaves what it found.
        print(keep(name, {"machine": about, "orders_each": given.orders_each}, rows), flush=True)


def keep(name: str, about: dict[str, object], rows: list[Measured]) -> Path:
    """Write the rows, ascending by size, with their exponents, and draw them."""
    rows = sorted(rows, key=lambda row: row["complaints"])
    report = dict(about)
    if len(rows) > 1:
        report["exponent"] = exponents(rows)
        write_growth(name, rows)
    return write(name, report | {"results": rows})


if __name__ == "__main__":
    main()
