"""What `detector rules compare` and `explain` print: text for people, JSON for machines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from msgspec.structs import asdict

from detector.nouns import counted
from detector.rules.instants import text_of
from detector.rules.reports.comparison import KINDS, Comparison, Difference, Firsts, Minutes
from detector.rules.reports.explanation import EntryLine, Explanation


def table_of(rows: Iterable[Sequence[object]]) -> str:
    """Lay rows out in columns; the first row is the head."""
    texts = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[n]) for row in texts) for n in range(len(texts[0]))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in texts
    ]
    return "\n".join(_printable(line) for line in lines)


def comparison_text(
    found: Comparison, minutes: Minutes, names: Sequence[str], unreadable: int
) -> str:
    """Say how many sellers each policy sanctioned, and whom the two treat differently."""
    first, second = found.first, found.second
    hours = (f"{one.work.hours(minutes):.1f}" for one in (first, second))
    rows: list[Sequence[object]] = [("", *names)]
    rows += [(f"sellers with {kind}", first.counts[kind], second.counts[kind]) for kind in KINDS]
    rows += [(f"{kind} issued", first.sanctions[kind], second.sanctions[kind]) for kind in KINDS]
    rows += [
        (f"{kind} voided later", first.voided[kind], second.voided[kind])
        for kind in KINDS
        if first.voided[kind] or second.voided[kind]
    ]
    rows.append(("moderator hours", *hours))
    rows.append(("lines refused", first.refused + unreadable, second.refused + unreadable))
    unlike = found.differences
    parts = [
        table_of(rows),
        counted(len(unlike), "seller is", "sellers are") + " treated differently",
    ]
    if unlike:
        head = ("seller", "first sanction of a kind", *names)
        parts.append(table_of([head, *(row for one in unlike[:50] for row in _unlike(one))]))
    if len(unlike) > 50:
        parts.append(f"... and {len(unlike) - 50} more; --json lists them all")
    return "\n\n".join(parts)


def _unlike(one: Difference) -> list[tuple[str, str, str, str]]:
    return [
        (one.seller_id, kind, _when(getattr(one.first, kind)), _when(getattr(one.second, kind)))
        for kind in KINDS
        if getattr(one.first, kind) != getattr(one.second, kind)
    ]


def comparison_json(
    found: Comparison, minutes: Minutes, names: Sequence[str], unreadable: int
) -> str:
    """Say the same as JSON."""
    body = {
        "policies": [
            {
                "policy": name,
                "sellers": one.counts,
                "sanctions": one.sanctions,
                "voided": one.voided,
                "moderator_hours": round(one.work.hours(minutes), 2),
                "refused": one.refused + unreadable,
            }
            for name, one in zip(names, (found.first, found.second), strict=True)
        ],
        "differences": [
            {"seller_id": one.seller_id, "first": _firsts(one.first), "second": _firsts(one.second)}
            for one in found.differences
        ],
    }
    return json.dumps(body)


def _firsts(firsts: Firsts) -> dict[str, str | None]:
    return {kind: None if at is None else text_of(at) for kind, at in firsts._asdict().items()}


def explanation_text(explanation: Explanation) -> str:
    """Say the points taken as a table of entries that adds up, then credits and sanctions."""
    ledger = explanation.ledger
    head = (
        f"seller {ledger.seller_id} as of {text_of(explanation.as_of)}: {ledger.status}, "
        f"{ledger.balance} points held, {ledger.level} taken"
    )
    parts = [_printable(head)]
    if explanation.lines:
        names = ("entry", "order", "counts", "state", "opened", "expires", "policy", "decisions")
        parts.append(table_of([(*names, "why"), *(_line(one) for one in explanation.lines)]))
    taken = sum(one.counts for one in explanation.lines)
    given = sum(one.points for one in ledger.credits)
    parts.append(f"entries take {taken} - credits give back {given} = {taken - given} points taken")
    if ledger.sanctions:
        rows = [
            (one.id, one.kind, one.state, text_of(one.issued_at), _when(one.ends_at))
            for one in ledger.sanctions
        ]
        parts.append(table_of([("sanction", "kind", "state", "issued", "ends"), *rows]))
    if explanation.without_points:
        parts.append(_printable("\n".join(explanation.without_points)))
    return "\n\n".join(parts)


def _line(one: EntryLine) -> tuple[object, ...]:
    decisions = "; ".join(
        f"{ground.verdict_id} by {ground.moderator}"
        + ("" if ground.is_standing else " (reversed)")
        + ("" if ground.appeal == "none" else f", appeal {ground.appeal}")
        for ground in one.grounds
    )
    return (
        one.entry_id,
        one.order_id or "-",
        one.counts,
        one.state,
        text_of(one.opened_at),
        _when(one.expires_at),
        one.policy,
        decisions,
        one.why or "-",
    )


def explanation_json(explanation: Explanation) -> str:
    """Tell the same as JSON."""
    ledger = explanation.ledger
    body: dict[str, Any] = {"seller_id": ledger.seller_id, "as_of": text_of(explanation.as_of)}
    body |= {name: getattr(ledger, name) for name in ("balance", "level", "status")}
    body["entries"] = [_line_json(one) for one in explanation.lines]
    body["credits"] = [
        asdict(one) | {"granted_at": text_of(one.granted_at)} for one in ledger.credits
    ]
    body["sanctions"] = ledger.as_json()["sanctions"]
    body["without_points"] = list(explanation.without_points)
    return json.dumps(body)


def _line_json(one: EntryLine) -> dict[str, Any]:
    fields = one._asdict()
    fields["opened_at"] = text_of(one.opened_at)
    fields["expires_at"] = None if one.expires_at is None else text_of(one.expires_at)
    fields["grounds"] = [
        ground._asdict() | {"decided_at": text_of(ground.decided_at)} for ground in one.grounds
    ]
    return fields


def _when(instant: int | None) -> str:
    return "-" if instant is None else text_of(instant)


def _printable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
