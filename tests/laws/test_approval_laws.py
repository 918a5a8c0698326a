"""The laws of the deduction rules where each severe step waits for a recorded approval."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from detector.rules import fold
from detector.rules.events import SanctionDecided, Verdict
from detector.rules.fold import Fold, in_order
from detector.rules.instants import DAY, NEVER
from detector.rules.justification import justified_step
from service.ledger_text import json_of
from tests.laws.approved_logs import approved_logs, decided
from tests.laws.random_rules import HALF_DAY, logs, policies
from tests.laws.test_deduction_laws import FOREVER, LATER, end_of, reversal_of, said

HEAVY = {"active": 0, "warned": 0, "awaiting_approval": 1, "suspended": 2, "removed": 3}
NEVER_CARRIED_OUT = ("awaiting_approval", "declined", "lapsed")


def told(log, rules, at, **known):
    return fold(log, rules, as_of=at, approvals="recorded", **known)


def run(log, rules):
    state = Fold(rules, "recorded")
    state.run(in_order(enumerate(log, 1)))
    return state


@given(logs(), policies(), LATER)
def test_assumed_is_recorded_with_an_approval_at_the_instant_of_each_issue(log, rules, at):
    approved = decided(log, rules, lambda: ("approved", 0))
    assumed, recorded = fold(log, rules, as_of=at), told(approved, rules, at)
    assert dict(recorded.sellers) == dict(assumed.sellers)
    whys = [one.why for one in assumed.refused]
    assert sorted(one.why for one in recorded.refused) == sorted(whys)


@given(approved_logs(), LATER)
def test_where_approvals_are_assumed_their_record_changes_nothing(drawn, at):
    log, rules = drawn
    plain = [one for one in log if not isinstance(one, SanctionDecided)]
    assert dict(fold(log, rules, as_of=at).sellers) == dict(fold(plain, rules, as_of=at).sellers)


@given(approved_logs(), LATER)
def test_what_was_never_carried_out_spends_and_gives_back_nothing(drawn, at):
    log, rules = drawn
    for account in run(log, rules).accounts.values():
        carried_out = [one for one in account.sanctions if one.carried_out_at <= at]
        for tally in account.tallies.values():
            for entry in tally.entries:
                if entry.state_at(at) == "spent":
                    assert any(entry in one.because and one.spends for one in carried_out)
            for allowance in tally.allowances:
                if allowance.leave is not None:
                    assert allowance.why in {one.id for one in account.sanctions}
        for one in account.sanctions:
            if one.state_at(at) in NEVER_CARRIED_OUT:
                assert one.allowance is None or one.carried_out_at > at


@given(approved_logs(), LATER)
def test_a_sanction_is_served_where_it_was_carried_out_and_its_end_has_passed(drawn, at):
    log, rules = drawn
    for ledger in told(log, rules, at).sellers.values():
        for one in ledger.sanctions:
            is_over = one.ends_at is not None and one.ends_at <= at
            is_done = one.carried_out_at is not None and one.voided_at is None
            assert (one.state == "served") == (is_done and is_over)


@given(approved_logs())
def test_a_removal_follows_a_suspension_of_its_tier_that_was_carried_out(drawn):
    log, rules = drawn
    for event in range(len(log)):
        for account in run(log[: event + 1], rules).accounts.values():
            for place, one in enumerate(account.sanctions):
                if one.step_index and not one.is_voided and not one.is_closed_at(end_of(log)):
                    earlier = account.sanctions[:place]
                    assert any(
                        other.tier is one.tier and other.is_carried_out and not other.is_voided
                        for other in earlier
                    )


PLAIN = {"points": "6", "cap": None, "merge": False, "once_per": '["order"]', "tier": "at = 12"}
REFUSED = ("declined", "lapsed", "lifted", None)


@given(approved_logs(REFUSED, **PLAIN), st.integers(2, 8))
def test_no_number_of_refusals_keeps_the_next_entry_at_the_tier_from_asking_again(drawn, entries):
    log, rules = drawn
    at = end_of(log) + 30 * DAY
    template = next((one for one in log if isinstance(one, Verdict)), None)
    assume(template is not None)
    times = dict.fromkeys(("recorded_at", "decided_at", "reported_at", "incident_at"), at)
    fresh = [
        replace(
            template,
            **dict.fromkeys(("id", "complaint_id", "order_id"), f"fresh {number}"),
            **times,
            supersedes=None,
            outcome="upheld",
            actor="person",
        )
        for number in range(entries)
    ]
    last = told([*log, *fresh], rules, at).sellers[template.seller_id].sanctions[-1]
    assert (last.kind, last.state, last.issued_at) == ("suspend", "awaiting_approval", at)
    unserved = told([*log, *fresh], rules, FOREVER).sellers[template.seller_id]
    assert [one.state for one in unserved.entries if one.state == "spent"] == []


@given(approved_logs(), LATER)
def test_1_a_fold_is_a_pure_function_to_the_byte(drawn, at):
    log, rules = drawn
    assert [*json_of(told(log, rules, at))] == [*json_of(told(list(log), rules, at))]


@given(approved_logs(), LATER, st.data())
def test_2_delivering_an_event_again_changes_nothing(drawn, at, data):
    log, rules = drawn
    number = data.draw(st.integers(0, len(log) - 1))
    place = data.draw(st.integers(number + 1, len(log)))
    longer = [*log[:place], log[number], *log[place:]]
    assert said(told(longer, rules, at)) == said(told(log, rules, at))


@given(approved_logs(), st.data())
def test_3_what_a_prefix_did_stays_done(drawn, data):
    log, rules = drawn
    prefix = log[: data.draw(st.integers(0, len(log)))]
    before, after = (told(one, rules, FOREVER).sellers for one in (prefix, log))
    for seller, ledger in before.items():
        done = [_deed(one) for one in ledger.sanctions if one.replaces is None]
        since = [_deed(one) for one in after[seller].sanctions if one.replaces is None]
        assert since[: len(done)] == done
        clocks = {one.id: one.opened_at for one in after[seller].entries}
        assert all(clocks[one.id] == one.opened_at for one in ledger.entries)


def _deed(one):
    return one.id, one.kind, one.issued_at


@given(approved_logs(), LATER)
def test_4_level_and_balance_stay_within_their_bounds(drawn, at):
    for ledger in told(*drawn, at).sellers.values():
        assert ledger.level >= 0
        assert 0 <= ledger.balance <= 12


@given(approved_logs())
def test_5_in_the_end_everything_expires(drawn):
    for ledger in told(*drawn, FOREVER).sellers.values():
        assert ledger.balance == 12


@given(approved_logs())
def test_8_every_action_that_was_not_voided_is_justified_as_known_now(drawn):
    log, rules = drawn
    for account in run(log, rules).accounts.values():
        for one in account.sanctions:
            if not one.is_voided and not one.is_closed_at(end_of(log)):
                assert justified_step(account, one) == one.step_index


@given(approved_logs(), st.data())
def test_9_winning_an_appeal_never_lowers_the_balance_now_nor_hardens_a_sanction(drawn, data):
    log, rules = drawn
    now = end_of(log)
    ledger = told(log, rules, now)
    standing = [g for one in ledger.sellers.values() for e in one.entries for g in e.grounds]
    assume(standing)
    longer = [*log, *reversal_of(data.draw(st.sampled_from(standing)), now)]
    for seller, after in told(longer, rules, now).sellers.items():
        assert after.balance >= ledger.sellers[seller].balance
    later = now + data.draw(st.integers(0, 120)) * HALF_DAY
    before = told(log, rules, later).sellers
    for seller, after in told(longer, rules, later).sellers.items():
        kept = {one.id: one for one in before[seller].sanctions}
        for one in after.sanctions:
            earlier = kept[one.replaces or one.id]
            if earlier.carried_out_at is not None:
                assert (one.ends_at or NEVER) <= (earlier.ends_at or NEVER)
            else:
                assert one.carried_out_at is None or one.kind == "warn"
        if all(one.replaces is None for one in after.sanctions):
            assert HEAVY[after.status] <= HEAVY[before[seller].status]


@given(approved_logs())
def test_11_no_term_begins_before_its_approval_was_recorded(drawn):
    log, rules = drawn
    recorded = {event.recorded_at for event in log}
    for account in run(log, rules).accounts.values():
        for one in account.sanctions:
            assert one.created_at in recorded
            assert one.issued_at <= one.carried_out_at
            assert not one.is_carried_out or one.carried_out_at in recorded


@given(approved_logs(), LATER, LATER, st.data())
def test_13_what_was_known_then_never_changes(drawn, known_at, at, data):
    log, rules = drawn
    prefix = [event for event in log if event.recorded_at <= known_at]
    more = [event for event in log if event.recorded_at > known_at]
    more = more[: data.draw(st.integers(0, len(more)))]
    first, second = (told(one, rules, at, known_at=known_at) for one in (prefix, prefix + more))
    assert first == second


@given(approved_logs(), LATER)
def test_14_deleting_every_output_of_a_detector_leaves_every_ledger_as_it_was(drawn, at):
    log, rules = drawn
    people = [one for one in log if not (isinstance(one, Verdict) and one.actor == "detector")]
    whole, rest = (told(one, rules, at).sellers for one in (log, people))
    for seller, ledger in whole.items():
        if seller in rest:
            assert ledger == rest[seller]


@given(approved_logs(), LATER)
def test_15_each_balance_is_the_sum_of_what_is_listed(drawn, at):
    for ledger in told(*drawn, at).sellers.values():
        charged = sum(one.points for one in ledger.entries if one.state == "standing")
        assert ledger.level == charged - sum(one.points for one in ledger.credits)
        assert ledger.balance == max(0, 12 - ledger.level)
