"""The policy that decides: each of its versions as tables, and as the TOML it was read from."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Query, Request, Response

from detector.rules.policy.lint import lint
from detector.rules.policy.policy import Policies, Policy
from detector.rules.policy.shortfalls import shortfalls
from service.console.pages.gate import signed_in
from service.console.pages.page_router import page_router
from service.console.pages.rendering import render
from service.console.rulebook.changes import changes_between
from service.http.access.keys import Caller
from service.http.context import Context
from service.refusals import Missing
from service.roles import READERS

router = page_router()
Reader = Annotated[Caller, signed_in(READERS)]


@router.get("/rules")
def show_rules(
    request: Request,
    context: Context,
    _: Reader,
    version: Annotated[int | None, Query(ge=1)] = None,
    against: Annotated[int | None, Query(ge=1)] = None,
) -> Response:
    """One version of the policy, that in force unless another is named, and all there are.

    It is compared with the version before it, unless another is named.
    """
    policies = context.policies
    in_force = policies.at(context.clock())
    policy = in_force if version is None else _version(policies, version)
    older = [one for one in policies.versions if one.version < policy.version]
    other = _version(policies, against) if against else older[-1] if older else None
    return render(
        request,
        "rulebook/rules.html",
        policy=policy,
        in_force=in_force,
        versions=list(reversed(policies.versions)),
        findings=lint(policy),
        remarks=shortfalls(policy),
        against=other,
        changes=changes_between(other, policy) if other else [],
    )


def _version(policies: Policies, number: int) -> Policy:
    found = next((one for one in policies.versions if one.version == number), None)
    if found is None:
        raise Missing(f"the policy {policies.id} has no version {number}")
    return found


@router.get("/rules/policy.toml")
def send_policy(context: Context, _: Reader) -> Response:
    """The file, all versions and comments, as it was when the service read it."""
    name = re.sub(r"[^A-Za-z0-9_-]", "-", context.policies.id)
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.toml"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return Response(context.policy_text, headers=headers, media_type="application/toml")
