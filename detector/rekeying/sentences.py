"""A likely re-keying in a sentence that a person can judge."""

from __future__ import annotations

from detector.instants import text_of
from detector.nouns import counted
from detector.rekeying.proposals import Rekeying

_SHOWN = 60


def sentence_of(found: Rekeying) -> str:
    """Who ended, who began and when, and how sure that is; without a full stop."""
    return (
        f"{found.old[:_SHOWN]} ended as {found.new[:_SHOWN]} began on {text_of(found.since)[:10]}: "
        f"{counted(found.complaints, 'complaint')} in the year before and "
        f"{found.complaints_since:,} in the one since, one seller with a chance of "
        f"{found.chance:.0%}"
    )
