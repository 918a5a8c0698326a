"""Bounds on a request's body, spoken to as a server speaks to an application."""

import asyncio

from detector.errors import Refusal
from service.http.limits import Limits

CHUNKED = [(b"transfer-encoding", b"chunked")]


async def reads_all(scope, receive, send):
    """An application that reads its body like the framework: faults become its own 400."""
    try:
        while (await receive()).get("more_body"):
            pass
        status = 200
    except Refusal:
        status = 400
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def answer_of(messages, *, bytes_max=100, seconds_max=60):
    sent = []

    async def receive():
        await asyncio.sleep(0)
        if messages:
            return messages.pop(0)
        await asyncio.sleep(10)
        return {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    limited = Limits(reads_all, bytes_max=bytes_max, seconds_max=seconds_max)
    asyncio.run(limited({"type": "http", "headers": CHUNKED}, receive, send))
    return sent


def part(body, more):
    return {"type": "http.request", "body": body, "more_body": more}


def test_a_body_within_bounds_passes():
    assert answer_of([part(b"x" * 60, True), part(b"x" * 40, False)])[0]["status"] == 200


def test_a_body_in_many_parts_is_counted_as_one():
    sent = answer_of([part(b"x" * 60, True), part(b"x" * 41, False)])
    assert sent[0]["status"] == 413
    assert len([message for message in sent if message["type"] == "http.response.start"]) == 1


def test_a_body_that_trickles_in_is_given_up_on():
    sent = answer_of([part(b"x", True)], seconds_max=0.1)
    assert sent[0]["status"] == 408
    assert (b"connection", b"close") in sent[0]["headers"]
