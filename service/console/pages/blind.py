"""Who decides an appeal says first what they think: the verdict is kept from them until then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final, Generic, NamedTuple, TypeVar

from sqlalchemy import Connection

from detector.rules.identity import is_among
from service.audit.schemas import AuditRecord
from service.cases.schemas import CaseShown
from service.decisions.appeals.rules import own_opinion
from service.decisions.appeals.schemas import OpinionShown
from service.decisions.appeals.store import opinions_on
from service.http.access.keys import Caller
from service.roles import DECIDERS
from service.views.decisions.store import open_appeals

Shown = TypeVar("Shown")
LABELLING: Final = frozenset({"case.closed", "case.relabelled"})
"""Acts whose records tell a case's label."""


class Kept(NamedTuple):
    """What is kept from a person in lists."""

    appeal_of: dict[str, str]
    """The appeals against the verdicts that are kept, by the verdict."""
    complaints: frozenset[str]
    """What these verdicts are about."""
    sellers: frozenset[str]
    """Whose complaints these are: the labels of their cases follow from the verdicts."""

    def hides(self, record: AuditRecord) -> bool:
        """Whether a record gave a verdict that is kept, or tells what follows from it.

        An appeal's words speak of it as well.
        """
        if record.action in LABELLING:
            return record.seller_id in self.sellers
        noun, _, name = record.subject.partition(" ")
        is_kept = noun == "complaint" and name in self.complaints
        return is_kept and record.action.startswith(("verdict.", "appeal."))

    def without_label(self, case: CaseShown) -> CaseShown:
        """The case, without the label that would tell a verdict that is kept."""
        if case.seller_id not in self.sellers:
            return case
        return case.model_copy(update={"label": None, "label_reason": None})


class Beside(NamedTuple, Generic[Shown]):
    """A list, and what in it is kept from who looks."""

    shown: Shown
    kept: Kept


def is_kept_from(
    caller: Caller, appeal: str, people: Iterable[str], opinions: Iterable[OpinionShown] = ()
) -> bool:
    """Whether a verdict is kept from a caller: they may decide the appeal against it.

    `appeal` is the outcome of the appeal; `people` gave or seconded the verdict; `opinions` are
    those on the complaint, where the page reads them.
    """
    is_theirs = appeal == "open" and caller.role in DECIDERS and not is_among(caller.person, people)
    return is_theirs and own_opinion(opinions, person=caller.person) is None


def kept_from(connection: Connection, caller: Caller, seller_id: str | None = None) -> Kept:
    """The verdicts that are kept from a caller, about everybody or one seller."""
    waiting = open_appeals(connection, seller_id) if caller.role in DECIDERS else []
    opinions: dict[str, list[OpinionShown]] = defaultdict(list)
    for opinion in opinions_on(connection, [one.appeal_id for one in waiting]):
        opinions[opinion.appeal_id].append(opinion)
    kept = [
        one
        for one in waiting
        if is_kept_from(
            caller, one.outcome, (one.moderator, *one.seconded_by), opinions[one.appeal_id]
        )
    ]
    return Kept(
        {one.verdict_id: one.appeal_id for one in kept},
        frozenset(one.complaint_id for one in kept),
        frozenset(one.seller_id for one in kept),
    )
