"""What many sellers share is told as one thing; what each has alone, or all have, is not."""

from dataclasses import replace

import numpy as np
import pytest

from detector.evidence import common_causes as module
from detector.evidence.common_causes import CommonCause, common_causes, counted_of, joined
from detector.evidence.reasons import Finding
from detector.expectation.baseline import Windows
from detector.expectation.groups import InGroups
from detector.expectation.panel import ALL, WITHOUT_EVIDENCE

DAYS = (3, 7, 14, 28)
COLUMNS = (ALL, "damaged", "late", WITHOUT_EVIDENCE)
SHAPE = 8.0


def market(seed, sellers=400, times=1.0, up=(), since=7, before=1.0):
    """Counts of sellers of many sizes; `up` have `times` as many damaged in the last days."""
    rng = np.random.default_rng(seed)
    size = 4.0 * rng.lognormal(0.0, 1.0, sellers)
    spans = np.diff([0, *DAYS])
    counts = np.zeros((sellers, len(DAYS), len(COLUMNS)))
    mean = np.zeros_like(counts)
    for c, share in ((1, 0.3), (2, 0.7)):
        due = size[:, np.newaxis] * share * spans / 7.0
        drawn = due * before
        if c == 1:
            factor = np.where(np.isin(np.arange(sellers), up), times, 1.0)[:, np.newaxis]
            drawn = drawn * np.where(np.array(DAYS) <= since, factor, 1.0)
        scatter = rng.gamma(SHAPE, 1.0 / SHAPE, (sellers, 1))
        counts[:, :, c] = rng.poisson(drawn * scatter).cumsum(axis=1)
        mean[:, :, c] = due.cumsum(axis=1)
    counts[:, :, 0], mean[:, :, 0] = counts[:, :, 1:3].sum(axis=2), mean[:, :, 1:3].sum(axis=2)
    mean[:, :, 3] = 1.0
    return Windows(counts, mean, np.full_like(counts, SHAPE))


def names(windows):
    return [f"s{n:04}" for n in range(len(windows.counts))]


def causes(windows):
    return common_causes(counted_of(windows, COLUMNS), COLUMNS, DAYS, names(windows))


def test_without_a_cause_the_evidence_is_one_at_most_in_the_mean():
    found = []
    for seed in range(150):
        windows = market(seed, sellers=60)
        counts, mean, shape = (
            part[:, 1, 2] for part in (windows.counts, windows.mean, windows.shape)
        )
        found.append(module._evidence(counts, mean, shape, 0.0)[0])
    assert np.exp(found).mean() < 1.0
    assert max(found) < np.log(1.0 / module.P_MAX)


def test_counts_without_scatter_are_read_as_poisson():
    windows = market(1, times=4.0, up=np.arange(0, 400, 5))
    limit, near = (
        causes(Windows(windows.counts, windows.mean, np.full_like(windows.mean, shape)))
        for shape in (np.inf, 1e8)
    )
    assert [one.column for one in limit] == ["damaged"]
    assert limit[0].p_value == pytest.approx(near[0].p_value, rel=1e-3)


@pytest.mark.parametrize(("since", "times"), [(3, 9.0), (7, 5.0), (14, 4.0)])
def test_a_share_of_sellers_up_in_one_category_is_one_cause(since, times):
    up = np.arange(0, 400, 5)
    [one] = causes(market(2, times=times, up=up, since=since))
    assert one.column == "damaged"
    assert one.days in {3: (3, 7), 7: (7,), 14: (14,)}[since]
    assert 2.0 < one.times < 1.5 * times
    assert 0.1 < one.share < 0.35
    assert one.p_value <= module.P_MAX
    named = [int(name[1:]) % 5 == 0 for name in one.sellers]
    assert len(named) > 10
    assert np.mean(named) > 0.6


@pytest.mark.parametrize(
    "windows",
    [
        pytest.param(market(2), id="nothing"),
        pytest.param(market(3, times=30.0, up=(1, 2, 3)), id="three spikes"),
        pytest.param(market(4, before=1.4), id="all of them"),
        pytest.param(market(5, times=4.0, up=np.arange(0, 400, 5), since=28), id="since ever"),
        pytest.param(market(6, sellers=4, times=9.0, up=(0, 1, 2)), id="too few to tell"),
        pytest.param(market(7, sellers=0), id="nobody"),
    ],
)
def test_what_one_seller_or_all_or_the_days_before_have_is_no_common_cause(windows):
    assert causes(windows) == ()


@pytest.mark.parametrize(
    ("sellers", "due", "level", "scatter"),
    [
        (100_000, 1.0, 1.0, np.inf),
        (4_000, 8.0, 1.09, np.inf),
        (4_000, 40.0, 1.04, np.inf),
        (4_000, 40.0, 0.92, np.inf),
        (20_000, 20.0, 1.09, np.inf),
        (20_000, 20.0, 1.0, 5.0),
    ],
)
def test_many_sellers_alike_share_no_cause_at_whatever_level(sellers, due, level, scatter):
    rng = np.random.default_rng(11)
    spans = np.diff([0, *DAYS]) / DAYS[-1]
    size = rng.gamma(scatter, 1.0 / scatter, (sellers, 1)) if scatter < np.inf else 1.0
    levels = np.array([level, level, 1.0, 1.0])
    counts = rng.poisson(due * spans * levels * size, (sellers, len(DAYS))).cumsum(axis=1)
    mean = np.tile(due * spans.cumsum(), (sellers, 1))
    one = np.ones(sellers, dtype=np.int64)
    counts, shape = counts.astype(float), np.full_like(mean, scatter)
    none = np.full(sellers, module.NO_GROUP)
    counted = module.Counted(np.arange(sellers), one, none, counts, mean, shape)
    assert common_causes(counted, COLUMNS, DAYS, [str(n) for n in range(sellers)]) == ()


def in_groups(windows, *, of_seller):
    """The windows of sellers that have all their complaints in one group each."""
    pairs = InGroups(np.arange(len(of_seller)), of_seller, windows.counts, windows.mean)
    return replace(windows, in_groups=pairs)


def in_each_group(windows, groups=("north", "south")):
    counted = counted_of(windows, COLUMNS)
    return common_causes(counted, COLUMNS, DAYS, names(windows), groups)


def test_a_group_that_is_up_is_told_by_its_name():
    south = np.arange(400) % 10 == 0
    windows = market(2, times=3.0, up=np.flatnonzero(south))
    found = in_each_group(in_groups(windows, of_seller=south.astype(np.int64)))
    [one] = [cause for cause in found if cause.group is not None]
    assert (one.column, one.group, one.days) == ("damaged", "south", 7)
    assert one.times == pytest.approx(3.0, rel=0.25)
    assert one.of == int(south.sum())
    assert all(int(name[1:]) % 10 == 0 for name in one.sellers)
    assert "in group “south”, which 40 sellers share, since" in one.sentence(0)
    # What a group brings is expected of its sellers; what they have beyond that is their own.
    assert not one.explains([Finding("damaged", 7, 9, 4.0, 3.0)])


@pytest.mark.parametrize(
    ("windows", "south"),
    [
        pytest.param(market(2), np.arange(400) % 10 == 0, id="nothing"),
        pytest.param(market(3, times=30.0, up=(1, 2)), np.arange(400) < 40, id="two spikes"),
        pytest.param(market(6, times=9.0, up=(0, 1)), np.arange(400) < 2, id="two sellers"),
        *(
            pytest.param(
                market(seed, times=4.0, up=np.arange(40), since=28),
                np.arange(400) < 40,
                id=f"since ever, {seed}",
            )
            for seed in (5, 6, 9)
        ),
    ],
)
def test_what_one_seller_or_the_days_before_have_is_no_cause_of_a_group(windows, south):
    found = in_each_group(in_groups(windows, of_seller=south.astype(np.int64)))
    assert [one.group for one in found if one.group] == []


def test_groups_without_a_cause_are_told_as_often_as_stated_at_most():
    told = 0
    for seed in range(60):
        of_seller = np.random.default_rng([seed, 1]).integers(0, 6, 400)
        found = in_each_group(in_groups(market(seed), of_seller=of_seller), tuple("abcdef"))
        told += len(found)
    assert told <= 1


def test_parts_of_a_market_tell_what_the_whole_tells():
    windows = market(8, times=4.0, up=np.arange(0, 400, 5))
    parts = []
    for first in (0, 150, 151):
        last = {0: 150, 150: 151, 151: 400}[first]
        one = counted_of(windows.take(np.arange(first, last)), COLUMNS)
        parts.append(replace(one, seller=one.seller + first))
    assert common_causes(joined(parts), COLUMNS, DAYS, names(windows)) == causes(windows)


def test_a_seller_s_part_of_a_cause_is_no_more_than_the_cause_brings():
    cause = CommonCause("damaged", 7, 3.0, 0.15, 400, 1e-4, ())
    part = Finding("damaged", 7, 12, 4.0, 6.0)
    assert cause.explains([part])
    assert not cause.explains([Finding(ALL, 7, 12, 4.0, 6.0), part])
    assert cause.explains([Finding("damaged", 28, 12, 8.0, 6.0)])
    # Three times what is due of a week is no three times what is due of four.
    assert cause.explains([Finding("damaged", 7, 30, 10.0, 6.0)])
    assert not cause.explains([Finding("damaged", 28, 40, 10.0, 6.0)])
    assert not cause.explains([Finding("damaged", 7, 40, 4.0, 60.0)])
    assert not cause.explains([Finding("late", 7, 12, 4.0, 6.0), part])
    assert not cause.explains([Finding("damaged", 28, 12, 4.0, 6.0, part="night", of=20)])
    assert not cause.explains([])


def test_a_cause_says_what_since_when_and_how_rare():
    cause = CommonCause("damaged", 7, 2.06, 0.152, 400, 1.0 / 2048, ())
    assert cause.sentence(1_709_856_000_000_000) == (
        "“damaged” is up 2.1 times in about 15 of 100 sellers since 2024-03-01: a recall, a "
        "carrier, a warehouse? Chance brings as much on fewer than one in 2,048 days."
    )
