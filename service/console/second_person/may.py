"""Whether a form is offered to who looks at a page, and if not, why: asked of the rules."""

from __future__ import annotations

from collections.abc import Callable

from detector.errors import Refusal
from service.console.languages.speaking import gettext
from service.console.languages.writing import begun
from service.console.pages.words import english, word
from service.decisions.ledger.rules import Step
from service.decisions.sanctions.changes import Change, change_of
from service.http.access.keys import Caller
from service.roles import DECIDERS, Role


def why_not(
    caller: Caller, check: Callable[[], object], roles: frozenset[Role] = DECIDERS
) -> str | None:
    """Why a person may not do what a form does; None where they may.

    `check` raises what the action behind the form would refuse with.
    """
    if caller.role not in roles:
        allowed = ", ".join(sorted(map(word, roles)))
        return gettext(
            "The role %(role)s reads here. This takes one of: %(roles)s.",
            role=word(caller.role),
            roles=allowed,
        )
    try:
        check()
    except Refusal as refusal:
        said = str(refusal)
        return english(f"{begun(said)}.")
    return None


def looked_at(
    caller: Caller, step: Callable[[], Step], roles: frozenset[Role] = DECIDERS
) -> tuple[Change | None, str | None]:
    """What a step would change, or why this person does not take it."""
    found: list[Step] = []
    hindrance = why_not(caller, lambda: found.append(step()), roles)
    return (change_of(found[0]) if found else None), hindrance
