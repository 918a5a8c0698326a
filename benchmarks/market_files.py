"""Large made-up marketplaces as Parquet, made faster than they are read.

    python -m benchmarks.market_files --sellers 1000000 --complaints 50000000 --out DIR
        [--days 400] [--orders-each 40] [--buyers] [--row-order filed|seller|none] [--parts 1]

The shape of a marketplace, not its story: few sellers draw most complaints, ids are texts in no
order, rows stand as they were filed (or by seller, or in no order). Every seller is there. Nothing
is kept but one part at a time, so the size is bounded by the disk.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from detector.durations import DAY_US

START_DAY = 19_000
CATEGORIES = ("not_received", "not_as_described", "damaged", "counterfeit")
CATEGORY_SHARES = (0.45, 0.3, 0.17, 0.08)
_HEX = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)
_ROW_GROUP = 1 << 20


@dataclass(frozen=True)
class Size:
    """How large a marketplace is, and what its tables hold."""

    sellers: int
    complaints: int
    days: int = 400
    orders_each: float = 0.0
    """Days with orders of a usual seller; 0 writes no orders table."""
    buyers: bool = False
    """Whether complaints name their buyer and count their evidence."""
    row_order: str = "filed"
    parts: int = 1
    """Files of each table."""

    @property
    def end(self) -> int:
        """The instant at which the marketplace's last day is over, microseconds UTC."""
        return (START_DAY + self.days) * DAY_US


def write_files(size: Size, directory: Path, seed: int = 0) -> tuple[Path, Path | None]:
    """Write `complaints.parquet` and, where asked, `orders.parquet`; directories if in parts."""
    directory.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(seed)
    weight = random.gamma(0.5, 1.0, size.sellers) + 0.02
    complaints = directory / "complaints.parquet"
    _write(complaints, _complaints(size, weight, random), size.parts)
    if not size.orders_each:
        return complaints, None
    orders = directory / "orders.parquet"
    _write(orders, _orders(size, weight, random), size.parts)
    return complaints, orders


def _complaints(size: Size, weight: NDArray[np.float64], random: np.random.Generator):  # noqa: ANN202
    number = random.multinomial(size.complaints, weight / weight.sum())
    seller = np.repeat(np.arange(size.sellers, dtype=np.int32), number)
    if size.row_order != "seller":
        random.shuffle(seller)
    names = _seller_ids(size.sellers)
    span = size.days * DAY_US
    for first in range(0, size.complaints, _ROW_GROUP):
        rows = np.arange(first, min(first + _ROW_GROUP, size.complaints))
        if size.row_order == "filed":
            ends = (first, first + len(rows))
            bounds = [span * end // size.complaints for end in ends]
            filed_at = np.sort(random.integers(*bounds, len(rows)))
        else:
            filed_at = random.integers(0, span, len(rows))
        columns = {
            "complaint_id": _hex_ids("c", rows, 12),
            "seller_id": names.take(pa.array(seller[rows])),
            "filed_at": pa.array(filed_at + START_DAY * DAY_US, pa.timestamp("us", tz="UTC")),
            "category": pa.array(CATEGORIES).take(
                pa.array(random.choice(len(CATEGORIES), len(rows), p=CATEGORY_SHARES))
            ),
        }
        if size.buyers:
            buyer = random.integers(0, max(size.complaints // 2, 1), len(rows))
            columns["buyer_id"] = _hex_ids("b", buyer, 12)
            columns["evidence_count"] = pa.array(random.integers(0, 3, len(rows), dtype=np.int32))
        yield pa.table(columns)


def _orders(size: Size, weight: NDArray[np.float64], random: np.random.Generator):  # noqa: ANN202
    """Day by day, the sellers who sold, with how much: the busier, the more often."""
    names = _seller_ids(size.sellers)
    often = weight / weight.mean() * size.orders_each / size.days
    chance = 1.0 - np.exp(-often)
    for day in range(START_DAY, START_DAY + size.days):
        sold = np.flatnonzero(random.random(size.sellers) < chance)
        random.shuffle(sold)
        yield pa.table(
            {
                "seller_id": names.take(pa.array(sold)),
                "day": pa.array(np.full(len(sold), day, dtype=np.int32), pa.date32()),
                "orders": pa.array(1 + random.poisson(10.0 * often[sold])),
            }
        )


def _write(path: Path, tables, parts: int) -> None:  # noqa: ANN001
    """One file, or `parts` of them in a directory, tables in turn."""
    if parts > 1:
        path.mkdir()
    files = [path] if parts == 1 else [path / f"part-{i:03d}.parquet" for i in range(parts)]
    writers: list[pq.ParquetWriter] = []
    try:
        for number, table in enumerate(tables):
            if len(writers) < len(files):
                writers.append(pq.ParquetWriter(files[len(writers)], table.schema))
            writers[number % len(files)].write_table(table)
    finally:
        for writer in writers:
            writer.close()


def _seller_ids(sellers: int) -> pa.Array:
    return _hex_ids("seller-", np.arange(sellers), 8)


def _hex_ids(prefix: str, numbers: NDArray[np.integer], digits: int) -> pa.Array:
    """Texts of equal length, different where numbers below 16**digits are, in no order."""
    mixed = numbers.astype(np.uint64)
    mask = np.uint64((1 << 4 * digits) - 1)
    # Odd multipliers and shifts to the right can be undone: no two numbers become one.
    for multiplier in (0x9E3779B97F4A7C15, 0xD1B54A32D192ED03):
        mixed = (mixed * np.uint64(multiplier)) & mask
        mixed ^= mixed >> np.uint64(2 * digits)
    shifts = np.arange(4 * (digits - 1), -1, -4, dtype=np.uint64)
    texts = np.empty((len(numbers), len(prefix) + digits), dtype=np.uint8)
    texts[:, : len(prefix)] = np.frombuffer(prefix.encode(), dtype=np.uint8)
    texts[:, len(prefix) :] = _HEX[(mixed[:, None] >> shifts) & np.uint64(15)]
    offsets = np.arange(0, texts.size + 1, texts.shape[1], dtype=np.int32)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(texts)]
    return pa.Array.from_buffers(pa.string(), len(numbers), buffers)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sellers", type=int, required=True)
    parser.add_argument("--complaints", type=int, required=True)
    parser.add_argument("--days", type=int, default=400)
    parser.add_argument("--orders-each", type=float, default=0.0)
    parser.add_argument("--buyers", action="store_true")
    parser.add_argument("--row-order", choices=("filed", "seller", "none"), default="filed")
    parser.add_argument("--parts", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True)
    given = vars(parser.parse_args())
    out, seed = given.pop("out"), given.pop("seed")
    for path in write_files(Size(**given), out, seed):
        print(path)


if __name__ == "__main__":
    main()
