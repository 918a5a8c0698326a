"""Contestants taking turns, so that whatever else the machine does hits all of them alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from statistics import median


@dataclass(frozen=True)
class Result:
    """The medians of one contestant on one task."""

    task: str
    contestant: str
    wall_s: float
    cpu_s: float
    """Of the whole process: all threads together."""
    ratio: float
    """Times faster than the task's reference, by wall clock."""
    cpu_ratio: float
    turns: int


def take_turns(
    task: str,
    contestants: Mapping[str, Callable[[], object]],
    *,
    reference: str,
    turns: int = 5,
    turn_s: float = 0.2,
) -> list[Result]:
    """Time each contestant `turns` times, one after the other, and again.

    A turn repeats a quick call until about `turn_s` seconds are full. The first call of each is not
    counted: it may compile, allocate or read from disk.
    """
    calls = {name: _calls_per_turn(call, turn_s) for name, call in contestants.items()}
    wall: dict[str, list[float]] = {name: [] for name in contestants}
    cpu: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(turns):
        for name, call in contestants.items():
            started, cpu_started = time.perf_counter(), time.process_time()
            for _ in range(calls[name]):
                call()
            wall[name].append((time.perf_counter() - started) / calls[name])
            cpu[name].append((time.process_time() - cpu_started) / calls[name])
    return [
        Result(
            task,
            name,
            median(wall[name]),
            median(cpu[name]),
            median(wall[reference]) / median(wall[name]),
            median(cpu[reference]) / median(cpu[name]),
            turns,
        )
        for name in contestants
    ]


def _calls_per_turn(call: Callable[[], object], turn_s: float) -> int:
    call()
    started = time.perf_counter()
    call()
    return max(1, int(turn_s / max(time.perf_counter() - started, 1e-7)))


def table_of(results: list[Result]) -> str:
    lines = [f"{'task':<34}{'contestant':<16}{'wall':>12}{'cpu':>12}{'ratio':>10}{'by cpu':>10}"]
    lines += [
        f"{r.task:<34}{r.contestant:<16}{_time(r.wall_s):>12}{_time(r.cpu_s):>12}"
        f"{r.ratio:>9.1f}x{r.cpu_ratio:>9.1f}x"
        for r in results
    ]
    return "\n".join(lines)


def rows_of(results: list[Result]) -> list[dict[str, object]]:
    return [asdict(result) for result in results]


def _time(seconds: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.2f} {unit}"
    return f"{seconds / 1e-9:.0f} ns"
