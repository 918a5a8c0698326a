"""Laws of what becomes of a verdict: for any file, whoever speaks, whatever they say."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis.strategies import builds, lists, sampled_from, tuples

from detector.rules import policies_of
from service.decisions.decision_file import DecisionFile
from service.decisions.ledger.rules import standing_or_start, step_of
from service.decisions.schemas import AppealShown, Verdict, WithdrawalShown
from service.decisions.seller_log import ReadLog, SellerLog
from service.decisions.verdicts.rules import Give, Propose, Refuse, outcome_of
from service.decisions.verdicts.schemas import Seconding
from service.intake.complaints.schemas import ComplaintFacts
from service.refusals import (
    AlreadyDecided,
    AlreadyProposed,
    AppealOpen,
    ComplaintWithdrawn,
    NoSuchProposal,
    SameModerator,
    VerdictFallen,
    VerdictRefused,
)
from service.roles import Role

POLICIES = policies_of(
    """
[[policy]]
id = "several"
version = 1
effective_from = "2020-01-01T00:00:00Z"
ceiling = 12
[policy.evidence]
min_items = 2
any_of = [["photo_received", "photo_official"], ["document"]]
quorum = 3
[policy.violations.counterfeit]
points = 12
expires = "365d"
[policy.violations.damaged]
points = 1
expires = "365d"
[policy.violations.damaged.evidence]
quorum = 1
min_items = 1
[[policy.tiers]]
id = "depleted"
at = 12
steps = [{ action = "suspend", duration = "7d" }]
[policy.appeals]
window = "30d"
""",
    source="several.toml",
)
START = 1_770_000_000_000_000
MINUTE = 60_000_000
GATES = {name: one.evidence for name, one in POLICIES.at(START).violations.items()}
ROLES = {"mia": Role.MODERATOR, "noa": Role.MODERATOR, "rae": Role.REVIEWER, "ada": Role.ADMIN}
PEOPLE = list(ROLES)
KINDS = ["photo_received", "photo_official", "document", "hearsay"]
ENOUGH = ["document", "hearsay"]
PLACE = "parcel 7"
STANDING = "the verdict that stands"

people = sampled_from(PEOPLE)
said = builds(
    Verdict,
    outcome=sampled_from(["upheld", "upheld", "rejected", "unfounded"]),
    violation=sampled_from([None, "counterfeit", "counterfeit", "damaged", "late"]),
    evidence=sampled_from([ENOUGH, ENOUGH, KINDS[:2], None]) | lists(sampled_from(KINDS)),
    elsewhere=sampled_from([PLACE, PLACE, None]),
    reason=sampled_from(["seen", "seen", "seen", "", " ", "..."]),
    supersedes=sampled_from([None, None, STANDING, "v_unknown"]),
)
turns = tuples(
    people, said | said | builds(Seconding) | sampled_from(["withdraw", "appeal", "grant"])
)
files = builds(
    lambda category, kinds: DecisionFile(
        complaint=ComplaintFacts(
            complaint_id="c1",
            seller_id="s1",
            filed_at=START - MINUTE,
            category=category,
            order_id="o1",
            buyer_id="b1",
            listing_id=None,
            evidence_count=None,
            source="notice",
            source_identity=None,
            group=None,
            outcome="pending",
            decided_at=None,
        ),
        log=SellerLog.of("s1"),
        kinds=tuple(kinds),
    ),
    sampled_from(["counterfeit", "damaged", "late"]),
    lists(sampled_from(KINDS), max_size=3),
)


def turned(file, person, words, at):
    """What a person said, with the verdict that stands filled in, and what became of it."""
    if isinstance(words, Verdict) and words.supersedes == STANDING:
        standing = file.standing_verdict
        named = standing.verdict_id if standing else None
        words = words.model_copy(update={"supersedes": named})
    who = {"person": person, "role": ROLES[person]}
    return words, outcome_of(file, words, POLICIES, **who, verdict_id=f"v_{at}", now=at)


def logged(file, step):
    read = ReadLog()
    read.events.extend(file.log)
    read.add([(file.log.count + 1, json.dumps(step.body))])
    return replace(file, log=SellerLog.so_far("s1", read))


def after(file, outcome):
    """The file once an outcome is stored."""
    if isinstance(outcome, Refuse):
        return file
    if isinstance(outcome, Propose):
        return replace(file, proposal=outcome.proposal)
    verdict = outcome.verdict
    facts = {"outcome": verdict.outcome, "decided_at": verdict.decided_at}
    return replace(
        logged(file, outcome.step),
        complaint=file.complaint.model_copy(update=facts),
        verdict=verdict,
        is_reopened=False,
        proposal=None,
        appeal=None,
    )


def objected(file, word, at):
    """The file once a party has withdrawn the complaint, appealed, or won the appeal."""
    verdict, appeal = file.standing_verdict, file.appeal
    unknown = {"decided_by": None, "decided_at": None, "decision_reason": None}
    if word == "withdraw" and file.withdrawal is None:
        event = {"event": "withdrawn", "id": f"wd_{at}", "complaint_id": "c1"}
        facts = {"complaint_id": "c1", "seller_id": "s1", "verdict_id": None, "reason": ""}
        taken_back = WithdrawalShown(**facts, filed_at=at, outcome="noted", **unknown)
        file = replace(file, withdrawal=taken_back, proposal=None)
    elif word == "appeal" and verdict is not None and appeal is None:
        by = "seller" if verdict.outcome == "upheld" else "complainant"
        event = {"event": "appeal", "id": f"a_{at}", "verdict_id": verdict.verdict_id, "by": by}
        event["notified_at"] = None
        facts = {"appeal_id": f"a_{at}", "verdict_id": verdict.verdict_id, "by": by, "reason": ""}
        file = replace(file, appeal=AppealShown(**facts, filed_at=at, outcome="open", **unknown))
    elif word == "grant" and verdict is not None and appeal is not None:
        event = {"event": "appeal_decided", "id": f"d_{at}", "appeal_id": appeal.appeal_id}
        event |= {"outcome": "granted", "moderator": "ada"}
        reopened = verdict.outcome != "upheld"
        facts = {"outcome": "pending" if reopened else "rejected"}
        file = replace(
            file,
            complaint=file.complaint.model_copy(update=facts),
            verdict=verdict.model_copy(update={"reversed_at": at}),
            is_reopened=reopened,
            appeal=appeal.model_copy(update={"outcome": "granted"}),
        )
    else:
        return file
    return logged(file, step_of(file.log, event, POLICIES, now=at))


def walk(file, steps):
    """Every turn of a complaint's life: the file, who said what at which time, the outcome."""
    for number, (person, words) in enumerate(steps):
        at = START + number * MINUTE
        if isinstance(words, str):
            file = objected(file, words, at)
            continue
        said_here, outcome = turned(file, person, words, at)
        yield file, person, said_here, at, outcome
        file = after(file, outcome)


lives = tuples(files, lists(turns, max_size=8))


def value_of(outcome):
    """An outcome as a value: a refusal by its kind and words."""
    if isinstance(outcome, Refuse):
        return type(outcome.refusal), str(outcome.refusal)
    return outcome


@given(lives)
def test_the_same_file_and_words_have_the_same_outcome_and_leave_the_file_as_it_was(life):
    for file, person, words, at, outcome in walk(*life):
        before = repr(file)
        assert value_of(turned(file, person, words, at)[1]) == value_of(outcome)
        assert repr(file) == before


@given(lives)
def test_nothing_is_upheld_without_the_evidence_and_the_people_that_the_policy_asks_for(life):
    for _, person, _, _, outcome in walk(*life):
        if isinstance(outcome, Give) and outcome.verdict.outcome == "upheld":
            verdict = outcome.verdict
            agreed = [verdict.moderator, *verdict.seconded_by]
            assert agreed[-1] == person
            assert len(set(agreed)) == len(agreed)
            gate = GATES.get(verdict.violation)
            assert gate is None or gate.missing(tuple(verdict.evidence), len(agreed)) is None


@given(lives)
def test_what_is_proposed_lacks_nothing_but_people(life):
    for _, person, _, at, outcome in walk(*life):
        if isinstance(outcome, Propose):
            proposal = outcome.proposal
            gate = GATES[proposal.verdict.violation or life[0].complaint.category]
            assert proposal.agreed[-1] == person
            assert proposal.people == gate.quorum > len(proposal.agreed)
            assert gate.missing(tuple(proposal.verdict.evidence), gate.quorum) is None
            assert proposal.proposed_at <= at


@given(lives)
def test_nobody_agrees_twice_and_nobody_decides_past_a_proposal(life):
    for file, person, words, _, outcome in walk(*life):
        if isinstance(words, Seconding):
            if file.proposal is None:
                assert value_of(outcome)[0] is NoSuchProposal
            elif person in file.proposal.agreed:
                assert value_of(outcome)[0] is SameModerator
        elif file.proposal is not None:
            assert value_of(outcome)[0] is AlreadyProposed


@given(lives)
def test_a_verdict_stands_until_it_is_superseded_by_name_and_not_while_an_appeal_waits(life):
    for file, _, words, _, outcome in walk(*life):
        if isinstance(outcome, Give):
            standing = file.standing_verdict
            named = outcome.verdict.supersedes
            assert named == (standing.verdict_id if standing else None)
            assert file.appeal is None or file.appeal.outcome != "open" or standing is None
        elif isinstance(words, Verdict) and words.supersedes == "v_unknown":
            assert isinstance(outcome, Refuse)


@given(lives)
def test_only_an_upheld_verdict_takes_points_and_a_step_starts_where_the_seller_stands(life):
    for file, _, _, at, outcome in walk(*life):
        if isinstance(outcome, Give):
            step = outcome.step
            assert step.before == standing_or_start(file.log, POLICIES, now=at)
            if outcome.verdict.outcome != "upheld":
                assert step.after.balance >= step.before.balance
            elif outcome.verdict.supersedes is None and GATES.get(outcome.verdict.violation):
                assert step.after.balance < step.before.balance


@given(files, people, people, said)
def test_who_stands_alone_never_seconds_their_own_proposal(file, person, other, words):
    words = words.model_copy(update={"supersedes": None, "violation": "counterfeit"})
    words = words.model_copy(update={"outcome": "upheld", "evidence": ["document", "hearsay"]})
    words = words.model_copy(update={"reason": "seen", "elsewhere": PLACE})
    _, proposed = turned(file, person, words, START)
    assert isinstance(proposed, Propose)
    _, seconded = turned(after(file, proposed), other, Seconding(), START + MINUTE)
    assert isinstance(seconded, Refuse) == (other == person)


SAID = {"outcome": "upheld", "reason": "seen", "elsewhere": PLACE}
UPHELD = SAID | {"violation": "damaged", "evidence": ["document"]}
SEVERAL = SAID | {"violation": "counterfeit", "evidence": ENOUGH}
REFUSALS = [
    ([], UPHELD | {"supersedes": "v_unknown"}, VerdictFallen, "does not stand"),
    ([], UPHELD | {"evidence": []}, VerdictRefused, "1 kinds of evidence are needed and 0"),
    ([], UPHELD | {"violation": "counterfeit"}, VerdictRefused, "2 kinds of evidence are needed"),
    (["withdraw"], UPHELD, ComplaintWithdrawn, "by its complainant"),
    ([Verdict(**UPHELD)], UPHELD, AlreadyDecided, "was upheld by mia at 2026"),
    ([Verdict(**UPHELD), "appeal"], UPHELD | {"supersedes": STANDING}, AppealOpen, "waits"),
    ([Verdict(**UPHELD), "appeal", "grant"], UPHELD, AlreadyDecided, "was upheld by mia"),
    ([Verdict(**SEVERAL)], UPHELD, AlreadyProposed, "mia proposed that complaint 'c1' be upheld"),
]


@pytest.mark.parametrize(("history", "words", "refusal", "why"), REFUSALS)
@given(file=files, person=people)
def test_each_refusal_says_what_is_in_the_way(file, person, history, words, refusal, why):
    steps = [("mia", one) for one in [*history, Verdict(**words)]]
    *_, last = walk(file, steps)
    kind, said_why = value_of(last[-1])
    assert kind is refusal
    assert why in said_why


@given(file=files, words=said)
def test_a_complaint_that_came_decided_gets_no_verdict(file, words):
    facts = {"outcome": "rejected", "decided_at": START - MINUTE}
    file = replace(file, complaint=file.complaint.model_copy(update=facts))
    _, outcome = turned(file, "mia", words, START)
    assert value_of(outcome)[0] in (AlreadyDecided, VerdictFallen)


@given(file=files)
def test_a_rejection_that_was_set_aside_may_be_decided_again(file):
    history = [Verdict(outcome="rejected", reason="no proof"), "appeal", "grant", Verdict(**UPHELD)]
    *_, last = walk(file, [("mia", one) for one in history])
    assert isinstance(last[-1], Give)
