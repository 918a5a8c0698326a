"""What closed cases taught: learnt at each scoring of the market, kept by the day, used in order.

Labels come from closed cases, as verdicts and appeals have corrected them since. It orders
attention: no case is left out for it, and no points depend on it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Connection, Row

from detector.capacity import EXPLORATION
from detector.durations import DAY_US
from detector.learning import HALF_LIFE_DAYS, NOTHING, Learnt, Lesson, learn, weight_of
from service.cases import learning_store as store
from service.cases.schemas import KindLearnt, LearningShown
from service.database.engine import reach_of

REMEMBERED_US: Final = 720 * DAY_US
"""Eight half-lives: older cases would count a two hundred and fiftieth."""
LESSONS_MAX: Final = 5_000
"""Cases learnt from, the last closed first: enough for a dozen numbers, and learnt in a moment."""


@dataclass(frozen=True, slots=True)
class Learning:
    """What was learnt at an instant, and a digest of the cases it rests on."""

    learned_at: int
    lessons: str
    learnt: Learnt


UNTAUGHT: Final = Learning(0, "", NOTHING)
"""Before the first time."""


def learn_again(connection: Connection, *, until: int) -> Learning:
    """Learn from the cases that were closed by an instant, by their present labels."""
    rows = store.labelled_cases(
        connection, since=until - REMEMBERED_US, until=until, limit=LESSONS_MAX
    )
    # The score of a case that a lot drew is another version's.
    rows = [row for row in rows if json.loads(row.opening).get("opened_for") != EXPLORATION]
    # A case that an appeal opened again has the opening of the one before, whose end it corrects.
    ends = {(row.seller_id, row.opening): row for row in reversed(rows)}
    rows = list(ends.values())
    said = sorted((row.case_id, row.closed_at, row.label) for row in rows)
    digest = sha256(json.dumps(said).encode()).hexdigest()
    return Learning(until, digest, learn([_lesson(row, until) for row in rows]))


def keep_learning(connection: Connection, *, now: int) -> None:
    """Learn as of now, and keep it as what was learnt today."""
    found = learn_again(connection, until=now)
    text = json.dumps(asdict(found.learnt), ensure_ascii=False)
    row = {"learned_at": now, "lessons": found.lessons, "learnt": text}
    store.keep(connection, {"day": now // DAY_US, **row})


def last_learning(connection: Connection, *, now: int) -> Learning | None:
    """What was learnt last; a clock far ahead taught nothing."""
    row = store.last(connection, until=now + reach_of(connection).skew_us)
    if row is None:
        return None
    return Learning(row.learned_at, row.lessons, _read(json.loads(row.learnt)))


def learnt_by(connection: Connection, *, now: int) -> Learnt:
    """What orders the queue, where it is to be used; nothing before the first time."""
    return (last_learning(connection, now=now) or UNTAUGHT).learnt


def shown(found: Learning | None, *, is_used: bool) -> LearningShown:
    """What was learnt, for people."""
    learnt = (found or UNTAUGHT).learnt
    kinds = [KindLearnt(kind=kind, **_bounds(learnt.weight(kind))) for kind in learnt.kinds]
    return LearningShown(
        learned_at=None if found is None else found.learned_at,
        is_used=is_used,
        cases=learnt.cases,
        upheld=learnt.upheld,
        half_life_days=HALF_LIFE_DAYS,
        lessons=None if found is None else found.lessons,
        score_weight=learnt.mean[1],
        level=learnt.mean[0],
        score_centre=learnt.centre,
        score_spread=learnt.spread,
        kinds=kinds,
        in_words=learnt.in_words(),
    )


def _bounds(weight: Sequence[float]) -> dict[str, float]:
    return dict(zip(("low", "weight", "high"), weight, strict=True))


def _lesson(row: Row[str, str, int, str, str], until: int) -> Lesson:
    opening = json.loads(row.opening)
    age = float((until - row.closed_at) // DAY_US)
    return Lesson(
        score=opening["score"],
        kinds=opening["kinds"],
        upheld=row.label == "problem",
        weight=weight_of(age),
    )


def _read(stored: dict[str, Any]) -> Learnt:
    numbers = {"kinds": tuple(stored["kinds"]), "mean": tuple(stored["mean"])}
    covariance = tuple(tuple(row) for row in stored["covariance"])
    return Learnt(**{**stored, **numbers, "covariance": covariance})
