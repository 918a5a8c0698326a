"""Rows of decisions: answers, verdicts, appeals, opinions, withdrawals, sanctions, the log."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    String,
    Table,
    Text,
    case,
    text,
)

from service.database.column_types import PositionType
from service.database.engine import metadata
from service.database.sealing import Words, sealed

_ASKED_AND_DECIDED: Final = (
    Words(("reason",), at="filed_at"),
    Words(("decision_reason",), at="decided_at"),
)
_COUNTS: Final = text("NOT reopened")

verdicts: Final = Table(
    "verdicts",
    metadata,
    Column("verdict_id", String(40), primary_key=True),
    Column("complaint_id", String(200), ForeignKey("complaints.complaint_id"), nullable=False),
    Column("seller_id", String(200), nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("violation", String(100)),
    Column("reason", Text, nullable=False),
    Column("evidence", Text, nullable=False),  # JSON list of kinds
    Column("moderator", String(200), nullable=False),
    Column("decided_at", BigInteger, nullable=False),
    Column("reversed_at", BigInteger),  # when an appeal was granted, or another took its place
    Column("reopened", Boolean, nullable=False),  # whether the complaint may be decided again
    Column("supersedes", String(40)),  # the verdict whose place it took
    Column("seconded_by", Text),  # JSON list of people
    Column("elsewhere", String(200)),  # where what of the evidence was not on file lay
    # The second verdict of a race fails here.
    Index(
        "uq_verdicts_complaint_id",
        "complaint_id",
        unique=True,
        sqlite_where=_COUNTS,
        postgresql_where=_COUNTS,
    ),
    info=sealed("verdict_id", words=(Words(("reason",), at="decided_at"),)),
)

proposals: Final = Table(
    "proposals",
    metadata,
    Column("complaint_id", String(200), ForeignKey("complaints.complaint_id"), primary_key=True),
    Column("seller_id", String(200), nullable=False),
    Column("body", Text, nullable=False),  # JSON: the verdict as it will be given, but its reason
    Column("reason", Text, nullable=False),
    Column("moderator", String(200), nullable=False),
    Column("people", Integer, nullable=False),  # how many must agree, who proposes it included
    Column("seconded_by", Text, nullable=False),  # JSON list of people
    Column("proposed_at", BigInteger, nullable=False),
    info=sealed("complaint_id", words=(Words(("reason",), at="proposed_at"),)),
)
"""Rows live until they become a verdict or are declined: few, so no index."""

appeals: Final = Table(
    "appeals",
    metadata,
    Column("appeal_id", String(40), primary_key=True),
    Column(
        "verdict_id", String(40), ForeignKey("verdicts.verdict_id"), nullable=False, unique=True
    ),
    Column("filed_by", String(16), nullable=False),  # seller | complainant
    Column("reason", Text, nullable=False),
    Column("filed_at", BigInteger, nullable=False),
    Column("outcome", String(16), nullable=False),  # open | granted | denied
    Column("decided_by", String(200)),
    Column("decided_at", BigInteger),
    Column("decision_reason", Text),
    Index("ix_appeals_outcome_filed_at", "outcome", "filed_at"),
    info=sealed("appeal_id", words=_ASKED_AND_DECIDED),
)

answers: Final = Table(
    "answers",
    metadata,
    Column("complaint_id", String(200), ForeignKey("complaints.complaint_id"), primary_key=True),
    Column("text", Text, nullable=False),  # empty once erased
    Column("filed_by", String(200), nullable=False),
    Column("filed_at", BigInteger, nullable=False),
    info=sealed("complaint_id", words=(Words(("text",), at="filed_at"),)),
)

opinions: Final = Table(
    "opinions",
    metadata,
    Column("opinion_id", String(40), primary_key=True),
    Column("appeal_id", String(40), ForeignKey("appeals.appeal_id"), nullable=False),
    Column("person", String(200), nullable=False),
    Column("outcome", String(16), nullable=False),  # what the person would have decided
    Column("reason", Text, nullable=False),
    Column("given_at", BigInteger, nullable=False),
    Index("uq_opinions_appeal_id_person", "appeal_id", "person", unique=True),
    info=sealed("opinion_id", words=(Words(("reason",), at="given_at"),)),
)
"""What people thought of a complaint before they saw the verdict that is appealed."""

withdrawals: Final = Table(
    "withdrawals",
    metadata,
    Column("complaint_id", String(200), ForeignKey("complaints.complaint_id"), primary_key=True),
    Column("seller_id", String(200), nullable=False),
    Column("verdict_id", String(40), ForeignKey("verdicts.verdict_id")),  # the one that stood then
    Column("reason", Text, nullable=False),
    Column("filed_at", BigInteger, nullable=False),
    Column("outcome", String(16), nullable=False),  # ended | noted | open | granted | denied | moot
    Column("decided_by", String(200)),
    Column("decided_at", BigInteger),
    Column("decision_reason", Text),
    Index("ix_withdrawals_outcome_filed_at", "outcome", "filed_at"),
    info=sealed("complaint_id", words=_ASKED_AND_DECIDED),
)
WITHDRAWN_AT: Final = case(
    (withdrawals.c.outcome.in_(("ended", "noted")), withdrawals.c.filed_at),
    (withdrawals.c.outcome == "granted", withdrawals.c.decided_at),
)
"""When a complaint ceased to count: never while an upheld verdict on it stands, or somebody could
be paid to take it back."""

sanctions: Final = Table(
    "sanctions",
    metadata,
    Column("sanction_id", String(300), primary_key=True),
    Column("seller_id", String(200), nullable=False),
    Column("kind", String(40), nullable=False),
    Column(
        "state", String(16), nullable=False
    ),  # waiting | lapsed | carried_out | declined | lifted
    Column("issued_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger),
    Column("approved_by", String(200)),
    Column("approved_at", BigInteger),
    Column("declined_by", String(200)),
    Column("reason", Text),
    Column("lifted_at", BigInteger),
    Column("done_at", BigInteger),  # when the platform did what it says
    Index("ix_sanctions_state_issued_at", "state", "issued_at"),
    Index("ix_sanctions_seller_id", "seller_id"),
    info=sealed("sanction_id"),
)

ledger_events: Final = Table(
    "ledger_events",
    metadata,
    Column("position", PositionType, Identity(), primary_key=True),
    Column("event_id", String(80), nullable=False, unique=True),
    Column("seller_id", String(200), nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("salt", String(32)),  # nobody guesses an erased buyer from the digest that was sealed
    Column("body", Text, nullable=False),  # the event as `detector rules replay` reads it
    Index("ix_ledger_events_seller_id_position", "seller_id", "position"),
    info=sealed("event_id"),
)
