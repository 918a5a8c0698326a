"""Judging the detector on days it has not seen, at a fixed number of alerts a day.

    tested = backtest(history, plan, episodes=episodes)
    write_report(tested, directory)

A back-test trains on what was known before a day and scores the days after it, never the other way
round. Scores become alerts under a stated policy, and alerts are compared with episodes that are
known: planted by the simulator or injected into a real background. Detectors from the literature
get the same days, the same alerts and the same judge.
"""

from training.backtest.episodes import Episodes
from training.backtest.run import Backtest, Plan, backtest

__all__ = ["Backtest", "Episodes", "Plan", "backtest"]
