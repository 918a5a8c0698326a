"""How many events a second `detector rules replay` folds, from the file to the printed JSON.

    python -m benchmarks.rules_replay [--events 1000000] [--sellers 200000] [--runs 3]

The log is made up: verdicts (three in four upheld, one in a hundred a detector's), appeals, their
decisions, withdrawals, credits, reports that a warning was sent, one in a hundred delivered twice.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

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


_START = "from service.cli import main; main()"


def timed(arguments: list[str]) -> tuple[float, float, bytes]:
    """Run the command; return its seconds, its seconds of CPU and what it printed."""
    command = [sys.executable, "-c", _START, "rules", "replay"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    output = subprocess.run([*command, *arguments], stdout=subprocess.PIPE, check=True).stdout
    seconds = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, busy, output


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--sellers", type=int, default=200_000)
    parser.add_argument("--policy", default="standard")
    parser.add_argument("--runs", type=int, default=3)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        log = Path(directory) / "log.jsonl"
        lines = [line + "\n" for line in log_lines(chosen.events, chosen.sellers, seed=0)]
        log.write_text("".join(lines))
        arguments = ["--policy", chosen.policy, "--log", str(log), "--json"]
        for run in range(chosen.runs):
            output = _report(f"run {run + 1}", len(lines), *timed(arguments))
        size = log.stat().st_size / 1e6
    print(
        f"{chosen.policy}: {len(lines):,} events of {chosen.sellers:,} sellers, {size:,.0f} MB in, "
        f"{len(output) / 1e6:,.0f} MB out"
    )


def _report(name: str, events: int, seconds: float, busy: float, output: bytes) -> bytes:
    print(f"{name}: {seconds:.2f} s = {events / seconds:,.0f} events/s; {busy:.2f} s of CPU")
    return output


if __name__ == "__main__":
    main()
