"""The laws of the deduction rules, over random logs under random policies."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from detector.rules import Ledger, Policies, SellerLedger, event_of, fold
from detector.rules.events import Credit, Event, Verdict
from detector.rules.fold import Fold, in_order
from detector.rules.instants import DAY, text_of
from detector.rules.justification import justified_step
from service.ledger_text import json_of
from tests.laws.random_rules import HALF_DAY, START, logs, policies

LATER = st.integers(0, 400).map(lambda half_days: START + half_days * HALF_DAY)
FOREVER = START + 40_000 * DAY
HEAVY = {"active": 0, "warned": 0, "suspended": 1, "removed": 2}


def end_of(log: list[Event]) -> int:
    return max(event.recorded_at for event in log)


def said(ledger: Ledger):
    """What a ledger says, without the places of its refused lines."""
    return dict(ledger.sellers), sorted(one.why for one in ledger.refused), ledger.as_of


def run(log: list[Event], rules: Policies) -> Fold:
    state = Fold(rules)
    state.run(in_order(enumerate(log, 1)))
    return state


def reversal_of(verdict: str, now: int) -> list[Event]:
    """An appeal against a verdict, in time, granted at once."""
    at = {"recorded_at": text_of(now)}
    appeal = {"event": "appeal", "id": "last appeal", "verdict_id": verdict, "by": "seller"}
    appeal["notified_at"] = None
    decision = {"event": "appeal_decided", "id": "last word", "appeal_id": "last appeal"}
    rest = {"outcome": "granted", "moderator": "Mia"}
    return [event_of(appeal | at), event_of(decision | rest | at)]


@given(logs(), policies(), LATER)
def test_1_a_fold_is_a_pure_function_to_the_byte(log, rules, at):
    assert "".join(json_of(fold(log, rules, as_of=at))) == "".join(
        json_of(fold(list(log), rules, as_of=at))
    )


@given(logs(), policies(), LATER, st.data())
def test_2_delivering_an_event_again_changes_nothing(log, rules, at, data):
    number = data.draw(st.integers(0, len(log) - 1))
    again = log[number]
    place = data.draw(st.integers(number + 1, len(log)))
    longer = [*log[:place], again, *log[place:]]
    assert said(fold(longer, rules, as_of=at)) == said(fold(log, rules, as_of=at))


@given(logs(), policies(), LATER, st.randoms())
def test_delivery_in_another_order_changes_nothing_but_ties(log, rules, at, draw):
    spread = [
        replace(event, recorded_at=event.recorded_at + place) for place, event in enumerate(log)
    ]
    shuffled = list(spread)
    draw.shuffle(shuffled)
    assert said(fold(shuffled, rules, as_of=at)) == said(fold(spread, rules, as_of=at))


@given(logs(), policies(), st.data())
def test_3_what_a_prefix_did_stays_done(log, rules, data):
    prefix = log[: data.draw(st.integers(0, len(log)))]
    before, after = (fold(one, rules, as_of=FOREVER).sellers for one in (prefix, log))
    for seller, ledger in before.items():
        done = [_deed(one) for one in ledger.sanctions if one.replaces is None]
        since = [_deed(one) for one in after[seller].sanctions if one.replaces is None]
        assert since[: len(done)] == done
        clocks = {one.id: (one.opened_at, one.expires_at) for one in after[seller].entries}
        assert all(clocks[one.id] == (one.opened_at, one.expires_at) for one in ledger.entries)


def _deed(one):
    return one.id, one.kind, one.issued_at, one.ends_at


@given(logs(), policies(), LATER)
def test_4_level_and_balance_stay_within_their_bounds(log, rules, at):
    for ledger in fold(log, rules, as_of=at).sellers.values():
        assert ledger.level >= 0
        assert 0 <= ledger.balance <= 12


@given(logs(), policies())
def test_5_in_the_end_everything_expires(log, rules):
    for ledger in fold(log, rules, as_of=FOREVER).sellers.values():
        assert ledger.balance == 12


@given(logs(), policies())
def test_6_each_entry_rests_on_upheld_decisions_by_people_and_each_ground_is_one(log, rules):
    upheld = {
        one.id
        for one in log
        if isinstance(one, Verdict) and one.outcome == "upheld" and one.actor == "person"
    }
    for ledger in fold(log, rules, as_of=FOREVER).sellers.values():
        grounds = [ground for entry in ledger.entries for ground in entry.grounds]
        assert set(grounds) <= upheld
        assert len(set(grounds)) == len(grounds)
        assert all(entry.grounds for entry in ledger.entries)


@given(logs(), policies(once_per='["order"]', merge=False))
def test_7_an_order_has_one_entry(log, rules):
    orders = {one.id: one.order_id for one in log if isinstance(one, Verdict)}
    for ledger in fold(log, rules, as_of=FOREVER).sellers.values():
        keys = [orders[one.id] for one in ledger.entries if orders[one.id] is not None]
        assert len(set(keys)) == len(keys)


@given(logs(), policies())
def test_8_every_action_that_was_not_voided_is_justified_as_known_now(log, rules):
    for account in run(log, rules).accounts.values():
        for sanction in account.sanctions:
            if not sanction.is_voided:
                assert justified_step(account, sanction) == sanction.step_index


@given(logs(with_credits=False), policies(tier="at = 12", cap=None))
def test_8_a_suspension_that_stands_has_twelve_points_unreversed_in_its_term(log, rules):
    for ledger in fold(log, rules, as_of=FOREVER).sellers.values():
        for one in ledger.sanctions:
            if one.tier == "ladder" and one.state != "voided":
                assert _most_points(ledger, one.issued_at, one.ends_at or FOREVER) >= 12


def _most_points(ledger: SellerLedger, begin: int, end: int) -> int:
    standing = [one for one in ledger.entries if one.state != "reversed"]
    moments = [begin, *(one.opened_at for one in standing if begin < one.opened_at < end)]
    return max(
        sum(one.points for one in standing if one.opened_at <= at < (one.expires_at or FOREVER))
        for at in moments
    )


@given(logs(), policies(), st.data())
def test_9_winning_an_appeal_never_lowers_the_balance_now_nor_hardens_a_sanction(log, rules, data):
    now = end_of(log)
    before, after, later = _with_a_reversal(log, rules, data)
    for seller, ledger in after(now).sellers.items():
        assert ledger.balance >= before(now).sellers[seller].balance
    for seller, ledger in after(later).sellers.items():
        earlier = before(later).sellers[seller]
        assert HEAVY[ledger.status] <= HEAVY[earlier.status]
        ends = {one.id: one.ends_at or FOREVER for one in earlier.sanctions}
        for one in ledger.sanctions:
            assert (one.ends_at or FOREVER) <= ends[one.replaces or one.id]


@given(logs(), policies(on_served="keep"), st.data())
def test_9_where_served_points_are_kept_it_never_lowers_the_balance_at_any_later_time(
    log, rules, data
):
    before, after, later = _with_a_reversal(log, rules, data)
    for seller, ledger in after(later).sellers.items():
        assert ledger.balance >= before(later).sellers[seller].balance


def _with_a_reversal(log, rules, data):
    now = end_of(log)
    ledger = fold(log, rules, as_of=now)
    standing = [g for one in ledger.sellers.values() for e in one.entries for g in e.grounds]
    assume(standing)
    longer = [*log, *reversal_of(data.draw(st.sampled_from(standing)), now)]
    later = now + data.draw(st.integers(0, 120)) * HALF_DAY

    def at(events: list[Event]):
        return lambda instant: fold(events, rules, as_of=instant)

    return at(log), at(longer), later


FREE = {"points": "{ default = 4, grave = 12 }", "merge": False, "cap": None, "on_served": "keep"}


@given(logs(with_credits=False, size=10), policies(**FREE), st.randoms(), LATER)
def test_10_the_level_does_not_depend_on_the_order_of_decisions_of_one_instant(
    log, rules, draw, at
):
    at_once = [
        replace(
            one,
            recorded_at=START,
            decided_at=START,
            reported_at=START,
            incident_at=START,
            supersedes=None,
            complaint_id=one.id,
        )
        for one in log
        if isinstance(one, Verdict)
    ]
    assume(at_once)
    shuffled = list(at_once)
    draw.shuffle(shuffled)
    levels = [
        {seller: ledger.level for seller, ledger in fold(one, rules, as_of=at).sellers.items()}
        for one in (at_once, shuffled)
    ]
    assert levels[0] == levels[1]


@given(logs(), policies())
def test_11_no_action_is_dated_before_its_cause_was_recorded(log, rules):
    recorded = {event.recorded_at for event in log}
    for account in run(log, rules).accounts.values():
        issued = {one.id: one.issued_at for one in account.sanctions}
        for sanction in account.sanctions:
            if sanction.replaces is None:
                assert sanction.issued_at == sanction.created_at
                assert sanction.issued_at in recorded
            else:
                assert sanction.issued_at == issued[sanction.replaces]


@given(logs(), policies(tier="at = 12"))
def test_12_a_tier_acts_at_most_once_per_crossing(log, rules):
    state = Fold(rules)
    for event in log:
        was = {name: _standing_of(one, event.recorded_at) for name, one in state.accounts.items()}
        state.run([(1, event)])
        for name, account in state.accounts.items():
            level, ids = was.get(name, (0, set()))
            fresh = [one for one in account.sanctions if one.id not in ids and not one.replaces]
            assert len({one.tier.id for one in fresh}) == len(fresh)
            for one in fresh:
                threshold = one.tier.threshold
                assert level < threshold <= account.tallies["main"].level(event.recorded_at)


def _standing_of(account, now):
    return account.tallies["main"].level_at(now), {one.id for one in account.sanctions}


@given(logs(), policies(), LATER, LATER, st.data())
def test_13_what_was_known_then_never_changes(log, rules, known_at, at, data):
    prefix = [event for event in log if event.recorded_at <= known_at]
    more = [event for event in log if event.recorded_at > known_at]
    more = more[: data.draw(st.integers(0, len(more)))]
    first, second = (
        fold(one, rules, as_of=at, known_at=known_at) for one in (prefix, prefix + more)
    )
    assert first == second


@given(logs(), policies(), LATER)
def test_14_deleting_every_output_of_a_detector_leaves_every_ledger_as_it_was(log, rules, at):
    people = [one for one in log if not (isinstance(one, Verdict) and one.actor == "detector")]
    whole, rest = (fold(one, rules, as_of=at).sellers for one in (log, people))
    for seller, ledger in whole.items():
        if seller in rest:
            assert ledger == rest[seller]
        else:
            assert (ledger.balance, ledger.entries, ledger.sanctions) == (12, (), ())


@given(logs(), policies(), LATER)
def test_15_each_balance_is_the_sum_of_what_is_listed(log, rules, at):
    for ledger in fold(log, rules, as_of=at).sellers.values():
        charged = sum(one.points for one in ledger.entries if one.state == "standing")
        given_back = sum(one.points for one in ledger.credits)
        assert ledger.level == charged - given_back
        assert ledger.balance == max(0, 12 - ledger.level)
        assert all(one.policy == "random v1" for one in ledger.entries)


@given(logs(), policies())
def test_the_running_level_is_the_sum_taken_anew(log, rules):
    state = Fold(rules)
    for event in log:
        state.run([(1, event)])
        for account in state.accounts.values():
            account.advance(event.recorded_at)
            tally = account.tallies["main"]
            assert tally.level(event.recorded_at) == max(0, _anew(tally, event.recorded_at))
            active = {entry.id for entry in tally.active_at(event.recorded_at)}
            assert {entry.id for entry in tally.live.values()} == active


def _anew(tally, now):
    return sum(units for _, units in tally.units_at(now)) - tally.banked_at(now)


@given(logs(), policies())
def test_the_sellers_ledger_is_the_same_alone_and_among_others(log, rules):
    at = end_of(log)
    together: Ledger = fold(log, rules, as_of=at)
    for seller in "ST":
        verdicts = {one.id for one in log if getattr(one, "seller_id", None) == seller}
        appeals = {one.id for one in log if getattr(one, "verdict_id", None) in verdicts}
        own = [
            one
            for one in log
            if one.id in verdicts | appeals
            or getattr(one, "appeal_id", None) in appeals
            or (isinstance(one, Credit) and one.seller_id == seller)
        ]
        others = {one.complaint_id for one in log if isinstance(one, Verdict)} - {
            one.complaint_id for one in own if isinstance(one, Verdict)
        }
        shared = [one for one in own if isinstance(one, Verdict) and one.complaint_id in others]
        if not shared and seller in together.sellers and _has_own_complaints(log):
            assert fold(own, rules, as_of=at).sellers[seller] == together.sellers[seller]


def _has_own_complaints(log: list[Event]) -> bool:
    """Tell whether every complaint is about one seller."""
    about = sorted({(one.complaint_id, one.seller_id) for one in log if isinstance(one, Verdict)})
    return all(first[0] != second[0] for first, second in pairwise(about))
