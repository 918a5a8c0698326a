"""The reference of errors, read off the refusals' classes and their table of statuses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import service.refusals
from detector.errors import Refusal
from service.http.statuses import status_of

HEAD: Final = """# Errors

<!-- Made by `python -m docs.tools write`; a test compares this page with the program. -->

A *refusal* is a named reason why something cannot be done. The command line prints it as one line
and ends with exit code 1:

    error: complaints.csv: row 2: column filed_at: '31/02/2024' is not a time; …

Where JSON is asked for (`--json`, `--format json`), the line is one JSON object with `type`,
`title` and `detail`, as below. Wrong usage is of the type `urn:detector:usage`, exit code 2.

Over HTTP the answer is `application/problem+json` (RFC 9457). `type` names the refusal for
machines, `detail` says for people what is wrong, where, and what to do. The service answers
anything that is not a refusal with 500 and an id; the log has the traceback under the same id. On
the command line such a fault ends in a traceback.

| status | what a client does |
|---|---|
| 401, 403 | use another key, or ask another person |
| 404, 409, 422 | read `detail` and correct the request |
| 412 | read it once more, and decide on what is there now |
| 408, 413, 415 | send a faster, smaller or different body |
| 429, 503 | wait as long as `Retry-After` says, and send the same request again |

Both kinds of waiting are safe with an `Idempotency-Key`.

| refusal | status | meaning |
|---|---|---|
"""


def page() -> str:
    """The page as Markdown."""
    return HEAD + "".join(f"{row}\n" for row in _rows(Refusal))


def _rows(parent: type[Refusal]) -> Iterator[str]:
    for kind in sorted(parent.__subclasses__(), key=lambda one: one.__name__):
        if kind.__module__ not in ("detector.errors", service.refusals.__name__):
            continue
        meaning = " ".join((kind.__doc__ or "").split()).replace("``", "`")
        yield f"| `{kind.__name__}` | {status_of(kind).value} | {meaning} |"
        yield from _rows(kind)
