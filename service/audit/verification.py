"""Whether the store is what the audit chain says: the chain itself, and every row it sealed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, select

from service.audit import store
from service.audit.chain import GENESIS, Fault, faults_of, object_in
from service.database.engine import in_portions
from service.database.sealing import SealedTable, digest_of, row_name, sealed_tables


class Verified(NamedTuple):
    """What was found."""

    records: int
    seal: str
    """The last one."""
    faults: list[Fault]
    row_faults: list[str]
    """Rows that are not what was decided, in sentences."""
    found_at: int | None
    """The record that has the expected seal; 0 is the beginning, None is nowhere."""
    sealed: frozenset[str]
    """The rows that the chain seals, gone ones as well, as records name them."""

    @property
    def sentences(self) -> list[str]:
        """All faults, of the chain and of the rows."""
        return [*(f"record {number} {what}" for number, what in self.faults), *self.row_faults]


class _Said(NamedTuple):
    """What a record that seals a row said."""

    number: int
    at: int
    why: str
    is_wordless: bool
    is_found: bool
    """Whether the row was found there, as an older revision had left it."""


@dataclass
class _Seals:
    """What the records walked so far say of the rows."""

    digests: dict[str, str | None] = field(default_factory=dict)
    said: dict[str, list[_Said]] = field(default_factory=dict)

    def add(self, record: Mapping[str, Any]) -> None:
        sealed = object_in(record["sealed"])
        is_wordless = record["why_seal"] is not None and record["salt"] is None
        for part in ("found", "rows"):
            said = _Said(
                record["number"], record["at"], record["why"], is_wordless, part == "found"
            )
            rows = sealed.get(part)
            for name, digest in rows.items() if isinstance(rows, dict) else ():
                self.digests[name] = digest
                self.said.setdefault(name, []).append(said)


def verify(
    connection: Connection, *, expect: str | None = None, key: bytes | None = None
) -> Verified:
    """Walk the chain and compare every sealed row with the last record that sealed it."""
    seals, count, seal = _Seals(), 0, GENESIS
    found_at = 0 if expect == GENESIS else None

    def records() -> Iterator[Mapping[str, Any]]:
        nonlocal count, seal, found_at
        for row in store.records(connection):
            count, seal = count + 1, row["seal"]
            if seal == expect:
                found_at = row["number"]
            seals.add(row)
            yield row

    faults = list(faults_of(records(), key))
    row_faults = [
        fault
        for table, how in sealed_tables()
        for fault in _table_faults(connection, table, how, seals)
    ]
    return Verified(count, seal, faults, row_faults, found_at, frozenset(seals.digests))


def _table_faults(
    connection: Connection, table: Table, how: SealedTable, seals: _Seals
) -> Iterator[str]:
    prefix = row_name(table, "")
    missing = {name for name, digest in seals.digests.items() if digest and name.startswith(prefix)}
    for found in in_portions(connection, select(table)):
        row = found._asdict()
        name = row_name(table, row[how.key])
        missing.discard(name)
        digest = seals.digests.get(name)
        if digest is None:
            if not how.is_optional:
                yield f"{name} is there, and no record decided it"
            continue
        said = seals.said[name]
        if digest_of(table, row) != digest:
            yield f"{name} was changed after record {said[-1].number} sealed it"
        if not said[0].is_found and not _are_words_unchanged(how, row, said):
            yield f"{name} has other words than record {said[0].number}"
    for name in sorted(missing):
        yield f"{name} is gone; record {seals.said[name][-1].number} sealed it"


def _are_words_unchanged(how: SealedTable, row: Mapping[str, Any], said: list[_Said]) -> bool:
    for words in how.words:
        text = "\n".join(row[name] for name in words.columns if row[name])
        if row[words.at] is None:
            if text:
                return False
            continue
        # What came in a file, from before it was loaded, has no words. The instant is sealed.
        then = {"" if one.is_wordless else one.why for one in said if one.at == row[words.at]}
        if text not in (then or {""}):
            return False
    return True
