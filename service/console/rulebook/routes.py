"""The policy that decides: each of its versions as tables, and as the TOML it was read from."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Query, Request, Response

from detector.rules.policy.lint import lint
from service.console.pages.gate import signed_in
from service.console.pages.page_router import page_router
from service.console.pages.rendering import render
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
) -> Response:
    """One version of the policy, that in force unless another is named, and all there are."""
    policies = context.policies
    in_force = policies.at(context.clock())
    versions = {one.version: one for one in policies.versions}
    policy = in_force if version is None else versions.get(version)
    if policy is None:
        raise Missing(f"the policy {policies.id} has no version {version}")
    return render(
        request,
        "rulebook/rules.html",
        policy=policy,
        in_force=in_force,
        versions=list(reversed(policies.versions)),
        findings=lint(policy),
    )


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
