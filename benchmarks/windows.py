"""Counting complaints by seller, window and category: one compiled pass beside its peers.

    python -m benchmarks.windows [--sellers N --complaints N]

Every contestant gets the same columns in memory, sorted by seller and time, and gives the same
n x 24 counts (six windows by four categories), which are compared. Each runs in a process of its
own, in turns, so that its peak of memory is its own.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from benchmarks.markets import CATEGORIES, end_of, history_of
from benchmarks.report import machine, write, write_bars
from detector.durations import DAY_US
from detector.history.history import Complaints

WINDOWS_DAYS = (1, 3, 7, 14, 28, 90)
COLUMNS = ("seller", "filed_at", "category")
SELLERS_AT_ONCE = 10_000
Counts = NDArray[np.int32]
Count = Callable[[Complaints, int], Counts]


def ours(complaints: Complaints, sellers: int) -> Counts:
    from detector.expectation import panel_kernel

    # The pass that the detector makes, over blocks of time that end where the windows do.
    block_of_day = np.searchsorted(WINDOWS_DAYS, np.arange(max(WINDOWS_DAYS)), side="right")
    shape = (len(WINDOWS_DAYS), len(CATEGORIES))
    found = np.empty((sellers, *shape), dtype=np.int32)
    none = np.zeros(0, dtype=np.int32)
    for first in range(0, sellers, SELLERS_AT_ONCE):
        last = min(first + SELLERS_AT_ONCE, sellers)
        rows = slice(*np.searchsorted(complaints.seller, np.array([first, last], np.int32)))
        counts = np.zeros((last - first, shape[0], shape[1] + 1))
        panel_kernel.count(
            complaints.seller[rows] - np.int32(first),
            end_of() - 1 - complaints.filed_at[rows],
            complaints.category[rows] + np.int32(1),
            none, none, block_of_day, 0, 0, 0, counts,
        )  # fmt: skip
        found[first:last] = np.cumsum(counts[:, :, 1:], axis=1)
    return found.reshape(sellers, -1)


def numpy(complaints: Complaints, sellers: int) -> Counts:
    width = len(CATEGORIES)
    age = (end_of() - 1 - complaints.filed_at) // DAY_US
    counts = np.empty((sellers, len(WINDOWS_DAYS), width), dtype=np.int32)
    for w, days in enumerate(WINDOWS_DAYS):
        rows = age < days
        key = complaints.seller[rows].astype(np.int64) * width + complaints.category[rows]
        counts[:, w] = np.bincount(key, minlength=sellers * width).reshape(sellers, width)
    return counts.reshape(sellers, -1)


def pandas(complaints: Complaints, sellers: int) -> Counts:
    import pandas as pd

    age = (end_of() - 1 - complaints.filed_at) // DAY_US
    frame = pd.DataFrame({"seller": complaints.seller, "category": complaints.category, "age": age})
    counts = np.zeros((sellers, len(WINDOWS_DAYS), len(CATEGORIES)), dtype=np.int32)
    for w, days in enumerate(WINDOWS_DAYS):
        found = frame[frame["age"] < days].groupby(["seller", "category"]).size()
        seller, category = (found.index.get_level_values(k).to_numpy() for k in (0, 1))
        counts[seller, w, category] = found.to_numpy()
    return counts.reshape(sellers, -1)


def polars(complaints: Complaints, sellers: int) -> Counts:
    import polars as pl

    age = (pl.lit(end_of() - 1) - pl.col("filed_at")) // DAY_US
    frame = pl.DataFrame(
        {
            "seller": complaints.seller,
            "category": complaints.category,
            "filed_at": complaints.filed_at,
        }
    ).lazy()
    columns = [
        ((pl.col("age") < days) & (pl.col("category") == c)).sum().alias(f"{days}-{c}")
        for days in WINDOWS_DAYS
        for c in range(len(CATEGORIES))
    ]
    found = frame.with_columns(age.alias("age")).group_by("seller").agg(columns).collect()
    return _dense(found["seller"].to_numpy(), found.drop("seller").to_numpy(), sellers)


def duckdb(complaints: Complaints, sellers: int) -> Counts:
    import duckdb as library

    connection = library.connect()
    table = {
        "seller": complaints.seller,
        "category": complaints.category,
        "filed_at": complaints.filed_at,
    }
    connection.register("complaints", table)
    columns = ", ".join(
        f"count(*) FILTER (age < {days} AND category = {c})"
        for days in WINDOWS_DAYS
        for c in range(len(CATEGORIES))
    )
    found = connection.execute(
        f"SELECT seller, {columns} FROM (SELECT seller, category, ({end_of()} - 1 - filed_at) "
        f"// {DAY_US} AS age FROM complaints) GROUP BY seller"
    ).fetchnumpy()
    seller, *values = found.values()
    return _dense(np.asarray(seller), np.column_stack([np.asarray(v) for v in values]), sellers)


def _dense(seller: NDArray[np.int32], values: NDArray[np.int64], sellers: int) -> Counts:
    counts = np.zeros((sellers, values.shape[1]), dtype=np.int32)
    counts[seller] = values
    return counts


PEERS: dict[str, Count] = {
    "DuckDB": duckdb,
    "ours": ours,
    "NumPy": numpy,
    "pandas": pandas,
    "polars": polars,
}


def run_one(name: str, sellers: int, data: Path) -> dict[str, float]:
    """Count once in this process, from columns in memory."""
    count = PEERS[name]
    count(history_of(10, 1000).complaints, 10)  # imports and compiles
    complaints = Complaints(*(np.load(data / f"{column}.npy") for column in COLUMNS))
    before = _peak_gb()
    started, cpu_started = time.perf_counter(), time.process_time()
    counts = count(complaints, sellers)
    return {
        "wall_s": time.perf_counter() - started,
        "cpu_s": time.process_time() - cpu_started,
        "peak_gb": _peak_gb(),
        "of_which_data_gb": before,
        "total": float((counts * np.arange(1, counts.shape[1] + 1)).sum()),
    }


def write_data(sellers: int, complaints: int, directory: Path) -> None:
    table = history_of(sellers, complaints).complaints
    for column in COLUMNS:
        np.save(directory / f"{column}.npy", getattr(table, column))


def _peak_gb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--sellers", type=int, default=1_000_000)
    arguments.add_argument("--complaints", type=int, default=50_000_000)
    arguments.add_argument("--turns", type=int, default=3)
    arguments.add_argument("--quick", action="store_true", help="a fiftieth of it, once")
    arguments.add_argument("--one", help="run one contestant in this process and print JSON")
    arguments.add_argument("--make", action="store_true", help="only write the columns")
    arguments.add_argument("--data", type=Path, help="with --one, where the columns are")
    given = arguments.parse_args()
    if given.quick:
        given.sellers, given.complaints, given.turns = 20_000, 1_000_000, 1
    if given.make:
        write_data(given.sellers, given.complaints, given.data)
        return
    if given.one:
        print(json.dumps(run_one(given.one, given.sellers, given.data)))
        return
    about, found = machine(), {name: [] for name in PEERS}
    with TemporaryDirectory() as directory:
        # In a process of its own: a child's peak of memory starts at its parent's.
        maker = [sys.executable, "-m", "benchmarks.windows", "--make", "--data", directory]
        maker += ["--sellers", str(given.sellers), "--complaints", str(given.complaints)]
        subprocess.run(maker, check=True)
        for _ in range(given.turns):
            for name in PEERS:
                result = in_a_process(name, given.sellers, directory)
                if result is not None:
                    found[name].append(result)
    rows = [summary(name, runs) for name, runs in found.items() if runs]
    assert len({row["total"] for row in rows}) == 1, rows
    for row in rows:
        print(row)
    report = {"machine": about, "sellers": given.sellers, "complaints": given.complaints}
    print(write("windows", report | {"results": rows}))
    slowest = max(float(row["cpu_s"]) for row in rows)
    bars = [(str(row["contestant"]), slowest / float(row["cpu_s"])) for row in rows]
    title = f"Counting {given.complaints:,} complaints by window, times the slowest, by CPU"
    print(write_bars("windows", title, [("", bars)]))


def in_a_process(name: str, sellers: int, directory: str) -> dict[str, float] | None:
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.windows", "--one", name]
    command += ["--data", directory, "--sellers", str(sellers)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"left out: {name} ({done.stderr.strip().splitlines()[-1]})")
        return None
    result: dict[str, float] = json.loads(done.stdout)
    return result


def summary(name: str, runs: list[dict[str, float]]) -> dict[str, object]:
    return {"contestant": name} | {
        key: round(median(run[key] for run in runs), 3) for key in runs[0]
    }


if __name__ == "__main__":
    main()
