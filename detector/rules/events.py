"""The events of the log, as frozen tuples; `event_of` reads one from a mapping.

Every event ends in `line` (its 1-based line in the log, or None) and `rest` (fields that the format
does not name: kept, so that a second delivery with another body is noticed, and otherwise unread).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from detector.errors import BadInput
from detector.rules.instants import instant_of

Rest = Mapping[str, Any] | None


class Verdict(NamedTuple):
    """A person decided a complaint (or a detector tried to)."""

    id: str
    recorded_at: int
    decided_at: int
    reported_at: int
    incident_at: int
    seller_id: str
    complaint_id: str
    order_id: str | None
    buyer_id: str | None
    violation: str
    severity: str | None
    outcome: str
    evidence: tuple[str, ...]
    moderator: str
    actor: str
    resolution: str | None = None
    points: int | None = None
    supersedes: str | None = None
    notified_at: int | None = None
    entity_id: str | None = None
    listing_id: str | None = None
    seconded_by: tuple[str, ...] | None = None
    line: int | None = None
    rest: Rest = None


class Appeal(NamedTuple):
    """The seller appeals an upheld verdict, or the complainant a rejected one."""

    id: str
    recorded_at: int
    verdict_id: str
    by: str
    notified_at: int | None
    line: int | None = None
    rest: Rest = None


class AppealDecided(NamedTuple):
    """An appeal was granted or denied."""

    id: str
    recorded_at: int
    appeal_id: str
    outcome: str
    moderator: str
    line: int | None = None
    rest: Rest = None


class Withdrawn(NamedTuple):
    """A complainant took a complaint back; on its own this changes no points."""

    id: str
    recorded_at: int
    complaint_id: str
    line: int | None = None
    rest: Rest = None


class Credit(NamedTuple):
    """Points earned back."""

    id: str
    recorded_at: int
    seller_id: str
    points: int
    why: str
    line: int | None = None
    rest: Rest = None


class ActionDone(NamedTuple):
    """The platform reports that it carried a sanction out."""

    id: str
    recorded_at: int
    sanction_id: str
    line: int | None = None
    rest: Rest = None


class Notice(NamedTuple):
    """The notice of a sanction reached the seller, or could not be delivered."""

    id: str
    recorded_at: int
    sanction_id: str
    delivered: bool
    line: int | None = None
    rest: Rest = None


class Override(NamedTuple):
    """A person forgives an entry, or lifts or extends a sanction, with a reason."""

    id: str
    recorded_at: int
    action: str
    target_id: str
    moderator: str
    why: str
    until: int | None = None
    line: int | None = None
    rest: Rest = None


class Volume(NamedTuple):
    """A seller's transactions, by window (`{"90d": 500, "365d": 1800}`), for policies by rate."""

    id: str
    recorded_at: int
    seller_id: str
    transactions: Mapping[str, int]
    line: int | None = None
    rest: Rest = None


Event = (
    Verdict | Appeal | AppealDecided | Withdrawn | Credit | ActionDone | Notice | Override | Volume
)


def body_of(event: Event) -> tuple[Any, ...]:
    """Return what makes two deliveries of one event the same: everything but the line."""
    return (type(event).__name__, *event[:-2], event.rest or {})


def event_of(fields: Mapping[str, Any], line: int | None = None) -> Event:
    """Read one event of the log format; `event` names its kind.

    Raises BadInput that names the field and the value.
    """
    if not isinstance(fields, Mapping):
        raise BadInput("an event must be a JSON object")
    kind = fields.get("event")
    if kind is None:
        raise BadInput("the field 'event' is missing")
    if not isinstance(kind, str) or kind not in _READERS:
        raise BadInput(f"event: {_shown(kind)} is not one of {', '.join(_READERS)}")
    event_type, readers = _READERS[kind]
    values = [reader(fields, name) for name, reader in readers.items()]
    rest = {name: fields[name] for name in fields if name not in readers and name != "event"}
    event: Event = event_type(*values, line=line, rest=rest or None)
    return event


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _given(fields: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 - JSON
    if name not in fields:
        raise BadInput(f"the field {name!r} is missing")
    return fields[name]


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = _given(fields, name)
    if not isinstance(value, str) or not value:
        raise BadInput(f"{name}: {_shown(value)} is not a text")
    return value


def _maybe_text(fields: Mapping[str, Any], name: str) -> str | None:
    return None if fields.get(name) is None else _text(fields, name)


def _text_or_null(fields: Mapping[str, Any], name: str) -> str | None:
    return None if _given(fields, name) is None else _text(fields, name)


def _among(*choices: str) -> Callable[[Mapping[str, Any], str], str]:
    def read(fields: Mapping[str, Any], name: str) -> str:
        value = _text(fields, name)
        if value not in choices:
            raise BadInput(f"{name}: {_shown(value)} is not one of {', '.join(choices)}")
        return value

    return read


def _instant(fields: Mapping[str, Any], name: str) -> int:
    value = _text(fields, name)
    try:
        return instant_of(value)
    except (ValueError, OverflowError):
        raise BadInput(f"{name}: {_shown(value)} is not an ISO 8601 time") from None


def _maybe_instant(fields: Mapping[str, Any], name: str) -> int | None:
    return None if fields.get(name) is None else _instant(fields, name)


def _instant_or_null(fields: Mapping[str, Any], name: str) -> int | None:
    return None if _given(fields, name) is None else _instant(fields, name)


def _kinds(fields: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = _given(fields, name)
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
        raise BadInput(f"{name}: {_shown(value)} is not a list of texts")
    return tuple(value)


def _maybe_kinds(fields: Mapping[str, Any], name: str) -> tuple[str, ...] | None:
    return None if fields.get(name) is None else _kinds(fields, name)


def _points(fields: Mapping[str, Any], name: str) -> int:
    value = _given(fields, name)
    if type(value) is not int or not 0 < value < 10**9:
        raise BadInput(f"{name}: {_shown(value)} is not a whole number above 0")
    return value


def _maybe_points(fields: Mapping[str, Any], name: str) -> int | None:
    return None if fields.get(name) is None else _points(fields, name)


def _truth(fields: Mapping[str, Any], name: str) -> bool:
    value = _given(fields, name)
    if not isinstance(value, bool):
        raise BadInput(f"{name}: {_shown(value)} is not true or false")
    return value


def _counts(fields: Mapping[str, Any], name: str) -> Mapping[str, int]:
    value = _given(fields, name)
    if not isinstance(value, Mapping) or not all(type(n) is int and n >= 0 for n in value.values()):
        raise BadInput(f"{name}: {_shown(value)} is not a table of whole numbers")
    return dict(value)


_COMMON: Final[dict[str, Any]] = {"id": _text, "recorded_at": _instant}

_READERS: Final[dict[str, tuple[Any, dict[str, Any]]]] = {
    "verdict": (
        Verdict,
        _COMMON
        | {
            "decided_at": _instant,
            "reported_at": _instant,
            "incident_at": _instant,
            "seller_id": _text,
            "complaint_id": _text,
            "order_id": _text_or_null,
            "buyer_id": _text_or_null,
            "violation": _text,
            "severity": _maybe_text,
            "outcome": _among("upheld", "rejected", "unfounded"),
            "evidence": _kinds,
            "moderator": _text,
            "actor": _among("person", "detector"),
            "resolution": _maybe_text,
            "points": _maybe_points,
            "supersedes": _maybe_text,
            "notified_at": _maybe_instant,
            "entity_id": _maybe_text,
            "listing_id": _maybe_text,
            "seconded_by": _maybe_kinds,
        },
    ),
    "appeal": (
        Appeal,
        _COMMON
        | {
            "verdict_id": _text,
            "by": _among("seller", "complainant"),
            "notified_at": _instant_or_null,
        },
    ),
    "appeal_decided": (
        AppealDecided,
        _COMMON | {"appeal_id": _text, "outcome": _among("granted", "denied"), "moderator": _text},
    ),
    "withdrawn": (Withdrawn, _COMMON | {"complaint_id": _text}),
    "credit": (Credit, _COMMON | {"seller_id": _text, "points": _points, "why": _text}),
    "action_done": (ActionDone, _COMMON | {"sanction_id": _text}),
    "notice": (Notice, _COMMON | {"sanction_id": _text, "delivered": _truth}),
    "override": (
        Override,
        _COMMON
        | {
            "action": _among("forgive", "lift", "extend"),
            "target_id": _text,
            "moderator": _text,
            "why": _text,
            "until": _maybe_instant,
        },
    ),
    "volume": (Volume, _COMMON | {"seller_id": _text, "transactions": _counts}),
}
