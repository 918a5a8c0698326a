"""The lines of an account and its rest make what is left, whatever was taken and given back."""

from hypothesis import given
from hypothesis import strategies as st

from detector.rules import bundled
from detector.rules.policy.policy import Track
from service.console.sellers.adding_up import accounts_of, reached_tiers
from service.views.sellers.schemas import CreditShown, EntryShown, LedgerShown, TrackShown

POINTS = st.integers(0, 30)
MOVES = st.lists(st.tuples(st.integers(0, 9), POINTS), max_size=8)


def entry(number, at, points, *, track="main", state="standing"):
    facts = {"track": track, "policy": "standard v1", "opened_at": at, "expires_at": None}
    return EntryShown(id=f"v{number}", points=points, state=state, grounds=[], **facts)


def ledger(entries, back=(), **tracks):
    shown = {name: TrackShown(balance=left, level=taken) for name, (left, taken) in tracks.items()}
    facts = {"balance": 0, "level": 0, "status": "active", "next_cursor": None, "sanctions": []}
    given = [CreditShown(why="training", granted_at=at, points=n) for at, n in back]
    return LedgerShown(seller_id="s", entries=entries, credits=given, tracks=shown, **facts)


@given(MOVES, MOVES, POINTS)
def test_start_lines_and_rest_make_what_is_left(taken, back, left):
    entries = [entry(n, at, points) for n, (at, points) in enumerate(taken)]
    (account,) = accounts_of(
        ledger(entries, back, main=(left, 1)), {"main": Track("main", 12, 0, 12)}
    )
    assert account.left == left
    assert 12 + sum(line.points for line in account.lines) + account.rest == left
    assert [line.at for line in account.lines] == sorted(line.at for line in account.lines)
    before = 12
    for line in account.lines:
        assert line.left == before + line.points
        before = line.left


def test_only_what_counts_is_told_and_each_track_by_itself():
    tracks = {name: Track(name, 12, 0, 12) for name in ("main", "late")}
    entries = [entry(1, 1, 6), entry(2, 2, 3, track="late"), entry(3, 3, 6, state="reversed")]
    shown = ledger(entries, [(4, 1)], main=(7, 5), late=(9, 3))
    main, late = accounts_of(shown, tracks)
    assert [(one.verdict_id, one.points, one.left) for one in main.lines] == [("v1", -6, 6)]
    assert (main.rest, late.rest) == (1, 0)
    assert [one.verdict_id for one in late.lines] == ["v2"]


def test_a_seller_without_events_has_all_points():
    (account,) = accounts_of(ledger([]), {"main": Track("main", 12, 0, 12)})
    assert (account.left, account.taken, account.lines, account.rest) == (12, 0, [], 0)


def test_the_tier_is_the_harshest_reached_and_the_next_comes_after():
    policy = bundled("standard").versions[-1]

    def names(taken):
        (account,) = accounts_of(ledger([], main=(12 - taken, taken)), policy.tracks)
        return [tier and tier.threshold for tier in reached_tiers(policy, account)]

    assert names(0) == [None, 6]
    assert names(6) == names(11) == [6, 12]
    assert names(12)[0] == 12
