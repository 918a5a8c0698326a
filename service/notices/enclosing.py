"""The notice of an event as part of what a webhook is sent."""

from __future__ import annotations

import json
from collections.abc import Callable

from sqlalchemy import Connection

from detector.rules import Policies
from service.clock import Clock
from service.notices.events import mail_about
from service.settings import LanguageTag


def enclosing(
    policies: Policies, tag: LanguageTag, clock: Clock
) -> Callable[[Connection, str, str], str]:
    """What adds its notice, where there is one, to an event of a kind: to its body as JSON."""

    def with_notice(connection: Connection, kind: str, body: str) -> str:
        facts = json.loads(body)
        mail = mail_about(connection, kind, facts, policies, tag, now=clock())
        if mail is None:
            return body
        return json.dumps({**facts, "notice": mail.model_dump()}, ensure_ascii=False)

    return with_notice
