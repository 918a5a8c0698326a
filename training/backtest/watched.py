"""What the service would have known day by day, and what a planted spike would change in it.

The whole market is scored at each midnight, given who stood out at the midnights before. A planted
spike is then scored as if it were the only one: its seller again each day, with the market and the
other sellers as they were. So many spikes can be planted without one taking another's place.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.assess import Assessments, assess, market_at
from detector.durations import DAY_US
from detector.evidence.false_alarms import (
    NOTED_MAX,
    NOTHING,
    WINDOW_DAYS,
    Lately,
    false_shares,
    looks_in_window,
)
from detector.expectation.baseline import Market
from detector.history.history import History
from detector.kernels import OnProgress, no_progress
from detector.trained import TrainedDetector
from training.backtest.episodes import Episodes
from training.backtest.measures import GRACE_DAYS
from training.backtest.scores import UNKNOWN

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Row:
    """One seller on t days, or n sellers on one: what decides whether a case is opened."""

    score: Array
    flagged: Mask
    worth: Mask
    """Evidence enough for a look where nobody is flagged: a small p-value, and a reason."""


@dataclass(frozen=True, slots=True)
class Watched:
    """n sellers on t days, one row a midnight."""

    days: NDArray[np.int64]
    """(t,) days since 1970, each one after the last."""
    score: Array
    """(t, n); UNKNOWN where a seller was not known yet."""
    flagged: Mask
    worth: Mask
    false_chance: Array
    """(t, n) how likely a case about each seller is a false alarm; 1 where unknown."""

    def day(self, row: int) -> Row:
        """All sellers on one day."""
        return Row(self.score[row], self.flagged[row], self.worth[row])

    def seller(self, number: int) -> Row:
        """A copy of one seller on all days."""
        return Row(
            self.score[:, number].copy(),
            self.flagged[:, number].copy(),
            self.worth[:, number].copy(),
        )


@dataclass(frozen=True, slots=True)
class _Day:
    """What scoring one seller more needs of a day."""

    as_of: int
    sellers: tuple[str, ...]
    p_value: Array
    before: Array
    """Each seller's smallest p-value of the four weeks before."""
    looks: float
    market: Market


@dataclass(frozen=True, slots=True)
class Terms:
    """By which rules cases are opened."""

    fdr: float
    p_max: float


USUAL: Final = Terms(fdr=0.1, p_max=0.01)
"""Those of the service, unless its settings say otherwise."""


class Watch:
    """A market scored day by day; keeps what a planted spike is scored with."""

    def __init__(
        self,
        history: History,
        days: NDArray[np.int64],
        trained: TrainedDetector,
        terms: Terms,
        on_progress: OnProgress = no_progress,
    ) -> None:
        self._trained = trained
        self._terms = terms
        self._days: list[_Day] = []
        self._place = {seller: number for number, seller in enumerate(history.sellers)}
        shape = len(days), len(history.sellers)
        score, chance = np.full(shape, UNKNOWN), np.ones(shape)
        flagged, worth = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
        lately = NOTHING
        for row, day in enumerate(days):
            found, lately = self._scored(history, int(day) * DAY_US, lately)
            place = [self._place[seller] for seller in found.seller_ids]
            score[row, place], chance[row, place] = found.score, found.false_chance
            flagged[row, place], worth[row, place] = found.flagged, self._worth(found)
            on_progress(row + 1, len(days))
        self.watched = Watched(days, score, flagged, worth, chance)

    def planted(
        self, history: History, episodes: Episodes, on_progress: OnProgress = no_progress
    ) -> list[Row]:
        """Each episode's seller on all days, given a history with episodes of different sellers.

        On days before an episode and past its end the row is as it was without it.
        """
        watched, days = self.watched, self.watched.days
        rows = [watched.seller(int(number)) for number in episodes.seller]
        noted: list[dict[int, float]] = [{} for _ in rows]
        for at, day in enumerate(days.tolist()):
            during = np.flatnonzero(episodes.covering(day, GRACE_DAYS)).tolist()
            on_progress(at + 1, len(days))
            if not during:
                continue
            ids = [history.sellers[episodes.seller[number]] for number in during]
            found = self._alone(history, ids, self._days[at])
            worth, place = self._worth(found), {s: i for i, s in enumerate(found.seller_ids)}
            for number, seller in zip(during, ids, strict=True):
                i, row, of = place[seller], rows[number], noted[number]
                of[day] = p_value = float(found.p_value[i])
                row.score[at], row.worth[at] = found.score[i], worth[i]
                lately = _smallest(of, day)
                row.flagged[at] = self._is_flagged(self._days[at], seller, p_value, lately)
        return rows

    def _scored(self, history: History, as_of: int, lately: Lately) -> tuple[Assessments, Lately]:
        known = history.as_of(as_of)
        market = market_at(known, as_of, self._trained)
        fdr = self._terms.fdr
        found = assess(known, as_of, self._trained, fdr=fdr, market=market, lately=lately)
        before = lately.smallest(found.seller_ids, as_of)
        looks = looks_in_window(self._trained.settings.windows_days, lately.days_at(as_of))
        self._days.append(_Day(as_of, found.seller_ids, found.p_value, before, looks, market))
        return found, found.after(lately)

    def _alone(self, history: History, ids: list[str], day: _Day) -> Assessments:
        known = history.only(ids).as_of(day.as_of)
        return assess(known, day.as_of, self._trained, fdr=self._terms.fdr, market=day.market)

    def _worth(self, found: Assessments) -> Mask:
        shown = np.fromiter(map(bool, found.reasons), dtype=bool, count=len(found.reasons))
        return np.asarray((found.p_value <= self._terms.p_max) & shown)

    def _is_flagged(self, day: _Day, seller: str, p_value: float, lately: float) -> bool:
        """Whether one seller with another p-value would be flagged among the others of a day."""
        if p_value > NOTED_MAX:
            return False
        place = bisect_left(day.sellers, seller)
        everyone = day.p_value.copy()
        everyone[place] = p_value
        strongest = np.minimum(everyone, day.before)
        strongest[place] = min(strongest[place], lately)
        share = false_shares(np.array([p_value]), everyone, strongest, day.looks)
        return bool(share[0] < self._terms.fdr)


def _smallest(noted: dict[int, float], day: int) -> float:
    return min((p for at, p in noted.items() if day - at < WINDOW_DAYS), default=1.0)


WARM_UP_DAYS: Final = WINDOW_DAYS
"""Days scored before those that count, until flags know four weeks and cases are open."""
