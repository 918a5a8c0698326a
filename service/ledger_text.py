"""The ledger as the JSON text that `detector rules replay --json` prints, a seller at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from json.encoder import encode_basestring_ascii as quoted

from detector.rules import EntryView, Ledger, SanctionView, SellerLedger
from detector.rules.instants import text_of


def json_of(ledger: Ledger) -> Iterator[str]:
    """Yield the pieces of one JSON object; ids are escaped to ASCII, so that any can be printed."""
    yield '{"sellers": {'
    for place, one in enumerate(ledger.sellers.values()):
        yield f"{', ' if place else ''}{quoted(one.seller_id)}: {_seller(one)}"
    refused = json.dumps([one._asdict() for one in ledger.refused])
    yield f'}}, "refused": {refused}}}\n'


def _seller(one: SellerLedger) -> str:
    tracks = ""
    if len(one.tracks) > 1:
        told = {name: track._asdict() for name, track in one.tracks.items()}
        tracks = f', "tracks": {json.dumps(told)}'
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
