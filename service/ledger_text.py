"""The ledger as the JSON text that `detector rules replay --json` prints, a seller at a time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from json.encoder import encode_basestring_ascii as quoted

from msgspec.structs import asdict

from detector.rules import EntryView, Ledger, Refused, SanctionView, SellerLedger
from detector.rules.instants import text_of


def json_of(ledger: Ledger) -> Iterator[str]:
    """Yield the pieces of one JSON object; ids are escaped to ASCII, so that any can be printed."""
    return framed(map(seller_text, ledger.sellers.values()), ledger.refused)


def seller_text(one: SellerLedger) -> str:
    """Write one seller: the id and the object."""
    return f"{quoted(one.seller_id)}: {_seller(one)}"


def framed(sellers: Iterable[str], refused: Sequence[Refused]) -> Iterator[str]:
    """Yield the whole object: the texts of its sellers, then the lines refused by then, in order.

    `refused` may grow while the sellers are gone through.
    """
    yield '{"sellers": {'
    separator = ""
    for text in sellers:
        yield separator + text
        separator = ", "
    lines = [one._asdict() for one in sorted(refused, key=lambda one: one.line)]
    yield f'}}, "refused": {json.dumps(lines)}}}\n'


def _seller(one: SellerLedger) -> str:
    tracks = ""
    if len(one.tracks) > 1:
        levels = {name: asdict(track) for name, track in one.tracks.items()}
        tracks = f', "tracks": {json.dumps(levels)}'
    entries = ", ".join([_entry(entry) for entry in one.entries])
    sanctions = ", ".join([_sanction(sanction) for sanction in one.sanctions])
    return (
        f'{{"balance": {one.balance}, "level": {one.level}, "status": "{one.status}", '
        f'"entries": [{entries}], "sanctions": [{sanctions}]{tracks}}}'
    )


def _entry(entry: EntryView) -> str:
    expires = "null" if entry.expires_at is None else f'"{text_of(entry.expires_at)}"'
    grounds = ", ".join([quoted(ground) for ground in entry.grounds])
    return (
        f'{{"id": {quoted(entry.id)}, "points": {entry.points}, '
        f'"opened_at": "{text_of(entry.opened_at)}", "expires_at": {expires}, '
        f'"state": "{entry.state}", "grounds": [{grounds}]}}'
    )


def _sanction(sanction: SanctionView) -> str:
    ends = "null" if sanction.ends_at is None else f'"{text_of(sanction.ends_at)}"'
    because = ", ".join([quoted(entry) for entry in sanction.because])
    return (
        f'{{"id": {quoted(sanction.id)}, "kind": {quoted(sanction.kind)}, '
        f'"issued_at": "{text_of(sanction.issued_at)}", "ends_at": {ends}, '
        f'"state": "{sanction.state}", "because": [{because}]}}'
    )
