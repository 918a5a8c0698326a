"""Who decides an appeal says first what they think: the verdict is kept from them until then."""

from __future__ import annotations

from collections.abc import Iterable

from detector.rules.identity import is_among
from service.http.access.keys import Caller
from service.roles import DECIDERS


def is_kept_from(caller: Caller, appeal: str, people: Iterable[str]) -> bool:
    """Whether a verdict is kept from a caller: they may decide the appeal against it.

    `appeal` is the outcome of the appeal; `people` gave or seconded the verdict.
    """
    return appeal == "open" and caller.role in DECIDERS and not is_among(caller.person, people)
