"""A likely re-keying in a sentence that a person can judge."""

from __future__ import annotations

from detector.instants import text_of
from detector.rekeying.proposals import Rekeying

_SHOWN = 60


def sentence_of(found: Rekeying) -> str:
    """Who ended, who began and when, and how sure that is; without a full stop."""
    return (
        f"{found.old[:_SHOWN]} ended as {found.new[:_SHOWN]} began on {text_of(found.since)[:10]}: "
        f"{found.complaints} complaints in the year before and {found.complaints_since} in "
        f"the one since, one seller with a chance of {found.chance:.0%}"
    )
