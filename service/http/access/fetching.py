"""What an identity provider answers: bounded in time and size, however slowly its bytes come."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final, NamedTuple

import httpx

BYTES_MAX: Final = 1_000_000
FAILURES: Final = (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, TimeoutError)
"""What `fetched` raises where nothing usable is answered."""


class Fetched(NamedTuple):
    """An answer, whole."""

    status: int
    content: bytes


def fetched(
    address: str,
    *,
    seconds: float,
    form: Mapping[str, str] | None = None,
    auth: httpx.Auth | None = None,
) -> Fetched:
    """Fetch an address, or send it a form; one of `FAILURES` when that fails or takes too long.

    It runs a loop of its own, so it belongs into a thread.
    """
    return asyncio.run(_fetched(address, seconds, form, auth))


async def _fetched(
    address: str, seconds: float, form: Mapping[str, str] | None, auth: httpx.Auth | None
) -> Fetched:
    async with (
        asyncio.timeout(seconds),
        # The whole fetch has a deadline, so no part of it needs one.
        httpx.AsyncClient(timeout=None, follow_redirects=False) as client,  # noqa: S113
        client.stream(
            "GET" if form is None else "POST",
            address,
            data=form,
            auth=auth,
            headers={"Accept": "application/json", "Accept-Encoding": "identity"},
        ) as response,
    ):
        content = b""
        async for chunk in response.aiter_raw():
            content += chunk
            if len(content) > BYTES_MAX:
                raise ValueError("an answer of more than a megabyte")
        return Fetched(response.status_code, content)
