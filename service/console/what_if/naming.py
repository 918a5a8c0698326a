"""What a what-if is called: by what differs from the rules that were in force when it was asked."""

from __future__ import annotations

from detector.errors import BadPolicy
from detector.rules import policies_of
from detector.rules.policy.policy import Policy
from service.console.languages.speaking import gettext
from service.console.rulebook.changes import changes_between, in_one_line
from service.views.rulebook.schemas import WhatIf


def policy_of(asked: WhatIf) -> Policy | None:
    """The newest version asked about; None where it is none any more."""
    try:
        return policies_of(asked.policy.toml or "").versions[-1]
    except BadPolicy:  # valid when it was asked, by an older release
        return None


def name_of(asked: WhatIf, in_force: Policy) -> str:
    """What differs, with the policy's own name where it is another one."""
    policy = policy_of(asked)
    if policy is None:
        return gettext("rules that this release does not read")
    changes = changes_between(in_force, policy)
    if not changes:
        return gettext("the rules in force, unchanged")
    if policy.id != in_force.id:
        return policy.title if policy.title != "-" else policy.id
    return gettext("other rules for %(parts)s", parts=in_one_line(changes))
