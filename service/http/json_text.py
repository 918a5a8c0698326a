"""JSON bodies read strictly: bounded in size and number, and each name once in an object."""

from __future__ import annotations

import json
from typing import Any, Final, NoReturn

from detector.errors import BadInput
from detector.strict_json import object_of
from service.refusals import LargeBody

ON_LOOP_BYTES_MAX: Final = 32_768
"""Larger bodies are read and checked in a thread, one at a time, so that others are served."""
PARTS_MAX: Final = 410_000
"""Most objects and lists in one body: the 400,000 rows that a score of a given history may hold.

Each costs memory and time far above its two bytes of text, so they are counted before any is made.
"""
COMMAS_MAX: Final = 1_000_000
"""Most commas in one body. The shortest rows take 16 bytes a field; what has more is no table.

One value after the other is read without a pause in which anything else could run.
"""
NAMES_MAX: Final = 100
"""Most names in one object; no body of the contract has a quarter of it.

Each name that the contract does not know would be a fault of its own.
"""


def json_of(body: bytes) -> Any:  # noqa: ANN401 - a JSON value of any kind
    """Read a JSON body.

    Raises LargeBody when it holds more than PARTS_MAX objects and lists or COMMAS_MAX commas,
    json.JSONDecodeError when it is no JSON, and BadInput when it is JSON that two readers would
    understand differently or beyond all use: a name twice in one object, more than NAMES_MAX names,
    NaN, bytes that are not UTF-8, numbers or nesting without end.
    """
    parts = body.count(b"{") + body.count(b"[")
    if parts > PARTS_MAX:
        raise LargeBody(f"the body holds {parts:,} objects and lists; at most {PARTS_MAX:,} do")
    commas = body.count(b",")
    if commas > COMMAS_MAX:
        raise LargeBody(f"the body holds {commas:,} commas; at most {COMMAS_MAX:,} do")
    try:
        return json.loads(
            body.decode("utf-8"), object_pairs_hook=_object_of, parse_constant=_no_number
        )
    except UnicodeDecodeError:
        raise BadInput("body: not UTF-8 text") from None
    except RecursionError:
        raise BadInput("body: nested too deep") from None
    except json.JSONDecodeError:
        raise
    except ValueError:  # what Python says of a whole number of more than 4,300 digits
        raise BadInput("body: a number of more digits than any use needs") from None


def _object_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > NAMES_MAX:
        raise BadInput(f"body: an object has {len(pairs):,} names; at most {NAMES_MAX} do")
    try:
        return object_of(pairs)
    except BadInput as refusal:
        raise BadInput(f"body: {refusal}") from None


def _no_number(name: str) -> NoReturn:
    raise BadInput(f"body: {name} is not a JSON number")
