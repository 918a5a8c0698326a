"""The pure domain: functions over arrays, tables and frozen values.

Nothing in here reads a clock, a file, a network or a database; time, seeds and policies are
arguments. The flow is one way: history -> windows -> surprises -> features -> forest -> assessment
-> priority. `detector.rules` stands beside it: the deduction rules, which know nothing of the
machine's findings.

What takes data frames (`SpikeDetector`, `backtest`, `simulate`) is offered here by name and lives
in `training.frames`. It is imported when it is first asked for: nothing in here knows it, and this
package imports at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from suspicious_seller_detector import need_packages, warn_of_hidden_packages

if TYPE_CHECKING:
    from training.frames.backtests import backtest
    from training.frames.markets import simulate
    from training.frames.spike_detector import SpikeDetector

__all__ = ["SpikeDetector", "backtest", "simulate"]

warn_of_hidden_packages("models", "training")


def __getattr__(name: str) -> object:
    if name in __all__:
        need_packages("models", "training")
    if name == "SpikeDetector":
        from training.frames.spike_detector import SpikeDetector

        return SpikeDetector
    if name == "backtest":
        from training.frames.backtests import backtest

        return backtest
    if name == "simulate":
        from training.frames.markets import simulate

        return simulate
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
