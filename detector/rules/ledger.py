"""What a fold says: each seller's balance, level, status, entries and sanctions at one instant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

from msgspec import Struct
from msgspec.structs import asdict

from detector.rules.account import Account
from detector.rules.entry import Entry
from detector.rules.instants import NEVER, text_of
from detector.rules.policy.policy import Policies, Policy, Track
from detector.rules.sanction import Sanction


class Refused(NamedTuple):
    """A line of the log that was refused, and why."""

    line: int
    why: str


class EntryView(Struct, frozen=True, gc=False):
    """One entry as the ledger shows it; instants in microseconds UTC, None for never."""

    id: str
    points: int
    opened_at: int
    expires_at: int | None
    state: str
    grounds: tuple[str, ...]
    track: str
    policy: str


class SanctionView(Struct, frozen=True, gc=False):
    """One sanction as the ledger shows it; `ends_at` None has no end."""

    id: str
    kind: str
    issued_at: int
    ends_at: int | None
    state: str
    because: tuple[str, ...]
    tier: str
    effects: tuple[str, ...]
    two_person: bool
    voided_at: int | None
    done_at: int | None
    replaces: str | None
    carried_out_at: int | None


class CreditView(Struct, frozen=True, gc=False):
    """Points given back, and how many of them still lower the points taken."""

    why: str
    granted_at: int
    points: int


class TrackView(Struct, frozen=True, gc=False):
    """The balance and level of one track."""

    balance: int
    level: int


class SellerState(Struct, frozen=True, gc=False, kw_only=True):
    """One seller at one instant. With several tracks, balance and level are of the worst."""

    seller_id: str
    balance: int
    level: int
    status: str
    sanctions: tuple[SanctionView, ...] = ()
    tracks: Mapping[str, TrackView]
    credits: tuple[CreditView, ...] = ()


class SellerLedger(SellerState, frozen=True, gc=False, kw_only=True):
    """The same with every entry, oldest first."""

    entries: tuple[EntryView, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the form that `detector rules replay --json` prints, as a mapping."""
        shown: dict[str, Any] = {
            "balance": self.balance,
            "level": self.level,
            "status": self.status,
            "entries": [_entry_json(one) for one in self.entries],
            "sanctions": [_sanction_json(one) for one in self.sanctions],
        }
        if len(self.tracks) > 1:
            shown["tracks"] = {name: asdict(one) for name, one in self.tracks.items()}
        return shown


class Sellers(Mapping[str, SellerLedger]):
    """The ledgers of every seller, in order of id; each is summed up when it is asked for."""

    def __init__(self, account_of: Mapping[str, Account], policy: Policy, as_of: int) -> None:
        self._account_of = account_of
        self._policy = policy
        self._as_of = as_of

    def __getitem__(self, seller_id: str) -> SellerLedger:
        account = self._account_of[seller_id]
        return seller_ledger(seller_id, account, self._policy, self._as_of)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._account_of))

    def __len__(self) -> int:
        return len(self._account_of)

    def __contains__(self, seller_id: object) -> bool:
        return seller_id in self._account_of

    def sanctions(self) -> Iterator[tuple[str, list[SanctionView]]]:
        """Yield each seller's id and sanctions alone: nothing else is summed up."""
        for seller_id in self:
            issued = _issued(self._account_of[seller_id], self._as_of)
            yield seller_id, [_sanction_view(one, self._as_of) for one in issued]

    def units_taken(self) -> int:
        """Return the units taken that still count, of all sellers and tracks together."""
        accounts = {id(one): one for one in self._account_of.values()}  # an entity has one for all
        tallies = (tally for one in accounts.values() for tally in one.tallies.values())
        return sum(max(0, tally.owed_at(self._as_of)) for tally in tallies)


class Ledger(NamedTuple):
    """Every seller that the log names, by id, and the lines that were refused."""

    sellers: Sellers
    refused: Sequence[Refused]
    as_of: int


def ledger_of(
    account_of: Mapping[str, Account], policies: Policies, refused: list[Refused], as_of: int
) -> Ledger:
    """Return the state of accounts at an instant."""
    sellers = Sellers(account_of, policies.at(as_of), as_of)
    return Ledger(sellers, sorted(refused, key=lambda one: one.line), as_of)


def seller_ledger(seller_id: str, account: Account, policy: Policy, as_of: int) -> SellerLedger:
    """Return one seller's ledger at an instant, as known to the account."""
    entries = entry_views(account, entries_begun(account, as_of), as_of)
    return SellerLedger(entries=tuple(entries), **_facts(seller_id, account, policy, as_of))


def seller_state(seller_id: str, account: Account, policy: Policy, as_of: int) -> SellerState:
    """Return the same without the entries, which in a long log are nearly all there is."""
    return SellerState(**_facts(seller_id, account, policy, as_of))


def _facts(seller_id: str, account: Account, policy: Policy, as_of: int) -> dict[str, Any]:
    tracks = {name: _track_view(account, track, as_of) for name, track in policy.tracks.items()}
    worst = next(iter(tracks))
    if len(tracks) > 1:
        worst = min(tracks, key=lambda name: _room(policy.tracks[name], tracks[name]))
    return {
        "seller_id": seller_id,
        "balance": tracks[worst].balance,
        "level": tracks[worst].level,
        "status": _status(account, as_of, tracks),
        "sanctions": tuple(_sanction_view(one, as_of) for one in _issued(account, as_of)),
        "tracks": tracks,
        "credits": tuple(_credit_views(account, as_of)),
    }


def _room(track: Track, view: TrackView) -> float:
    return (view.balance - track.floor) / max(1, track.start - track.floor)


def _track_view(account: Account, track: Track, as_of: int) -> TrackView:
    owed = account.tallies[track.name].owed_at(as_of)
    balance = min(track.ceiling, max(track.floor, track.start - owed))
    return TrackView(balance, max(0, owed))


def entries_begun(account: Account, as_of: int) -> list[Entry]:
    """Return the entries that were opened by an instant, oldest first."""
    tallies = account.tallies.values()
    begun = [one for tally in tallies for one in tally.entries if one.opened_at <= as_of]
    begun.sort(key=_OPENED)
    return begun


_OPENED = attrgetter("opened_at")


def entry_views(account: Account, entries: Iterable[Entry], as_of: int) -> list[EntryView]:
    """Return some entries of an account as its ledger shows them at an instant."""
    units = _capped_units(account, as_of)
    return [_entry_view(one, units.get(id(one)), as_of) for one in entries]


def entry_marks(account: Account, as_of: int) -> dict[str, EntryMark]:
    """Return what the views of all entries hang on, by id and oldest first: cheaper than these."""
    units = _capped_units(account, as_of)
    return {
        one.id: (
            one.points,
            units.get(id(one)),
            one.expires_at,
            one.state_at(as_of),
            len(one.grounds),
        )
        for one in entries_begun(account, as_of)
    }


EntryMark = tuple[int, int | None, int, str, int]
"""An entry's points, those after caps, its expiry, its state and the number of its grounds."""


def _capped_units(account: Account, as_of: int) -> dict[int, int]:
    units: dict[int, int] = {}
    for tally in account.tallies.values():
        if tally.has_caps:
            units |= {id(entry): capped for entry, capped in tally.capped_at(as_of)}
    return units


def _entry_view(entry: Entry, capped: int | None, as_of: int) -> EntryView:
    state = entry.state_at(as_of)
    points = entry.charged() if state == "reversed" else entry.points
    expires = entry.expires_at
    grounds = tuple([ground.verdict.id for ground in entry.grounds])
    return EntryView(
        grounds[0],
        points if capped is None else capped,
        entry.opened_at,
        None if expires == NEVER else expires,
        state,
        grounds,
        entry.violation.track,
        entry.policy.label,
    )


def _credit_views(account: Account, as_of: int) -> list[CreditView]:
    views = []
    for tally in account.tallies.values():
        if tally.allowances:
            deducted = tally.deducted_at(as_of)
            views += [CreditView(one.why, one.granted_at, points) for one, points in deducted]
    return views


def _issued(account: Account, as_of: int) -> list[Sanction]:
    if not account.sanctions:
        return []
    known = [one for one in account.sanctions if one.created_at <= as_of]
    known.sort(key=lambda one: one.issued_at)
    return known


def _sanction_view(sanction: Sanction, as_of: int) -> SanctionView:
    step = sanction.step
    return SanctionView(
        sanction.id,
        step.action,
        sanction.issued_at,
        None if sanction.ends_at == NEVER else sanction.ends_at,
        sanction.state_at(as_of),
        sanction.entry_ids,
        sanction.tier.id,
        step.effects,
        step.two_person,
        sanction.voided_at if sanction.voided_at <= as_of else None,
        sanction.done_at,
        sanction.replaces,
        sanction.carried_out_at if sanction.carried_out_at <= as_of else None,
    )


def _status(account: Account, as_of: int, tracks: Mapping[str, TrackView]) -> str:
    if not account.sanctions:
        return "active"
    found = [_effect(one, account, as_of, tracks) for one in account.sanctions]
    for status in ("removed", "suspended", "awaiting_approval", "warned"):
        if status in found:
            return status
    return "active"


def _effect(
    sanction: Sanction, account: Account, as_of: int, tracks: Mapping[str, TrackView]
) -> str:
    """Return the status that one sanction gives its seller at an instant."""
    if sanction.created_at > as_of:
        return "active"
    state = sanction.state_at(as_of)
    if state == "awaiting_approval":
        return state
    if state not in ("in_force", "stayed"):
        return "active"
    action = sanction.step.action if state == "in_force" else sanction.step.stay_to
    if action in ("remove", "suspend"):
        return "removed" if action == "remove" else "suspended"
    if action is None or sanction.ends_at != NEVER:
        return "active" if action is None else "warned"
    return "warned" if _still_reached(sanction, account, as_of, tracks) else "active"


def _still_reached(
    sanction: Sanction, account: Account, as_of: int, tracks: Mapping[str, TrackView]
) -> bool:
    """Tell whether a warning without an end still says something: its tier is still reached."""
    tier = sanction.tier
    if tier.kind == "rate":
        return tier.id in account.rates_over
    if tier.kind == "count":
        return account.tallies[tier.track].count_at(as_of) >= tier.threshold
    track = tracks.get(tier.track)
    return track is not None and track.level >= tier.threshold


def is_over(sanction: Sanction, account: Account, policy: Policy, as_of: int) -> bool:
    """Tell whether a warning without an end has ended: its tier is no longer reached."""
    if sanction.ends_at != NEVER or sanction.step.action != "warn":
        return False
    tracks = {name: _track_view(account, track, as_of) for name, track in policy.tracks.items()}
    return not _still_reached(sanction, account, as_of, tracks)


def _entry_json(entry: EntryView) -> dict[str, Any]:
    return {
        "id": entry.id,
        "points": entry.points,
        "opened_at": text_of(entry.opened_at),
        "expires_at": None if entry.expires_at is None else text_of(entry.expires_at),
        "state": entry.state,
        "grounds": list(entry.grounds),
    }


def _sanction_json(sanction: SanctionView) -> dict[str, Any]:
    return {
        "id": sanction.id,
        "kind": sanction.kind,
        "issued_at": text_of(sanction.issued_at),
        "ends_at": None if sanction.ends_at is None else text_of(sanction.ends_at),
        "state": sanction.state,
        "because": list(sanction.because),
    }
