"""JSON bodies read strictly: bounded in size and number, and each name once in an object."""

from __future__ import annotations

import json
from typing import Any, Final, NoReturn

from detector.errors import BadInput
from service.refusals import LargeBody

PARTS_MAX: Final = 410_000
"""Most objects and lists in one body: the 400,000 rows that a score of a given history may hold.

Each costs memory and time far above its two bytes of text, so they are counted before any is made.
"""


def json_of(body: bytes) -> Any:  # noqa: ANN401 - a JSON value of any kind
    """Read a JSON body.

    Raises LargeBody when it holds more than PARTS_MAX objects and lists, json.JSONDecodeError when
    it is no JSON, and BadInput when it is JSON that two readers would understand differently: a
    name twice in one object, NaN, bytes that are not UTF-8, numbers or nesting beyond all use.
    """
    parts = body.count(b"{") + body.count(b"[")
    if parts > PARTS_MAX:
        raise LargeBody(f"the body holds {parts:,} objects and lists; at most {PARTS_MAX:,} do")
    try:
        return json.loads(
            body.decode("utf-8"), object_pairs_hook=_each_once, parse_constant=_no_number
        )
    except UnicodeDecodeError:
        raise BadInput("body: not UTF-8 text") from None
    except RecursionError:
        raise BadInput("body: nested too deep") from None
    except json.JSONDecodeError:
        raise
    except ValueError:  # what Python says of a whole number of more than 4,300 digits
        raise BadInput("body: a number of more digits than any use needs") from None


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise BadInput(f"body: the name {twice!r} stands twice in one object; say it once")
    return found


def _no_number(name: str) -> NoReturn:
    raise BadInput(f"body: {name} is not a JSON number")
