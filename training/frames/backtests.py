"""A back-test of data frames: what `detector backtest` does."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from detector.durations import DAY_US
from detector.errors import BadInput
from detector.settings import DEFAULT, Settings
from training.backtest import Backtest, Plan
from training.backtest import backtest as run
from training.backtest.episodes import KNOWN, check_days
from training.backtest.references import references_named
from training.backtest.report import report_of
from training.backtest.subject import days_of, recorded
from training.backtest.summary import alerts_table, summary_of
from training.backtest.writing import write_backtest
from training.frames import clock
from training.frames.parameters import checked_count, checked_rate, checked_seed
from training.tables.frames import Frame, history_of_frames, in_kind, kind_of, source_in
from training.tables.instants import Instant, instant_given, text_of
from training.tables.readers import early_end_of

TITLE: Final = "Data frames"
_BAR: Final = 24
"""Characters of the progress bar."""
SUMMARY: Final = pa.schema(
    [
        ("method", pa.string()),
        ("role", pa.string()),
        ("policy", pa.string()),
        ("budget", pa.float64()),
        ("alerts", pa.int64()),
        ("episodes", pa.int64()),
        ("recall", pa.float64()),
        ("recall_low", pa.float64()),
        ("recall_high", pa.float64()),
        ("precision", pa.float64()),
        ("delay_days_median", pa.float64()),
        ("false_alerts_per_seller_year", pa.float64()),
    ]
)


@dataclass(frozen=True)
class Backtested:
    """The results of a back-test."""

    summary: Frame
    """A row a method, policy (``queue`` or ``threshold``) and budget (alerts a day): role
    (``detector`` or ``reference``), alerts, episodes that could be found, recall with its 95 %
    interval, precision, median delay of the episodes found (days) and false alerts a seller-year.
    Recall, precision and delay are missing where nothing was counted."""
    alerts: Frame
    """Every alert of the queue: method, budget, as_of, seller_id, score, episode_id."""
    numbers: dict[str, Any]
    """All numbers, as the command writes them to backtest.json: also flags and calibration."""
    report: str
    """The report as one HTML page that opens from disk."""
    tested: Backtest

    def save(self, directory: str | Path) -> None:
        """Write report.html, backtest.json and alerts.parquet, all or none.

        The directory is made where it is missing. Raises BadInput where it cannot be written.
        """
        write_backtest(self.tested, Path(directory), self.numbers["about"])

    def __repr__(self) -> str:
        return str(_rows(self.numbers).to_pandas().to_string(index=False))

    def _repr_html_(self) -> str:
        return str(_rows(self.numbers).to_pandas().to_html(index=False, float_format="%.3g"))


def backtest(
    complaints: Frame,
    orders: Frame | None = None,
    *,
    start: Instant,
    until: Instant,
    budgets: Sequence[float] = (2.0, 5.0),
    episodes: Frame | None = None,
    inject: int = 0,
    references: str = "all",
    rates: Sequence[float] = (0.05, 0.1, 0.2),
    every: str = "1d",
    retrain_every: str | None = None,
    seed: int = 0,
    settings: Settings = DEFAULT,
    n_jobs: int = 1,
    progress: bool = False,
) -> Backtested:
    """Train on what was known before a date, score the days after it, and judge the alerts.

    Parameters
    ----------
    complaints, orders : data frames
        As `SpikeDetector.fit` takes them.
    start, until : dates
        The detector learns from before `start`; the days after it are scored, to `until`.
    budgets : numbers above 0
        Alerts a day.
    episodes : data frame, optional
        The truth: seller_id, starts_at, ends_at and, if you like, kind and episode_id. Without it
        there is no recall, but alerts, flags and calibration.
    inject : int
        Plant so many spikes in the complaints after `start` instead, and look for them.
    references : str
        Methods to compare with: ``all``, ``none``, or names with commas.
    rates : numbers above 0 and below 1
        False-discovery rates of the flags.
    every, retrain_every : steps, such as ``1d`` or ``4w``
        Between scored days, and between trainings (default: one, at `start`).
    seed : int
        Of the training and of planted spikes.
    settings : Settings
        Of the detector.
    n_jobs : int
        Processes that trainings, days and references are spread over, as joblib counts them (-1 is
        all cores). The numbers stay the same.
    progress : bool
        Whether to write on stderr how far it is.

    Raises BadInput for frames, dates or words that will not do, and NotEnoughHistory where no
    complaint was filed before `start`.
    """
    span = instant_given(start, "start"), instant_given(until, "until")
    check_days(*span)
    if n_jobs == 0:
        raise BadInput("n_jobs is 0; say how many processes, or -1 for one a core")
    plan = Plan(
        start=span[0] // DAY_US,
        last=span[1] // DAY_US,
        every=days_of(every),
        retrain_every=None if retrain_every is None else days_of(retrain_every),
        budgets=tuple(sorted({float(budget) for budget in budgets})),
        rates=tuple(sorted({checked_rate(float(rate)) for rate in rates})),
        references=references_named(references),
        seed=checked_seed(seed),
        settings=settings,
    )
    said: list[str] = []
    kind = kind_of(complaints)
    history = history_of_frames(
        complaints, orders, until=span[1], now=clock.now(), warn=said.append
    )
    early = early_end_of(history, span[1], "until")
    for sentence in (*said, *([] if early is None else [early])):
        warnings.warn(sentence, stacklevel=2)
    truth = None
    if episodes is not None:
        truth = source_in(episodes, "episodes", KNOWN, ("starts_at", "ends_at"))
    number = checked_count(inject, "inject")
    subject = recorded(TITLE, history, span, episodes=truth, inject_number=number, seed=seed)
    tested = run(
        subject.history,
        plan,
        episodes=subject.episodes,
        n_jobs=n_jobs,
        on_progress=_bar if progress else _silent,
    )
    about = {
        "title": subject.title,
        "truth": subject.truth_said,
        "background": subject.background,
        "command": _call(
            span,
            {
                "budgets": (plan.budgets, (2.0, 5.0)),
                "inject": (inject, 0),
                "references": (references, "all"),
                "rates": (plan.rates, (0.05, 0.1, 0.2)),
                "every": (every, "1d"),
                "retrain_every": (retrain_every, None),
                "seed": (seed, 0),
                "settings": (settings, DEFAULT),
            },
        ),
    }
    numbers = summary_of(tested, about)
    return Backtested(
        summary=in_kind(_rows(numbers), kind),
        alerts=in_kind(alerts_table(tested), kind),
        numbers=numbers,
        report=report_of(numbers),
        tested=tested,
    )


def _rows(numbers: dict[str, Any]) -> pa.Table:
    """The summary's table: the budgets that were asked for, of both policies."""
    budgets = numbers["plan"]["budgets"]
    rows = [
        {
            "method": method["name"],
            "role": method["role"],
            "policy": policy,
            "budget": judged["per_day"],
            "alerts": judged["alerts"],
            "episodes": judged["judged"],
            "recall": judged["recall"]["value"],
            "recall_low": judged["recall"]["low"],
            "recall_high": judged["recall"]["high"],
            "precision": judged["precision"]["value"],
            "delay_days_median": judged["delay_days_median"],
            "false_alerts_per_seller_year": judged["false_alerts_per_seller_year"],
        }
        for method in numbers["methods"]
        for policy in ("queue", "threshold")
        for judged in method[policy]
        if judged["per_day"] in budgets
    ]
    return pa.Table.from_pylist(rows, schema=SUMMARY)


def _call(span: tuple[int, int], others: dict[str, tuple[object, object]]) -> str:
    """The call as a line of Python, with what differs from the defaults."""
    start, until = (text_of(one)[:10] for one in span)
    words = [f"start={start!r}", f"until={until!r}"]
    words += [f"{name}={value!r}" for name, (value, usual) in others.items() if value != usual]
    return f"backtest(complaints, orders, {', '.join(words)})"


def _silent(what: str, done: int, total: int) -> None:
    """Nobody watches."""


def _bar(what: str, done: int, total: int) -> None:
    """A line on stderr that a terminal and a notebook write over."""
    full = round(_BAR * done / max(total, 1))
    end = "\n" if what == "done" else ""
    sys.stderr.write(f"\r[{'#' * full:<{_BAR}}] {what}, {done} of {total}{' ' * _BAR}{end}")
    sys.stderr.flush()
