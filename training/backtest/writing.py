"""Writing a back-test: report, numbers and alerts appear together or not at all."""

from __future__ import annotations

import json
import secrets
import shutil
from pathlib import Path
from typing import Any, Final

import pyarrow.parquet as pq

from detector.errors import BadInput
from training.backtest.report import report_of
from training.backtest.run import Backtest
from training.backtest.summary import alerts_table, summary_of

FILES: Final = ("report.html", "backtest.json", "alerts.parquet")


def write_backtest(tested: Backtest, directory: Path, about: dict[str, Any]) -> dict[str, Any]:
    """Write `FILES` into a directory, which is made where missing; returns the numbers.

    Raises BadInput where the directory cannot be written.
    """
    summary = summary_of(tested, about)
    beside = directory / f".writing-{secrets.token_hex(8)}"
    try:
        beside.mkdir(parents=True)
        (beside / "report.html").write_text(report_of(summary), encoding="utf-8")
        text = json.dumps(summary, indent=1, ensure_ascii=False, allow_nan=False)
        (beside / "backtest.json").write_text(text + "\n", encoding="utf-8")
        pq.write_table(alerts_table(tested), beside / "alerts.parquet")
        for name in FILES:
            (beside / name).replace(directory / name)
    except OSError as why:
        raise BadInput(f"cannot write to {directory}: {why.strerror or why}") from why
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return summary


def check_directory(directory: Path) -> None:
    """Refuse a place that a report cannot be written to, before hours of work."""
    if directory.exists() and not directory.is_dir():
        raise BadInput(f"{directory}: is a file; name a directory")
