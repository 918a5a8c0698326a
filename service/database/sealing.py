"""Which rows the audit chain seals, and how: a record carries the digests of what it decided.

A table says in its `info` that its rows are sealed. Whatever writes one of them calls `seal`; the
next record of the transaction takes the digest of the row as it then is. A transaction that ends
with rows that no record took is a bug and is rolled back, so no decision goes unrecorded.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Table, select

from service.database.engine import in_portions, metadata, unsealed_rows

INFO: Final = "sealed"
REVISION: Final = 3
"""Of what records seal; 2 began with keys and receivers of events, 3 with what evidence weighs and
when it was erased, and with events."""


class Words(NamedTuple):
    """Columns that hold what a person wrote, which a record has as its `why`."""

    columns: tuple[str, ...]
    at: str
    """The column with the instant of that record."""


@dataclass(frozen=True, slots=True)
class SealedTable:
    """How a table's rows are sealed."""

    key: str
    """The column that names a row."""
    words: tuple[Words, ...] = ()
    erasable: tuple[str, ...] = ()
    """Columns that an erasure may empty or replace: outside the digest, as the words are."""
    is_optional: bool = False
    """Whether rows may be there that no decision was about."""
    since: int = 1
    """From which revision of the record on the rows are sealed."""

    @property
    def outside(self) -> frozenset[str]:
        """The columns outside the digest."""
        return frozenset(self.erasable).union(*(words.columns for words in self.words))


def sealed(key: str, **how: Any) -> dict[str, Any]:  # noqa: ANN401
    """The `info` of a table whose rows are sealed."""
    return {INFO: SealedTable(key, **how)}


def sealed_tables() -> list[tuple[Table, SealedTable]]:
    """Every table whose rows are sealed."""
    return [(table, table.info[INFO]) for table in metadata.sorted_tables if INFO in table.info]


def seal(connection: Connection, table: Table, key: str) -> None:
    """Have the transaction's next record seal a row that was just added, changed or removed."""
    unsealed_rows(connection)[table.name, key] = None


def row_name(table: Table, key: str) -> str:
    """What a record calls a row."""
    return f"{table.name} {key}"


def digest_of(table: Table, row: Mapping[str, Any]) -> str:
    """SHA-256 of a row without its words and what an erasure may take.

    Empty columns are left out, so that one which a later revision adds changes no digest.
    """
    outside = table.info[INFO].outside
    content = {
        name: value.hex() if isinstance(value, bytes) else value
        for name, value in row.items()
        if value is not None and name not in outside
    }
    text = json.dumps([table.name, content], ensure_ascii=False, sort_keys=True)
    return sha256(text.encode()).hexdigest()


def pop_unsealed(connection: Connection) -> tuple[dict[str, str | None], str | None]:
    """Digests of the rows that wait to be sealed, None for one that is gone; and their seller."""
    waiting = unsealed_rows(connection)
    digests: dict[str, str | None] = {}
    seller_id = None
    for name, key in waiting:
        table = metadata.tables[name]
        query = select(table).where(table.c[table.info[INFO].key] == key)
        found = connection.execute(query).one_or_none()
        row: dict[str, Any] = {} if found is None else found._asdict()
        digests[row_name(table, key)] = digest_of(table, row) if row else None
        seller_id = seller_id or row.get("seller_id")
    waiting.clear()
    return digests, seller_id


def all_digests(connection: Connection, *, since: int = 0) -> dict[str, str | None]:
    """Digests of every row that has to be sealed: what a store of an older revision begins with.

    Those that records of the revision `since` sealed already are left out.
    """
    digests: dict[str, str | None] = {}
    for table, how in sealed_tables():
        if how.is_optional or how.since <= since:
            continue
        for found in in_portions(connection, select(table)):
            row = found._asdict()
            digests[row_name(table, row[how.key])] = digest_of(table, row)
    return digests
