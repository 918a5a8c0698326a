"""What can be searched for; each inside one transaction."""

from __future__ import annotations

import re
from typing import Final

from sqlalchemy import Connection

from service.http.fields import PRINTABLE
from service.views.search import store
from service.views.search.schemas import Hit

CHARACTERS_MAX: Final = 300
"""The longest id there is: a sanction's, which holds its seller's."""


def found(connection: Connection, name: str) -> list[Hit]:
    """Everything that has exactly this id; nothing for what cannot be an id."""
    if not 0 < len(name) <= CHARACTERS_MAX or not re.fullmatch(PRINTABLE, name):
        return []
    return list(store.hits(connection, name))
