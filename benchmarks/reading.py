"""How fast, and in how much memory, a history is read: rows a second, peak, and how both grow.

    python -m benchmarks.reading [--sellers 10000,100000,1000000] [--days 400] [--csv] [--json FILE]
    python -m benchmarks.reading --complaints FILE

Each size is simulated and then read in processes of their own, so that the peak is the reader's.
Sellers draw some 55 complaints each in 400 days. Every row is checked: types, times, duplicate ids.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

READER = """
import json, resource, sys, time
from training.tables.readers import read_history
wall, cpu = time.perf_counter(), time.process_time()
history = read_history(sys.argv[1])
print(json.dumps({
    "rows": len(history.complaints),
    "sellers": len(history.sellers),
    "wall_s": round(time.perf_counter() - wall, 2),
    "cpu_s": round(time.process_time() - cpu, 2),
    "peak_gb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, 2),
}))
"""

SIMULATOR = """
import sys
from pathlib import Path
from training.simulator import Marketplace
from training.simulator.writing import write_market
sellers, days = int(sys.argv[1]), int(sys.argv[2])
market = Marketplace(sellers=sellers, days=days, orders_recorded=False)
write_market(market, 7, Path(sys.argv[3]))
"""


def read(path: Path) -> dict[str, float]:
    """Read a table in a process of its own, and tell what it took."""
    done = subprocess.run(
        [sys.executable, "-c", READER, str(path)], check=True, capture_output=True, text=True
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found | {"rows_per_cpu_s": round(found["rows"] / max(found["cpu_s"], 0.01))}


def simulated(sellers: int, days: int, directory: Path) -> Path:
    """A made-up market's complaints, without orders."""
    place = directory / str(sellers)
    words = [str(sellers), str(days), str(place)]
    subprocess.run([sys.executable, "-c", SIMULATOR, *words], check=True)
    return place / "complaints.parquet"


def as_csv(path: Path) -> list[Path]:
    """The same table as CSV and gzipped CSV."""
    import pyarrow.csv as pa_csv
    import pyarrow.parquet as pq

    plain = path.with_suffix(".csv")
    with pq.ParquetFile(path) as file:
        schema = file.schema_arrow.remove_metadata()
        with pa_csv.CSVWriter(plain, schema) as writer:
            for batch in file.iter_batches():
                writer.write_batch(batch)
    packed = plain.with_suffix(".csv.gz")
    with plain.open("rb") as source, gzip.open(packed, "wb", compresslevel=1) as target:
        shutil.copyfileobj(source, target)
    return [plain, packed]


def exponent(runs: list[dict[str, float]]) -> float:
    """Growth of CPU time with rows between the smallest and the largest run; 1 is linear."""
    first, last = runs[0], runs[-1]
    return math.log(last["cpu_s"] / first["cpu_s"]) / math.log(last["rows"] / first["rows"])


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sellers", default="10000,100000,1000000")
    parser.add_argument("--days", type=int, default=400)
    parser.add_argument("--csv", action="store_true", help="read CSV and CSV.gz as well")
    parser.add_argument("--complaints", type=Path, help="read this table instead")
    parser.add_argument("--json", type=Path, help="write the figures here as well")
    asked = parser.parse_args()
    runs: dict[str, list[dict[str, float]]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        sizes = [] if asked.complaints else [int(size) for size in asked.sellers.split(",")]
        tables = [asked.complaints] if asked.complaints else []
        for table in tables + [simulated(size, asked.days, Path(scratch)) for size in sizes]:
            for path in [table, *(as_csv(table) if asked.csv else [])]:
                kind = "".join(path.suffixes)
                runs.setdefault(kind, []).append(read(path))
                print(kind, json.dumps(runs[kind][-1]), flush=True)
    growth = {kind: round(exponent(found), 3) for kind, found in runs.items() if len(found) > 1}
    machine = f"{platform.processor() or platform.machine()}, Python {platform.python_version()}"
    result = {"machine": machine, "runs": runs, "cpu_growth_exponent": growth}
    print(json.dumps({"machine": machine, "cpu_growth_exponent": growth}))
    if asked.json:
        asked.json.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
