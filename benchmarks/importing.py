"""How fast whole files go into the store.

    python -m benchmarks.importing --database postgresql://… [--rows 1000000] [--turns 3]

Writes a file of complaints and a public dump of the consumidor layout, and loads each with
`detector import … --database URL` into the database, which must be empty and is emptied between
turns: once as new rows, once more with every row there already. Whole processes are timed, so
starting up and reading count as well.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.report import machine, write
from benchmarks.stores import emptied


def write_complaints(path: Path, rows: int, sellers: int = 100_000) -> None:
    """A table of complaints with every column, ids as random as UUIDs are."""
    random = np.random.default_rng(1)
    filed_at = 1_700_000_000_000_000 + np.sort(random.integers(0, 400 * 86_400, rows)) * 1_000_000
    categories = np.array(["damaged", "not_received", "counterfeit", "not_as_described"])
    pq.write_table(
        pa.table(
            {
                "complaint_id": [f"{a:016x}" for a in random.integers(0, 2**63, rows)],
                "seller_id": [f"s{a:07}" for a in random.integers(0, sellers, rows)],
                "filed_at": pa.array(filed_at).cast(pa.timestamp("us", "UTC")),
                "category": categories[random.integers(0, len(categories), rows)],
                "order_id": [f"o{a}" for a in random.integers(0, 10**9, rows)],
                "buyer_id": [f"b{a}" for a in random.integers(0, 10**7, rows)],
                "evidence_count": random.integers(0, 4, rows),
            }
        ),
        path,
    )


def write_dump(path: Path, rows: int) -> None:
    """A dump of the consumidor layout."""
    random = np.random.default_rng(2)
    days = [f"{day:02}/{month:02}/2024" for month in range(1, 13) for day in range(1, 29)]
    groups = ["Entrega do Produto", "Cobrança / Contestação", "Vício de Qualidade"]
    picks = random.integers(0, [[len(days)], [len(groups)], [2_000]], (3, rows))
    with path.open("w", encoding="utf-8") as stream:
        stream.write("Data Abertura;Data Finalização;Nome Fantasia;Grupo Problema\n")
        stream.writelines(
            f"{days[day]};{days[day]};Empresa {seller};{groups[group]}\n"
            for day, group, seller in zip(*picks.tolist(), strict=True)
        )


def loaded_s(layout: str, path: Path, url: str) -> float:
    """Seconds that one import takes as a process."""
    command = [sys.executable, "-m", "service.cli", "import", layout, str(path)]
    started = time.perf_counter()
    subprocess.run([*command, "--database", url], check=True, capture_output=True)
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--turns", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        files = {
            "tables": Path(folder) / "complaints.parquet",
            "consumidor": Path(folder) / "2024-01.csv",
        }
        write_complaints(files["tables"], asked.rows)
        write_dump(files["consumidor"], asked.rows)
        seconds: dict[str, list[float]] = {}
        for _ in range(asked.turns):
            for layout, path in files.items():
                with emptied(asked.database):
                    seconds.setdefault(layout, []).append(loaded_s(layout, path, asked.database))
                    again = loaded_s(layout, path, asked.database)
                    seconds.setdefault(f"{layout}, all known", []).append(again)
    report = {
        "machine": machine(),
        "rows": asked.rows,
        "complaints_per_second": {
            name: round(asked.rows / median(taken)) for name, taken in seconds.items()
        },
        "seconds": seconds,
    }
    write("importing", report)
    print(json.dumps(report["complaints_per_second"], indent=1))


if __name__ == "__main__":
    main()
