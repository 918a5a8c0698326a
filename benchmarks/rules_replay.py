"""How many events a second `detector rules replay` folds, from the file to the printed JSON.

    python -m benchmarks.rules_replay [--events 1000000] [--sellers 200000]

The log is made up: verdicts (four in five upheld), appeals, their decisions, withdrawals, credits.
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
        else:
            rest = _verdict(draw, number, now, sellers)
            if rest["outcome"] == "upheld":
                upheld.append((f"e{number}", _text(now)))
                del upheld[:-5_000]
        yield json.dumps(rest | common)


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
        "outcome": "upheld" if draw.random() < 0.8 else "rejected",
        "evidence": ["photo_received", "photo_official"],
        "moderator": f"m{draw.randrange(20)}",
        "actor": "person",
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--sellers", type=int, default=200_000)
    parser.add_argument("--policy", default="standard")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        log = Path(directory) / "log.jsonl"
        with log.open("w") as file:
            file.writelines(
                line + "\n" for line in log_lines(chosen.events, chosen.sellers, seed=0)
            )
        command = [sys.executable, "-c", "from service.cli import main; main()", "rules", "replay"]
        command += ["--policy", chosen.policy, "--log", str(log), "--json"]
        began = time.perf_counter()
        told = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
        seconds = time.perf_counter() - began
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        size = log.stat().st_size / 1e6
    print(
        f"replay {chosen.policy}: {chosen.events:,} events of {chosen.sellers:,} sellers "
        f"({size:,.0f} MB) in {seconds:.2f} s = {chosen.events / seconds:,.0f} events/s; "
        f"{used.ru_utime + used.ru_stime:.2f} s of CPU; {len(told) / 1e6:,.0f} MB printed"
    )


if __name__ == "__main__":
    main()
