"""What the compiled fold works on: the policy as numbers, and the scratch pages of one seller."""

from __future__ import annotations

from json.encoder import encode_basestring_ascii as quoted
from typing import Final, NamedTuple

import numpy as np

from detector.rules import Policies, Policy
from detector.rules.instants import NEVER
from detector.rules.policy import Evidence, Step, Tier, Violation
from service.rules_quick.fields import Bytes, Ints

# Columns of a row behind those of `fields`: what it is as a ground, an appeal or a complaint.
ENTRY, STANDING, APPEALS, PENDING, NEXT, CURRENT, OF_APPEAL, WHY, OTHER = range(23, 32)
IS_PENDING, ACCEPTED, REOPENED, CASE, TARGET, OWNER = range(32, 38)
COLUMNS: Final = 38

# Places at the head of a book: the policy's numbers, the counts, and where the parts begin.
CEILING, FLOOR, START, WINDOW, APPEALS_MAX, AS_OF, COOLDOWN, POINTS_MAX = range(8)
N_ENTRIES, N_SANCTIONS, N_PAIRS, N_LIVE, RAW, N_PENDING = range(8, 14)
N_CREDITS, N_PINS, OVERFLOW = range(14, 17)
ENTRIES, SANCTIONS, ORDER, PAIRS, LIVE, CREDITS, PINS, UNITS = range(17, 25)
VIOLATIONS, GROUPS, TIERS, STEPS = range(25, 29)
ENTRIES_MAX, SANCTIONS_MAX, PAIRS_MAX, PINS_MAX, TIER_COUNT = range(29, 34)
HEAD: Final = 34
# An entry, a sanction, and a pair of a sanction and an entry that it covers.
ROW, KIND, OPENED, DUE, ENDS, SPENT, POINTS, COUNTED, LAST, COVERS, BY_ORDER = range(11)
TIER, STEP, ISSUED, CREATED, TERM, VOIDED, REPLACES, SERIAL, FIRST, END, STAY = range(11)
WAS_STAYED, GONE = 11, 12
SANCTION, COVERED, BECAUSE, COVER, FOLLOWING = range(5)
ENTRY_SIZE, SANCTION_SIZE, PAIR_SIZE = 11, 13, 5
# A credit; its pins are the entries that it was given against.
GRANTED, GIVEN, FIRST_PIN, END_PIN = range(4)
CREDIT_SIZE: Final = 4
# A violation, a tier and a step of the policy.
CHARGE, EXPIRES, LIMIT, ITEMS, COUNT_AS, GROUP_FIRST, GROUP_END = range(7)
AT, LOOKBACK, STEP_FIRST, STEP_END, NAME, NAME_END = range(6)
DURATION, FINAL, STAYS, STAY_TO, NEEDS, SPENDS, ACTION = range(7)
NAME_OF_ACTION, ACTION_END = 7, 8
VIOLATION_SIZE, TIER_SIZE, STEP_SIZE = 7, 6, 9

MAX, SUM, FIRST_ONLY = 0, 1, 2
NOTHING, OTHERWISE, SUSPEND, REMOVE = 0, 1, 2, 3
(
    NOT_REFUSED,
    TOO_EARLY,
    ALREADY_DECIDED,
    LACKS,
    NO_VERDICT,
    STANDS_NO_MORE,
    WON,
    TOO_LATE,
    APPEALED,
    STILL_OPEN,
    NO_APPEAL,
    CLOSED,
    NOT_CREDITED,
    NAMES_NOTHING,
    SUPERSEDES_NOTHING,
) = range(15)
"""Why a row was refused."""


class Tables(NamedTuple):
    """A policy as numbers, and its names."""

    policy: Policy
    violations: list[list[int]]
    groups: list[int]
    tiers: list[list[int]]
    steps: list[list[int]]
    kinds: tuple[str, ...]
    names: Bytes


def tables_of(policies: Policies) -> Tables | None:
    """Return the policy as numbers, or None where the compiled fold does not know all of it.

    It knows flat charges once per order and thresholds with ladders; no versions, tracks, windows,
    caps, resets, counts, multiples, rates or shared ledgers.
    """
    policy = policies.versions[0]
    earned = policy.credits
    is_banked = earned.bank or earned.kinds or earned.precondition is not None
    is_one = len(policies.versions) == 1 and policy.scope == "seller" and len(policy.tracks) == 1
    track = next(iter(policy.tracks))
    kinds = _kinds(policy)
    if (
        not is_one
        or is_banked
        or len(kinds) > 60
        or not all(map(_is_known, policy.violations.values()))
    ):
        return None
    if not all(one.track == track for one in policy.violations.values()):
        return None
    if not all(tier.track == track and _is_simple(tier) for tier in policy.tiers):
        return None
    groups: list[int] = []
    violations = []
    for one in policy.violations.values():
        masks = [sum(1 << kinds.index(kind) for kind in group) for group in one.evidence.any_of]
        first, end = len(groups), len(groups) + len(masks)
        groups += masks
        limit = NEVER if one.limitation is None else one.limitation
        count_as = {"max": MAX, "sum": SUM}.get(one.count_as, FIRST_ONLY)
        expires = NEVER if one.expires is None else one.expires
        items = one.evidence.min_items
        violations.append([one.points.default, expires, limit, items, count_as, first, end])
    tiers: list[list[int]] = []
    steps: list[list[int]] = []
    names = bytearray()
    for tier in policy.tiers:
        lookback = NEVER if tier.lookback is None else tier.lookback
        ladder = len(steps), len(steps) + len(tier.steps)
        tiers.append([tier.threshold, lookback, *ladder, *_placed(tier.id, names)])
        steps += [[*_step(step), *_placed(step.action, names)] for step in tier.steps]
    held = np.frombuffer(bytes(names) + b" ", dtype=np.uint8)
    return Tables(policy, violations, groups, tiers, steps, kinds, held)


def _placed(text: str, names: bytearray) -> tuple[int, int]:
    begin = len(names)
    names += text.encode()
    return begin, len(names)


def _kinds(policy: Policy) -> tuple[str, ...]:
    gates: list[Evidence] = [one.evidence for one in policy.violations.values()]
    return tuple(sorted({kind for gate in gates for group in gate.any_of for kind in group}))


def _is_known(violation: Violation) -> bool:
    is_lasting = violation.limitation is None or violation.limitation < NEVER
    is_simple = violation.is_plain and violation.blocked_if is None and is_lasting
    return is_simple and violation.evidence.quorum <= 1 and violation.name.isascii()


def _is_simple(tier: Tier) -> bool:
    is_simple = quoted(tier.id) == f'"{tier.id}"' and tier.kind == "at"
    is_simple = is_simple and not tier.ladder_in_order and not tier.notice_before
    return is_simple and all(step.on_served != "set" for step in tier.steps)


def _step(step: Step) -> list[int]:
    return [
        NEVER if step.duration is None else step.duration,
        step.irreversible,
        step.stay_on_appeal,
        _action(step.stay_to),
        step.needs_incident_after_previous,
        step.on_served == "spend",
        _action(step.action),
    ]


def _action(action: str | None) -> int:
    if action is None:
        return NOTHING
    return {"suspend": SUSPEND, "remove": REMOVE}.get(action, OTHERWISE)


def _flat(rows: list[list[int]]) -> list[int]:
    return [number for row in rows for number in row]


def book_for(tables: Tables, longest: int, as_of: int) -> Ints:
    """Make a book, one array of whole numbers, with room for the seller with the most events."""
    policy = tables.policy
    track = next(iter(policy.tracks.values()))
    appeals = policy.appeals
    sanctions = longest * max(1, len(tables.tiers)) * 2 + 8
    pairs = sanctions * 8 + 1_000
    parts = [
        ((longest + 1) * ENTRY_SIZE, ()),
        (sanctions * SANCTION_SIZE, ()),
        (sanctions, ()),
        (pairs * PAIR_SIZE, ()),
        (longest + 1, ()),
        ((longest + 1) * CREDIT_SIZE, ()),
        (pairs, ()),
        (longest + 1, ()),
        *[(len(part), part) for part in map(_flat, (tables.violations, [tables.groups]))],
        *[(len(part), part) for part in map(_flat, (tables.tiers, tables.steps))],
    ]
    begins = [HEAD]
    for size, _ in parts:
        begins.append(begins[-1] + size)
    book = np.zeros(begins[-1], dtype=np.int64)
    for begin, (size, held) in zip(begins, parts, strict=False):
        if held:
            book[begin : begin + size] = held
    book[CEILING], book[FLOOR], book[START] = track.ceiling, track.floor, track.start
    book[WINDOW] = NEVER if appeals.window is None else appeals.window
    most = appeals.max_per_decision
    book[APPEALS_MAX], book[AS_OF] = NEVER if most is None else most, as_of
    book[ENTRIES : STEPS + 1] = begins[:-1]
    earned = policy.credits
    book[COOLDOWN] = -1 if earned.cooldown is None else earned.cooldown
    book[POINTS_MAX] = earned.points_max or NEVER
    book[PINS_MAX] = pairs
    book[ENTRIES_MAX], book[SANCTIONS_MAX], book[PAIRS_MAX] = longest, sanctions - 1, pairs
    book[TIER_COUNT] = len(tables.tiers)
    return book
