"""Pure decisions about appeals: who may file one, and who may decide it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from detector.rules import Policies
from detector.rules.identity import is_among
from service.decisions.appeals.schemas import OpinionShown
from service.decisions.decision_file import DecisionFile
from service.decisions.ledger.rules import Step, step_of
from service.decisions.schemas import AppealShown, VerdictShown
from service.refusals import (
    AlreadyAppealed,
    AppealAlreadyDecided,
    AppealRefused,
    NotDecided,
    OpinionMissing,
    OpinionStored,
    SameModerator,
)

LOSER: Final = {"upheld": "seller", "rejected": "complainant", "unfounded": "complainant"}
"""Who may appeal against a verdict: the party it went against."""


def appealable_verdict(file: DecisionFile, by: str | None) -> tuple[VerdictShown, str]:
    """The verdict that a party may appeal against, and that party; the losing one if not named.

    Raises NotDecided, AppealRefused (the wrong party) and AlreadyAppealed. The policy checks the
    deadline.
    """
    verdict, complaint_id = file.verdict, file.complaint.complaint_id
    if verdict is None:
        raise NotDecided(f"complaint {complaint_id!r} has no verdict to appeal against")
    loser = LOSER[verdict.outcome]
    by = by or loser
    if by != loser:
        raise AppealRefused(f"a complaint that was {verdict.outcome} is appealed by the {loser}")
    if by == "complainant" and file.withdrawal is not None:
        raise AppealRefused(f"complaint {complaint_id!r} was withdrawn by its complainant")
    if verdict.reversed_at is not None or file.appeal is not None:
        raise AlreadyAppealed(f"the verdict about {complaint_id!r} was appealed before")
    return verdict, by


def open_appeal(
    file: DecisionFile, appeal_id: str, *, person: str
) -> tuple[AppealShown, VerdictShown]:
    """The appeal that waits for this person's decision, and the verdict it is against.

    Four eyes: raises SameModerator where the person gave or seconded the verdict. Raises
    AppealAlreadyDecided.
    """
    appeal, verdict = file.appeal, file.verdict
    # A verdict cannot be superseded while its appeal is open, so an earlier verdict's appeal has
    # been decided.
    is_it = appeal is not None and appeal.appeal_id == appeal_id and appeal.outcome == "open"
    if appeal is None or verdict is None or not is_it:
        raise AppealAlreadyDecided(f"appeal {appeal_id!r} has been decided")
    if is_among(person, verdict.people):
        raise SameModerator(f"{person} gave the verdict; somebody else decides the appeal")
    if is_among(person, file.spokespeople):
        raise SameModerator(f"{person} acted for a party; somebody else decides the appeal")
    return appeal, verdict


def decision_step(
    file: DecisionFile,
    appeal_id: str,
    outcome: str,
    policies: Policies,
    *,
    person: str,
    event_id: str,
    now: int,
) -> Step:
    """What granting or denying an appeal does to the seller's standing."""
    event = {
        "event": "appeal_decided",
        "id": event_id,
        "appeal_id": appeal_id,
        "outcome": outcome,
        "moderator": person,
    }
    return step_of(file.log, event, policies, now=now)


def own_opinion(opinions: Iterable[OpinionShown], *, person: str) -> OpinionShown | None:
    """A person's own opinion among those on an appealed complaint."""
    return next((one for one in opinions if is_among(person, (one.person,))), None)


def check_without_opinion(opinions: Iterable[OpinionShown], *, person: str) -> None:
    """Raise OpinionStored where a person has said before what they think of a complaint."""
    if own_opinion(opinions, person=person) is not None:
        raise OpinionStored(f"{person} has stored an opinion; it stays as it was given")


def check_opinion(opinions: Iterable[OpinionShown], *, person: str) -> None:
    """Raise OpinionMissing where a person has not said yet what they think of a complaint."""
    if own_opinion(opinions, person=person) is None:
        raise OpinionMissing("store your own opinion first; then the first verdict is shown")
