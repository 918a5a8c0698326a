"""The events of the log: the one definition of their fields, as frozen values.

`msgspec` decodes and checks a line by these types. A field without a default must be in every
event, though it may be null where its type says so. `detector.rules.event_reader` reads them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, get_args

from msgspec import Meta, Struct

from detector.rules.instants import Instant

Text = Annotated[str, Meta(min_length=1)]
Points = Annotated[int, Meta(gt=0, lt=10**9)]
Kinds = tuple[str, ...]
Counts = dict[str, Annotated[int, Meta(ge=0)]]
Source = Literal["notice", "trusted_flagger", "other_notification", "own_initiative"]
"""Who brought a complaint, as the EU's transparency database tells them apart: an ordinary notice
(DSA Art. 16), a trusted flagger (Art. 22), another kind of notification, nobody but the marketplace
itself."""
SOURCES: Final[tuple[Source, ...]] = get_args(Source)
NOTICE: Final[Source] = "notice"
"""Who brought a complaint of which nobody says it."""
ORGANISATIONS: Final[tuple[Source, ...]] = ("trusted_flagger", "other_notification")
"""Sources that are named: who gives an ordinary notice may be a person, whom no record names."""


class Extra:
    """Fields that the format does not name; by them a second delivery with another body differs."""

    __slots__ = ("fields",)
    __hash__ = None  # type: ignore[assignment]  # equal by its fields, and these may be lists

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self.fields = fields

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Extra) and self.fields == other.fields

    def __repr__(self) -> str:
        return f"Extra({self.fields!r})"


NO_EXTRA: Final = Extra({})


class _Event(Struct, frozen=True, gc=False, kw_only=True, tag_field="event"):
    """What all events have. None refers to another, so the garbage collector passes them by."""

    id: Text
    recorded_at: Instant
    extra: Extra = NO_EXTRA


class Verdict(_Event, tag="verdict", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person decided a complaint (or a detector tried to)."""

    decided_at: Instant
    reported_at: Instant
    incident_at: Instant
    seller_id: Text
    complaint_id: Text
    order_id: Text | None
    buyer_id: Text | None
    violation: Text
    severity: Text | None = None
    outcome: Literal["upheld", "rejected", "unfounded"]
    evidence: Kinds
    moderator: Text
    actor: Literal["person", "detector"]
    resolution: Text | None = None
    points: Points | None = None
    supersedes: Text | None = None
    notified_at: Instant | None = None
    entity_id: Text | None = None
    listing_id: Text | None = None
    seconded_by: Kinds | None = None
    elsewhere: Text | None = None
    complaint_source: Source | None = None
    complaint_source_identity: Text | None = None

    @property
    def source(self) -> Source:
        """Who brought the complaint."""
        return self.complaint_source or NOTICE


class Appeal(_Event, tag="appeal", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The seller appeals an upheld verdict, or the complainant a rejected one."""

    verdict_id: Text
    by: Literal["seller", "complainant"]
    notified_at: Instant | None


class AppealDecided(
    _Event, tag="appeal_decided", frozen=True, kw_only=True, forbid_unknown_fields=True
):
    """An appeal was granted or denied."""

    appeal_id: Text
    outcome: Literal["granted", "denied"]
    moderator: Text


class Withdrawn(_Event, tag="withdrawn", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A complainant took a complaint back; on its own this changes no points."""

    complaint_id: Text


class Credit(_Event, tag="credit", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Points earned back."""

    seller_id: Text
    points: Points
    why: Text


class ActionDone(_Event, tag="action_done", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The platform reports that it carried a sanction out."""

    sanction_id: Text


class SanctionDecided(
    _Event, tag="sanction_decided", frozen=True, kw_only=True, forbid_unknown_fields=True
):
    """A second person approved or declined a sanction, or nobody decided about it in its term."""

    sanction_id: Text
    outcome: Literal["approved", "declined", "lapsed"]
    moderator: Text | None = None
    why: Text | None = None


class Notice(_Event, tag="notice", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The notice of a sanction reached the seller, or could not be delivered."""

    sanction_id: Text
    delivered: bool


class Override(_Event, tag="override", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person forgives an entry, or lifts or extends a sanction, with a reason."""

    action: Literal["forgive", "lift", "extend"]
    target_id: Text
    moderator: Text
    why: Text
    until: Instant | None = None


class Volume(_Event, tag="volume", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A seller's transactions, by window (`{"90d": 500, "365d": 1800}`), for policies by rate."""

    seller_id: Text
    transactions: Counts


Event = (
    Verdict
    | Appeal
    | AppealDecided
    | Withdrawn
    | Credit
    | ActionDone
    | SanctionDecided
    | Notice
    | Override
    | Volume
)
