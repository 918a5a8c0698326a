"""The five roles a key may have."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What a key is for; `admin` may do whatever any other role may."""

    INGEST = "ingest"
    """The marketplace's own systems: send complaints, orders, evidence and appeals."""
    MODERATOR = "moderator"
    """Works the queue and gives verdicts."""
    REVIEWER = "reviewer"
    """Decides appeals, approves sanctions, grants exceptions; never on their own verdict."""
    ANALYST = "analyst"
    """Reads everything, changes nothing."""
    ADMIN = "admin"
    """Promotes models and may do all of the above."""


ANYBODY: Final = frozenset(Role)
PLATFORM: Final = frozenset({Role.INGEST, Role.ADMIN})
DECIDERS: Final = frozenset({Role.MODERATOR, Role.REVIEWER, Role.ADMIN})
REVIEWERS: Final = frozenset({Role.REVIEWER, Role.ADMIN})
READERS: Final = frozenset({Role.MODERATOR, Role.REVIEWER, Role.ANALYST, Role.ADMIN})
PARTIES: Final = frozenset({Role.INGEST, Role.MODERATOR, Role.REVIEWER, Role.ADMIN})
ADMINS: Final = frozenset({Role.ADMIN})
