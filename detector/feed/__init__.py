"""Faults of the feed: what arrived otherwise than it happened, told from structure."""

from detector.feed.faults import FaultKind, FeedFault, FeedReport, faults_in
from detector.feed.handling import (
    LEARNT_DAYS,
    flags_held,
    stopping,
    why_held,
    without_faults,
)
from detector.feed.sentences import days_of, sentence_of

__all__ = [
    "LEARNT_DAYS",
    "FaultKind",
    "FeedFault",
    "FeedReport",
    "days_of",
    "faults_in",
    "flags_held",
    "sentence_of",
    "stopping",
    "why_held",
    "without_faults",
]
