"""How many events a second the rules fold, from the file to what is printed, then and now.

    python -m benchmarks.rules_replay [--events 1000000] [--sellers 200000] [--runs 3]
                                      [--before v0.1.0]

Three commands on one log: `replay` under `standard`, `replay` under a policy with caps, windows,
bands and two versions, and `compare` of the two. Each runs with this version and, in turn, with the
version named by `--before`, in a work tree of its own. Memory is that of all processes together.
`compare` of 0.1.0 left out what was voided later, so its output differs.

The log is made up: verdicts (three in four upheld, one in a hundred a detector's), appeals, their
decisions, withdrawals, credits, reports that a warning was sent, one in a hundred delivered twice.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks.report import machine, write

HERE = Path(__file__).parents[1]
START = datetime(2026, 1, 1, tzinfo=UTC)


def _text(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat() + "Z"


def log_lines(events: int, sellers: int, seed: int) -> Iterator[str]:
    """Yield the lines of a made-up log, in the order recorded, over two years."""
    draw = random.Random(seed)
    step = timedelta(days=730) / events
    upheld: list[tuple[str, str]] = []
    warned: list[str] = []
    open_appeals: list[str] = []
    for number in range(events):
        now = START + step * number
        kind = draw.random()
        common = {"id": f"e{number}", "recorded_at": _text(now)}
        if kind < 0.06 and upheld:
            verdict, notified = upheld.pop(draw.randrange(len(upheld)))
            open_appeals.append(f"e{number}")
            rest = {
                "event": "appeal",
                "verdict_id": verdict,
                "by": "seller",
                "notified_at": notified,
            }
        elif kind < 0.11 and open_appeals:
            rest = {
                "event": "appeal_decided",
                "appeal_id": open_appeals.pop(0),
                "outcome": draw.choice(["granted", "denied"]),
                "moderator": f"m{draw.randrange(20)}",
            }
        elif kind < 0.13:
            rest = {"event": "withdrawn", "complaint_id": f"c{draw.randrange(number + 1)}"}
        elif kind < 0.14:
            seller = f"s{draw.randrange(sellers)}"
            rest = {"event": "credit", "seller_id": seller, "points": 2, "why": "training"}
        elif kind < 0.15 and warned:
            rest = {"event": "action_done", "sanction_id": f"{draw.choice(warned)}/low/1"}
        else:
            rest = _verdict(draw, number, now, sellers)
            if rest["outcome"] == "upheld" and rest["actor"] == "person":
                upheld.append((f"e{number}", _text(now)))
                warned.append(str(rest["seller_id"]))
                del upheld[:-5_000], warned[:-5_000]
        line = json.dumps(rest | common)
        yield line
        if draw.random() < 0.01:
            yield line


def _verdict(draw: random.Random, number: int, now: datetime, sellers: int) -> dict[str, object]:
    reported = now - timedelta(seconds=draw.randrange(86_400, 10 * 86_400))
    return {
        "event": "verdict",
        "decided_at": _text(now - timedelta(seconds=draw.randrange(600))),
        "reported_at": _text(reported),
        "incident_at": _text(reported - timedelta(days=draw.randrange(30))),
        "seller_id": f"s{draw.randrange(sellers)}",
        "complaint_id": f"c{number}",
        "order_id": f"o{number if draw.random() < 0.97 else number - 1}",
        "buyer_id": f"b{draw.randrange(sellers * 20)}",
        "violation": "counterfeit",
        "outcome": draw.choices(["upheld", "rejected", "unfounded"], [0.75, 0.2, 0.05])[0],
        "evidence": ["photo_received", "photo_official"],
        "moderator": f"m{draw.randrange(20)}",
        "actor": "person" if draw.random() < 0.99 else "detector",
    }


RICH = """
[[policy]]
id = "rich"
version = {version}
effective_from = "{effective_from}"
tz = "Asia/Shanghai"
ceiling = 12
[policy.evidence]
min_items = 2
any_of = [["photo_received", "photo_official"]]
[policy.violations.counterfeit]
points = {{ nth = [{{ up_to = 2, points = 4 }}, {{ points = {points} }}] }}
expires = "365d"
once_per = ["order"]
clock = "decided"
merge = {{ key = "seller", window = "72h" }}
cap = {{ points = 6, per = "day" }}
[[policy.tiers]]
id = "low"
at = 6
steps = [{{ action = "warn" }}]
[[policy.tiers]]
id = "depleted"
at = 12
lookback = "365d"
steps = [
  {{ action = "suspend", duration = "7d", on_served = "spend" }},
  {{ action = "remove", irreversible = true, stay_on_appeal = true, stay_to = "suspend" }},
]
[policy.appeals]
window = "30d"
max_per_decision = 1
"""

_START = "from service.cli import main; main()"


class Timed(NamedTuple):
    """One run: seconds by the clock, seconds of CPU, megabytes at the peak, and what it printed."""

    seconds: float
    busy: float
    peak_mb: float
    output: bytes


def timed(tree: Path, arguments: list[str]) -> Timed:
    """Run `detector rules` of the version in a directory."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", _START, "rules", *arguments],
        stdout=subprocess.PIPE,
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree)},
    )
    peak = _Peak(process.pid)
    output, _ = process.communicate()
    seconds = time.perf_counter() - began
    if process.returncode:
        raise SystemExit(f"detector rules {' '.join(arguments)} ended with {process.returncode}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Timed(seconds, busy, peak.end(), output)


class _Peak:
    """Watches the memory of a process and its children: shared pages are counted once."""

    def __init__(self, pid: int) -> None:
        self._pid, self._kb, self._is_over = pid, 0, threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while not self._is_over.wait(0.2):
            family = [self._pid, *_children_of(self._pid)]
            self._kb = max(self._kb, sum(map(_proportional_kb, family)))

    def end(self) -> float:
        self._is_over.set()
        self._thread.join()
        return self._kb / 1_000


def _children_of(pid: int) -> list[int]:
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:  # it has ended
        return []


def _proportional_kb(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:  # it has ended
        return 0
    return int(text.partition("\nPss:")[2].split()[0] or 0)


@contextmanager
def work_tree(revision: str) -> Iterator[Path]:
    """A directory with another version of this program."""
    git = ["git", "-C", str(HERE), "worktree"]
    with tempfile.TemporaryDirectory() as directory:
        tree = Path(directory) / "before"
        subprocess.run([*git, "add", "-q", "--detach", str(tree), revision], check=True)
        try:
            yield tree
        finally:
            subprocess.run([*git, "remove", "--force", str(tree)], check=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--sellers", type=int, default=200_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--before", default="v0.1.0", help="a revision to compare with, or none")
    chosen = parser.parse_args()
    report: dict[str, object] = {"machine": machine(), "before": chosen.before}
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        trees = {"now": HERE}
        if chosen.before != "none":
            trees["before"] = stack.enter_context(work_tree(chosen.before))
        log, rich = directory / "log.jsonl", directory / "rich.toml"
        lines = [line + "\n" for line in log_lines(chosen.events, chosen.sellers, seed=0)]
        log.write_text("".join(lines))
        rich.write_text(
            RICH.format(version=1, effective_from="2025-01-01", points=6)
            + RICH.format(version=2, effective_from="2027-01-01", points=8)
        )
        on_log = ["--log", str(log), "--json"]
        commands = {
            "replay": ["replay", "--policy", "standard", *on_log],
            "replay, rich policy": ["replay", "--policy", str(rich), *on_log],
            "compare": ["compare", "--policy", "standard", "--policy", str(rich), *on_log],
        }
        report |= {"events": len(lines), "sellers": chosen.sellers}
        for name, arguments in commands.items():
            report[name] = _measured(name, arguments, trees, len(lines), chosen.runs)
    write("rules_replay", report)


def _measured(
    name: str, arguments: list[str], trees: dict[str, Path], events: int, runs: int
) -> dict[str, object]:
    """The medians of runs in turn, by version, and whether the outputs are the same."""
    found: dict[str, list[Timed]] = {version: [] for version in trees}
    for _ in range(runs):
        for version, tree in trees.items():
            found[version].append(timed(tree, arguments))
    measured: dict[str, object] = {}
    for version, times in found.items():
        seconds, busy = median(one.seconds for one in times), median(one.busy for one in times)
        peak = max(one.peak_mb for one in times)
        measured[version] = {
            "seconds": round(seconds, 2),
            "events_a_second": round(events / seconds),
            "cpu_seconds": round(busy, 2),
            "cpu_us_an_event": round(1e6 * busy / events, 1),
            "peak_mb": round(peak),
        }
        print(
            f"{name}, {version}: {seconds:.2f} s = {events / seconds:,.0f} events/s; "
            f"{busy:.2f} s of CPU; {peak:,.0f} MB"
        )
    if len(found) == 2:
        now, before = (found[version][0].output for version in ("now", "before"))
        measured["same_output"] = now == before
        print(f"{name}: the outputs are {'the same' if now == before else 'NOT the same'}")
    return measured


if __name__ == "__main__":
    main()
