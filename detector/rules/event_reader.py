"""Reads events: from a line of JSON or from a mapping, each checked by the types in `events`.

What is right is decoded in one go. What is not is read again field by field, for a refusal that
names the field and the value, or because it has fields that the format does not name.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from operator import attrgetter
from types import NoneType, UnionType
from typing import Any, Final, Literal, NoReturn, get_args, get_origin, get_type_hints

import msgspec

from detector.errors import BadInput
from detector.rules.events import Counts, Event, Extra, Kinds, Points, Text
from detector.rules.instants import Instant, instant_of
from detector.strict_json import object_of

Fields = Mapping[str, Any]


def event_in(line: bytes | str) -> Event:
    """Read a line of a log: one event as JSON. Raises BadInput that says what is wrong with it.

    A name twice in one object is refused: two readers could take points from two sellers.
    """
    try:
        event: Event = _DECODER.decode(line)
    except (ValueError, RecursionError):
        return _event_of(_json_of(line))
    quotes = line.count('"') if isinstance(line, str) else line.count(b'"')
    if quotes != _quotes_of(event):
        _json_of(line)
    return event


def event_of(fields: Fields) -> Event:
    """Read one event of the log format from a mapping; `event` names its kind.

    Raises BadInput that names the field and the value.
    """
    try:
        event: Event = msgspec.convert(fields, Event, dec_hook=_instant_or_refused)
    except ValueError:
        event = _event_of(fields)
    return event


def _json_of(line: bytes | str) -> Any:  # noqa: ANN401 - JSON
    try:
        text = line if isinstance(line, str) else line.decode("utf-8")
        return json.loads(text, object_pairs_hook=object_of, parse_constant=_no_number)
    except UnicodeDecodeError:
        raise BadInput("the line is not UTF-8 text") from None
    except (ValueError, RecursionError) as error:
        raise BadInput(f"the line is not JSON: {error}") from None


def _quotes_of(event: Event) -> int:
    """Count the quotes of a line that says this, each name once and what is optional never null.

    Any name more has two more, so this is the cheap way to see that none stands there twice.
    """
    shape = _SHAPES[type(event)]
    quotes = shape.usual
    for name in shape.lists:
        quotes += 2 * len(getattr(event, name))
    for name in shape.nullable:
        if getattr(event, name) is None:
            quotes -= 2
    if shape.given and (given := shape.given(event)) != shape.left_out:
        for each, value in zip(shape.optional, given, strict=False):
            if value is not None:
                quotes += each + (2 * len(value) if isinstance(value, tuple) else 0)
    return quotes


class _Shape:
    """How many quotes a line with an event of one type has, and the fields that this depends on."""

    def __init__(self, event_type: Any) -> None:  # noqa: ANN401
        kinds = get_type_hints(event_type, include_extras=True)
        fields = [one for one in msgspec.structs.fields(event_type) if one.name != "extra"]
        needed = [one.name for one in fields if one.required]
        optional = [one.name for one in fields if not one.required]
        # 4: the name `event` and its value
        self.usual = 4 + sum(_quotes_of_kind(kinds[name]) for name in needed)
        self.lists = [name for name in needed if kinds[name] in (Kinds, Counts)]
        self.nullable = [name for name in needed if NoneType in get_args(kinds[name])]
        self.optional = [_quotes_of_kind(kinds[name]) for name in optional]
        # The last one twice: of a single name, the value comes alone and not in a tuple.
        self.given = attrgetter(*optional, optional[-1]) if optional else None
        self.left_out = (None,) * (len(optional) + 1)


def _quotes_of_kind(kind: Any) -> int:  # noqa: ANN401
    """Count the quotes of a field's name and value, without those of the items of a list."""
    kinds = [one for one in get_args(kind) if one is not NoneType]
    if NoneType in get_args(kind):
        return _quotes_of_kind(kinds[0])
    return 4 if kind in (Text, Instant) or get_origin(kind) is Literal else 2


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _instant_or_refused(kind: type, value: object) -> object:
    """Decode a time; a field called as the one that holds the unnamed fields is itself unnamed."""
    if kind is not Instant or not isinstance(value, str):
        raise ValueError
    try:
        return instant_of(value)
    except OverflowError:
        raise ValueError from None


_DECODER: Final = msgspec.json.Decoder(Event, dec_hook=_instant_or_refused)


def _event_of(fields: object) -> Event:
    """Read an event field by field, in the order of its definition."""
    if not isinstance(fields, Mapping):
        raise BadInput("an event must be a JSON object")
    kind = fields.get("event")
    if kind is None:
        raise BadInput("the field 'event' is missing")
    if not isinstance(kind, str) or kind not in _KINDS:
        raise BadInput(f"event: {_shown(kind)} is not one of {', '.join(_KINDS)}")
    event_type, readers = _KINDS[kind]
    values = {name: reader(fields, name) for name, reader in readers.items()}
    extra = {name: fields[name] for name in fields if name not in readers and name != "event"}
    if extra:
        values["extra"] = Extra(extra)
    event: Event = event_type(**values)
    return event


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _present(fields: Fields, name: str) -> Any:  # noqa: ANN401 - JSON
    if name not in fields:
        raise BadInput(f"the field {name!r} is missing")
    return fields[name]


def _text(fields: Fields, name: str) -> str:
    value = _present(fields, name)
    if not isinstance(value, str) or not value:
        raise BadInput(f"{name}: {_shown(value)} is not a text")
    return value


def _among(choices: tuple[str, ...], fields: Fields, name: str) -> str:
    value = _text(fields, name)
    if value not in choices:
        raise BadInput(f"{name}: {_shown(value)} is not one of {', '.join(choices)}")
    return value


def _instant(fields: Fields, name: str) -> int:
    value = _text(fields, name)
    try:
        return instant_of(value)
    except (ValueError, OverflowError):
        raise BadInput(f"{name}: {_shown(value)} is not an ISO 8601 time") from None


def _kinds(fields: Fields, name: str) -> tuple[str, ...]:
    value = _present(fields, name)
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
        raise BadInput(f"{name}: {_shown(value)} is not a list of texts")
    return tuple(value)


def _points(fields: Fields, name: str) -> int:
    value = _present(fields, name)
    if type(value) is not int or not 0 < value < 10**9:
        raise BadInput(f"{name}: {_shown(value)} is not a whole number above 0")
    return value


def _truth(fields: Fields, name: str) -> bool:
    value = _present(fields, name)
    if not isinstance(value, bool):
        raise BadInput(f"{name}: {_shown(value)} is not true or false")
    return value


def _counts(fields: Fields, name: str) -> dict[str, int]:
    value = _present(fields, name)
    if not isinstance(value, Mapping) or not all(type(n) is int and n >= 0 for n in value.values()):
        raise BadInput(f"{name}: {_shown(value)} is not a table of whole numbers")
    return dict(value)


def _unless_null(read: Callable[[Fields, str], Any], fields: Fields, name: str) -> Any:  # noqa: ANN401
    return None if _present(fields, name) is None else read(fields, name)


def _unless_left_out(read: Callable[[Fields, str], Any], fields: Fields, name: str) -> Any:  # noqa: ANN401
    return None if fields.get(name) is None else read(fields, name)


_READERS: Final[dict[Any, Callable[[Fields, str], Any]]] = {
    Text: _text,
    Instant: _instant,
    Kinds: _kinds,
    Points: _points,
    bool: _truth,
    Counts: _counts,
}


def _reader_of(kind: Any, *, is_required: bool) -> Callable[[Fields, str], Any]:  # noqa: ANN401
    """Return what reads a field of a type, in the words of the type."""
    kinds = [one for one in get_args(kind) if one is not NoneType]
    is_nullable = get_origin(kind) is UnionType or NoneType in get_args(kind)
    if is_nullable:
        read = _reader_of(kinds[0], is_required=True)
        return partial(_unless_null if is_required else _unless_left_out, read)
    if get_origin(kind) is Literal:
        return partial(_among, get_args(kind))
    return _READERS[kind]


def _readers_of(event_type: Any) -> dict[str, Callable[[Fields, str], Any]]:  # noqa: ANN401
    kinds = get_type_hints(event_type, include_extras=True)
    return {
        field.name: _reader_of(kinds[field.name], is_required=field.required)
        for field in msgspec.structs.fields(event_type)
        if field.name != "extra"
    }


_KINDS: Final = {str(one.__struct_config__.tag): (one, _readers_of(one)) for one in get_args(Event)}
_SHAPES: Final = {one: _Shape(one) for one in get_args(Event)}
