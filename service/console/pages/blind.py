"""Who decides an appeal says first what they think: the verdict is kept from them until then."""

from __future__ import annotations

from collections.abc import Iterable

from detector.rules.identity import is_among
from service.decisions.appeals.rules import own_opinion
from service.decisions.appeals.schemas import OpinionShown
from service.http.access.keys import Caller
from service.roles import DECIDERS


def is_kept_from(
    caller: Caller, appeal: str, people: Iterable[str], opinions: Iterable[OpinionShown] = ()
) -> bool:
    """Whether a verdict is kept from a caller: they may decide the appeal against it.

    `appeal` is the outcome of the appeal; `people` gave or seconded the verdict; `opinions` are
    those on the complaint, where the page reads them.
    """
    is_theirs = appeal == "open" and caller.role in DECIDERS and not is_among(caller.person, people)
    return is_theirs and own_opinion(opinions, person=caller.person) is None
