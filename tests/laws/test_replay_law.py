"""A log folded part by part, by however many processes, says what one fold of it says."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.errors import BadInput
from detector.rules import Event, Refused, event_in, event_of, fold, policies_of
from detector.rules.event_reader import _event_of, _json_of
from service.folding import compared, log_of, replayed, times_of
from service.ledger_text import json_of
from tests.laws.appealed_logs import appealed_logs
from tests.laws.messy_logs import POLICIES, messy_logs
from tests.laws.random_rules import HALF_DAY, START, policies
from training.tables.decision_log import FileLines

INSTANTS = st.none() | st.integers(0, 120).map(lambda n: START + n * HALF_DAY)
RULES = POLICIES.map(policies_of) | policies()


def read(lines: list[bytes]) -> tuple[list[Event], list[int], list[Refused]]:
    """Read a log field by field: its events, their lines, and the lines that are none."""
    events, numbers, refused = [], [], []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                events.append(_event_of(_json_of(line)))
                numbers.append(number)
            except BadInput as refusal:
                refused.append(Refused(number, str(refusal)))
    return events, numbers, refused


@pytest.fixture(scope="module")
def _every_log_is_long():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("service.folding.EVENTS_MIN", 1)
        yield


@pytest.mark.usefixtures("_every_log_is_long")
@given(
    messy_logs() | appealed_logs(),
    RULES,
    INSTANTS,
    INSTANTS,
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([1, 1, 1, 1, 3]),
    st.sampled_from(["assumed", "recorded"]),
)
def test_a_log_in_parts_says_what_one_fold_of_it_says(
    log, rules, as_of, known_at, end, at_once, approvals
):
    lines = FileLines(end.join(log).encode())
    in_parts = log_of(lines, by_entity=rules.joins_sellers, at_once=at_once)
    times = times_of(in_parts, as_of, known_at)
    pieces = replayed(in_parts, rules, times, approvals=approvals, at_once=at_once)
    printed = json.loads("".join(pieces))
    events, numbers, unreadable = read(list(lines))
    whole = fold(events, rules, as_of=as_of, known_at=known_at, approvals=approvals)
    assert times.as_of == whole.as_of
    assert printed["sellers"] == json.loads("".join(json_of(whole)))["sellers"]
    refused = [Refused(numbers[line - 1], why) for line, why in whole.refused]
    assert printed["refused"] == [one._asdict() for one in sorted([*unreadable, *refused])]


@pytest.mark.usefixtures("_every_log_is_long")
@given(messy_logs() | appealed_logs(), RULES, RULES)
@settings(max_examples=20)
def test_a_comparison_does_not_depend_on_the_number_of_processes(log, first, second):
    lines = FileLines("\n".join(log).encode())

    def compare_by(at_once):
        in_parts = log_of(lines, by_entity=False, at_once=at_once)
        return compared(in_parts, (first, second), times_of(in_parts, None, None), at_once=at_once)

    one, three = map(compare_by, (1, 3))
    assert one == three


@given(messy_logs())
def test_a_line_is_read_the_same_in_one_go_and_field_by_field(log):
    events, _, _ = read(log := [line.encode() for line in log])
    quick = []
    for line in log:
        if line.strip():
            try:
                quick.append(event_in(line))
            except BadInput:
                continue
    assert quick == events
    assert [event_of(json.loads(line)) for line in log if _is_event(line)] == events


def _is_event(line: bytes) -> bool:
    try:
        event_in(line)
    except BadInput:
        return False
    return True


def test_in_logs_full_of_appeals_removals_are_stayed_and_suspensions_voided():
    seen: Counter[str] = Counter()

    @settings(max_examples=300, derandomize=True, database=None)
    @given(appealed_logs(), POLICIES)
    def look(log, text):
        ledger = fold(map(event_in, log), policies_of(text))
        sanctions = [one for seller in ledger.sellers.values() for one in seller.sanctions]
        seen.update({f"{one.kind} {one.state}" for one in sanctions})

    look()
    wanted = ("suspend served", "suspend voided", "remove in_force", "remove stayed")
    assert min(seen[one] for one in (*wanted, "remove voided")) >= 10, seen
