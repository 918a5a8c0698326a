"""Whether a cluster pays: training and scoring by Spark's workers, beside one process.

    python -m benchmarks.spark_cluster [--complaints 2000000 20000000] [--workers 2] [--files DIR]

Starts a master and workers of one core each on this machine, as a cluster has them: processes of
their own that talk over the network. For each size a made-up marketplace is written as Parquet, 50
complaints a seller. `detector train` and `detector score` run on it by both engines, each in a
process of its own, and their scores are compared. Prints a table and writes it to
benchmarks/results/spark_cluster.json.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import urlopen

import numpy as np
import pyarrow.parquet as pq
import pyspark

from benchmarks.growth import COMPLAINTS_EACH, Measured, measured
from benchmarks.market_files import Size, write_files
from benchmarks.report import machine, write
from training.tables.instants import text_of

MEMORY = "5g"
"""Of each worker, and of the executor that fills it."""
PARTS = 16
"""Files of a table, so that all workers read."""


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@contextmanager
def cluster(workers: int, directory: Path) -> Iterator[str]:
    """The address of a master with so many workers of one core; they end with the block."""
    spark_class = Path(pyspark.__file__).parent / "bin" / "spark-class"
    environment = os.environ | {"PYSPARK_PYTHON": sys.executable}
    started: list[subprocess.Popen[bytes]] = []

    def start(part: str, *words: object) -> None:
        command = [str(spark_class), f"org.apache.spark.deploy.{part}", *map(str, words)]
        with (directory / f"{part}{len(started)}.log").open("wb") as log:
            started.append(
                subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
            )

    port, page = free_port(), free_port()
    master = f"spark://127.0.0.1:{port}"
    try:
        start("master.Master", "--host", "127.0.0.1", "--port", port, "--webui-port", page)
        for number in range(workers):
            room = directory / f"worker{number}"
            limits = ["--cores", 1, "--memory", MEMORY, "--host", "127.0.0.1"]
            start("worker.Worker", *limits, "--webui-port", 0, "--work-dir", room, master)
        deadline = time.monotonic() + 60
        while alive(page) < workers:
            if time.monotonic() > deadline:
                raise SystemExit(f"the workers do not join; see {directory}")
            time.sleep(0.5)
        yield master
    finally:
        for process in reversed(started):
            process.terminate()
        for process in started:
            process.wait()


def alive(page: int) -> int:
    """How many workers the master knows."""
    try:
        with urlopen(f"http://127.0.0.1:{page}/json/") as answer:
            return answer.read().count(b'"ALIVE"') - 1  # the master's own state is one
    except OSError:
        return 0


def differences(one: Path, other: Path) -> tuple[int, float]:
    """Sellers whose flag differs, and the largest difference of a score."""
    tables = [pq.read_table(path).sort_by("seller_id") for path in (one, other)]
    assert tables[0]["seller_id"].equals(tables[1]["seller_id"])
    flags = [table["flagged"].to_numpy() for table in tables]
    scores = [table["score"].to_numpy() for table in tables]
    return int((flags[0] != flags[1]).sum()), float(np.abs(scores[0] - scores[1]).max())


def run_one(complaints: int, master: str, directory: Path) -> Measured:
    """Train and score by both engines; figures are prefixed by engine and command."""
    size = Size(complaints // COMPLAINTS_EACH, complaints, parts=PARTS)
    filed, _ = write_files(size, directory)
    engines = {
        "local": [],
        "spark": [
            *("--engine", "spark", "--master", master),
            *("--spark-conf", f"spark.executor.memory={MEMORY}"),
            *("--spark-conf", "spark.driver.host=127.0.0.1"),
        ],
    }
    found: Measured = {"sellers": size.sellers, "complaints": size.complaints}
    for engine, options in engines.items():
        tables = ["--complaints", filed, *options, "--models", directory / f"models-{engine}"]
        end = ["--as-of", text_of(size.end), "--out", directory / f"{engine}.parquet"]
        for command, words in (("train", []), ("score", end)):
            took = measured(command, *tables, *words)
            found |= {f"{engine}_{command}_{k}": v for k, v in took.items()}
    for command in ("train", "score"):
        ratio = found[f"spark_{command}_wall_s"] / found[f"local_{command}_wall_s"]
        found[f"{command}_ratio"] = round(ratio, 2)
    flags, score = differences(directory / "local.parquet", directory / "spark.parquet")
    return found | {"other_flags": flags, "largest_difference_of_a_score": score}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--complaints", type=int, nargs="+", default=[2_000_000, 20_000_000])
    arguments.add_argument("--workers", type=int, default=2)
    arguments.add_argument("--files", type=Path, help="where to write the tables; default: /tmp")
    given = arguments.parse_args()
    about = {"machine": machine(), "workers": given.workers, "memory_of_each": MEMORY}
    rows: list[Measured] = []
    for complaints in given.complaints:
        with TemporaryDirectory(dir=given.files) as place:
            directory = Path(place)
            with cluster(given.workers, directory) as master:
                rows.append(run_one(complaints, master, directory / "market"))
        print(rows[-1], flush=True)
        write("spark_cluster", about | {"results": rows})


if __name__ == "__main__":
    main()
