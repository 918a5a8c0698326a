"""One attempt to deliver an event: bounded in time as a whole, and settled whatever goes wrong."""

from __future__ import annotations

import asyncio
import ssl
from http import HTTPStatus
from typing import Final

import httpx

from service.outbox.actions import Due
from service.outbox.signing import signature_of
from service.traces import Facts, headers_of_span, span

ATTEMPT_S: Final = 10.0
"""From looking up the receiver's name to the last byte of its answer's headers."""
REASON_CHARACTERS_MAX: Final = 500


async def attempt(
    due: Due, *, at_seconds: int, tls: ssl.SSLContext, deadline_s: float = ATTEMPT_S
) -> str | None:
    """Send an event once: None when its receiver took it, otherwise a sentence that says why not.

    Every failure becomes such a sentence, also one that nobody thought of: an attempt that raised
    would never be settled, and its delivery would be attempted for ever.
    """
    facts: Facts = {"detector.event": due.kind, "detector.attempt": due.attempts}
    with span("deliver webhook", facts, kind="CLIENT") as current:
        try:
            async with asyncio.timeout(deadline_s):
                status = await _status_of(due, at_seconds, tls)
        except TimeoutError:
            current.fail("TimeoutError")
            return f"no answer within {deadline_s:g} seconds"
        except Exception as error:  # noqa: BLE001 - whatever it was, the delivery is settled with it
            current.fail(type(error).__name__)
            return _printable(f"{type(error).__name__}: {error}")
        current.note({"http.response.status_code": status})
        if HTTPStatus.OK <= status < 300:
            return None
        current.fail(str(status))
        return f"the receiver answered {status}"


async def _status_of(due: Due, at_seconds: int, tls: ssl.SSLContext) -> int:
    """The status of a receiver's answer, of which no body is read and so nothing is unpacked."""
    body = due.body.encode()
    headers = {
        "Accept-Encoding": "identity",
        "Content-Type": "application/json",
        "Detector-Event": due.kind,
        "Detector-Event-Id": due.event_id,
        "Detector-Sequence": str(due.sequence),
        "Detector-Signature": signature_of(due.secret, body, at_seconds=at_seconds),
        **headers_of_span(),
    }
    # A client of its own: no receiver's cookie or kept connection meets another's.
    async with (
        httpx.AsyncClient(verify=tls, timeout=None, follow_redirects=False) as client,  # noqa: S113 - the whole attempt has a deadline
        client.stream("POST", due.url, content=body, headers=headers) as answer,
    ):
        return answer.status_code


def _printable(reason: str) -> str:
    """A reason that any store can hold: an error may quote whatever bytes a receiver sent."""
    shown = "".join(one if one.isprintable() else " " for one in reason)
    return shown.encode("utf-8", "replace").decode()[:REASON_CHARACTERS_MAX]
