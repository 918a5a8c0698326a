"""The whole flow for every seller at one instant: history in, assessments out.

An assessment is all the machine says about a seller. It orders attention and takes no points.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.evidence.common_causes import (
    DUE_MIN,
    CommonCause,
    Counted,
    common_causes,
    counted_of,
    joined,
)
from detector.evidence.false_alarms import (
    NOTHING,
    Lately,
    false_alarms,
    looks_in_window,
)
from detector.evidence.features import Features, features_of, surprises_of
from detector.evidence.independence import dependence_of
from detector.evidence.kinds import Kinds, kinds_of
from detector.evidence.reasons import (
    BRIGADE_DAYS,
    Finding,
    findings_of,
    is_brigade,
    is_cut_off,
    is_notable,
    reasons_of,
    signs_of,
    strongest,
    with_chance,
)
from detector.expectation.baseline import (
    Market,
    Windows,
    windows_of,
    with_factor,
    with_rate_uncertainty,
)
from detector.expectation.delay_uncertainty import delay_uncertainty_of
from detector.expectation.dispersion import with_dispersion
from detector.expectation.groups import (
    NO_GROUPS,
    Groups,
    by_group,
    factor_of_groups,
    groups_of,
    in_groups,
)
from detector.expectation.market import estimate_market
from detector.expectation.own_season import (
    long_past_of,
    market_weeks_of,
    own_seasons_of,
    with_seasons,
)
from detector.expectation.panel import Panel, panel_of
from detector.expectation.seller_dispersion import (
    WeeklyPairs,
    seller_dispersion_of,
    weekly_pairs_of,
)
from detector.expectation.shares import NO_SHARES
from detector.history.history import History
from detector.history.point_in_time import PointInTimeView
from detector.history.timeline import blocks_of
from detector.kernels import OnProgress, no_progress, parallel_map
from detector.makeup.changes import Changes, change_findings, changes_at, columns_of_changes
from detector.makeup.tallies import shares_at
from detector.trained import TrainedDetector
from detector.warm_up import warm_up

Array = NDArray[np.float64]

_CHUNK: Final = 4_096
"""Sellers assessed at a time: some 30 MB of panel on each core."""
_KERNELS_SELLERS_MIN: Final = 5_000
"""Sellers from which on NumPy takes longer than loading the compiled kernels."""
_MARKET_SELLERS_MAX: Final = 100_000
"""Sellers that the market's factors are estimated from; more would not change them."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the machine says about one seller at one instant."""

    seller_id: str
    as_of: int
    """Microseconds since 1970 UTC."""
    score: float
    """Higher is more suspicious; comparable across days."""
    surprise: float
    """Largest -log10 tail probability over windows and categories."""
    p_value: float
    q_value: float
    flagged: bool
    rank: int
    """1 is first."""
    reasons: tuple[str, ...]
    suspicion: str
    """"seller", or "brigade" where the complainants look odder than the seller."""
    false_chance: float = 1.0
    """How likely it is that a case about the seller is a false alarm."""
    findings: tuple[Finding, ...] = ()
    """What the sentences say, as numbers; empty where only the sentences were kept."""
    kinds: Kinds = ()
    """Evidence by kind; empty where there is none to speak of, or it was not kept."""

    def held(self, why: str) -> Assessment:
        """The same without its flag, and with the reason for that; unflagged ones stay as is."""
        return replace(self, flagged=False, reasons=(*self.reasons, why)) if self.flagged else self


@dataclass(frozen=True)
class Assessments:
    """The assessments of n sellers at one instant, as columns."""

    seller_ids: tuple[str, ...]
    as_of: int
    score: Array
    surprise: Array
    p_value: Array
    q_value: Array
    flagged: NDArray[np.bool_]
    rank: NDArray[np.int64]
    brigade: NDArray[np.bool_]
    reasons: tuple[tuple[str, ...], ...]
    false_chance: Array
    findings: tuple[tuple[Finding, ...], ...] = ()
    kinds: tuple[Kinds, ...] = ()
    counted: Counted | None = None
    """What tells of common causes; None where that was not kept."""
    columns: tuple[str, ...] = ()
    windows_days: tuple[int, ...] = ()
    groups: tuple[str, ...] = ()
    """Names of those that `counted` knows."""

    @cached_property
    def common_causes(self) -> tuple[CommonCause, ...]:
        """What many of the sellers share, the surest first."""
        if self.counted is None:
            return ()
        return common_causes(
            self.counted, self.columns, self.windows_days, self.seller_ids, self.groups
        )

    @cached_property
    def rows(self) -> tuple[Assessment, ...]:
        """One assessment a seller, first rank first."""
        return tuple(self._row(int(i)) for i in np.argsort(self.rank, kind="stable"))

    def of(self, seller_id: str) -> Assessment | None:
        """The assessment of one seller, or None if it is not known."""
        place = self._places.get(seller_id)
        return None if place is None else self._row(place)

    def held(self, why: str) -> Assessments:
        """The same without any flag; sellers that lose one say why beside their other reasons."""
        reasons = tuple(
            (*said, why) if flagged else said
            for said, flagged in zip(self.reasons, self.flagged.tolist(), strict=True)
        )
        return replace(self, flagged=np.zeros_like(self.flagged), reasons=reasons)

    def after(self, lately: Lately) -> Lately:
        """Who stood out lately, these assessments among them."""
        return lately.with_scored(self.as_of, self.seller_ids, self.p_value)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {seller: i for i, seller in enumerate(self.seller_ids)}

    def _row(self, i: int) -> Assessment:
        return Assessment(
            seller_id=self.seller_ids[i],
            as_of=self.as_of,
            score=float(self.score[i]),
            surprise=float(self.surprise[i]),
            p_value=float(self.p_value[i]),
            q_value=float(self.q_value[i]),
            flagged=bool(self.flagged[i]),
            rank=int(self.rank[i]),
            reasons=self.reasons[i],
            suspicion="brigade" if self.brigade[i] else "seller",
            false_chance=float(self.false_chance[i]),
            findings=self.findings[i] if self.findings else (),
            kinds=self.kinds[i] if self.kinds else (),
        )


@dataclass(frozen=True, slots=True)
class Scored:
    """What is computed for each of n sellers alone, given the market; parts can be joined."""

    score: Array
    surprise: Array
    brigade: NDArray[np.bool_]
    is_cut: NDArray[np.bool_]
    """Whether a change is better evidence than the score, which holds a part of it."""
    reasons: tuple[tuple[str, ...], ...]
    findings: tuple[tuple[Finding, ...], ...] = ()
    """Of each seller, or none at all."""
    kinds: tuple[Kinds, ...] = ()
    """The same."""
    counted: Counted | None = None
    groups: tuple[str, ...] = ()
    """Names of those that `counted` knows."""


def assess(
    history: History,
    as_of: int,
    trained: TrainedDetector,
    *,
    fdr: float = 0.1,
    market: Market | None = None,
    lately: Lately = NOTHING,
) -> Assessments:
    """Assess every seller known before the instant `as_of`, in microseconds UTC.

    `fdr` is the share of false alarms at which sellers are flagged. Give `market` to assess part of
    a marketplace; otherwise the market is estimated from the history itself. `lately` is who stood
    out at instants that were scored before: only flags and q-values depend on it.
    """
    return _assessed(PointInTimeView(history), as_of, trained, fdr, market, lately)


def assess_each(
    history: History,
    instants: Sequence[int],
    trained: TrainedDetector,
    *,
    fdr: float = 0.1,
    in_turn: bool = False,
    on_progress: OnProgress = no_progress,
) -> Iterator[Assessments]:
    """`assess` at one instant after another, to the last bit, at less than the cost of each alone.

    With `in_turn`, instants rise, and each is assessed given who stood out at those before it; else
    each as if nothing had been scored before. `on_progress` is called after each part.
    """
    lately = NOTHING
    view = PointInTimeView(history)
    for number, instant in enumerate(instants):

        def of_all(done: int, total: int, number: int = number) -> None:
            on_progress(number * total + done, len(instants) * total)

        found = _assessed(view, instant, trained, fdr, None, lately, of_all)
        if in_turn:
            lately = found.after(lately)
        yield found


def _assessed(
    view: PointInTimeView,
    as_of: int,
    trained: TrainedDetector,
    fdr: float,
    market: Market | None,
    lately: Lately,
    on_progress: OnProgress = no_progress,
) -> Assessments:
    sellers = view.sellers_at(as_of)
    if len(sellers) >= _KERNELS_SELLERS_MIN:
        warm_up()
    if market is None:
        step = sampling_step(len(sellers))
        market = market_of_sample(view.sample_at(as_of, sellers[::step]), step, as_of, trained)
    scored = _scored(view, as_of, trained, market, on_progress)
    return ranked(view.ids_of(sellers), as_of, scored, trained, fdr=fdr, lately=lately)


def ranked(
    sellers: tuple[str, ...],
    as_of: int,
    scored: Scored,
    trained: TrainedDetector,
    *,
    fdr: float,
    lately: Lately = NOTHING,
) -> Assessments:
    """Add to the scores what depends on all sellers: ranks, q-values and flags.

    `sellers` are in ascending order, so that ties rank alike on any machine.
    """
    p_value = trained.calibration.p_value(scored.score)
    windows_days = trained.settings.windows_days
    q_value, false_chance = false_alarms_at(as_of, sellers, p_value, trained, lately)
    said = with_chance(
        scored.reasons, p_value, q_value, len(sellers), windows_days, fdr=fdr, is_cut=scored.is_cut
    )
    rank = np.empty(len(scored.score), dtype=np.int64)
    rank[np.argsort(-scored.score, kind="stable")] = np.arange(1, len(scored.score) + 1)
    return Assessments(
        seller_ids=sellers,
        as_of=as_of,
        score=scored.score,
        surprise=scored.surprise,
        p_value=p_value,
        q_value=q_value,
        flagged=q_value < fdr,
        rank=rank,
        brigade=scored.brigade,
        reasons=said,
        false_chance=false_chance,
        findings=scored.findings,
        kinds=scored.kinds,
        counted=scored.counted,
        columns=trained.columns,
        windows_days=windows_days,
        groups=scored.groups,
    )


def false_alarms_at(
    as_of: int, sellers: tuple[str, ...], p_value: Array, trained: TrainedDetector, lately: Lately
) -> tuple[Array, Array]:
    """For n sellers: q-values, and how likely the alarm at each alone is false, both (n,).

    A q-value is the share of false alarms among sellers that stand out, or stood out lately, as
    much.
    """
    strongest = np.minimum(p_value, lately.smallest(sellers, as_of))
    looks = looks_in_window(trained.settings.windows_days, lately.days_at(as_of))
    return false_alarms(p_value, p_value, strongest, looks)


def market_at(known: History, as_of: int, trained: TrainedDetector) -> Market:
    """Estimate what moves all sellers alike at an instant, from a history that ends before it."""
    step = sampling_step(len(known.sellers))
    sample = known if step == 1 else known.only(known.sellers[::step])
    return market_of_sample(sample, step, as_of, trained)


def sampling_step(sellers: int) -> int:
    """The market is estimated from every n-th seller, in ascending order of ids; returns n."""
    return -(-sellers // _MARKET_SELLERS_MAX) or 1


def market_of_sample(sample: History, step: int, as_of: int, trained: TrainedDetector) -> Market:
    """`market_at` from a sample that holds every `step`-th seller of a marketplace."""
    settings = trained.settings
    past = long_past_of(sample, as_of, trained.delay, settings)
    weeks = market_weeks_of(past).times(step)
    seasons = own_seasons_of(past, weeks, trained.season, settings)
    panel = with_seasons(_panel(sample, as_of, trained), seasons)
    market = estimate_market(panel, trained.prior, blocks_of(settings), settings)
    groups = NO_GROUPS
    if sample.complaints.group is not None:
        mean = windows_of(panel, trained.prior, market, blocks_of(settings), settings).mean
        groups = groups_of(sample, as_of, mean, trained.columns, settings).times(step)
    shares = NO_SHARES
    if trained.makeup is not None:
        shares = shares_at(sample, as_of, trained.makeup.attributes, trained.columns)
    return replace(
        market,
        complaints=market.complaints * step,
        in_blocks=market.in_blocks * step,
        weeks=weeks,
        shares=shares,
        groups=groups,
    )


def score_parts(known: History, as_of: int, trained: TrainedDetector, market: Market) -> Scored:
    """`score_sellers`, 4,096 sellers at a time, so that memory stays bounded."""
    return _scored(PointInTimeView(known), as_of, trained, market)


def _scored(
    view: PointInTimeView,
    as_of: int,
    trained: TrainedDetector,
    market: Market,
    on_progress: OnProgress = no_progress,
) -> Scored:
    """Score all sellers known at an instant, part by part, on all cores where kernels are warm."""
    total = len(view.history.sellers)
    firsts = range(0, total, _CHUNK)

    def of_part(first: int) -> Scored:
        known = view.at(as_of, first, min(first + _CHUNK, total))
        return score_sellers(known, as_of, trained, market)

    parts = list(parallel_map(of_part, firsts, on_progress))
    before = np.cumsum([0, *(len(part.score) for part in parts)])
    counted = [
        replace(part.counted, seller=part.counted.seller + first)
        for part, first in zip(parts, before.tolist(), strict=False)
        if part.counted is not None
    ]
    return Scored(
        np.concatenate([np.zeros(0), *(part.score for part in parts)]),
        np.concatenate([np.zeros(0), *(part.surprise for part in parts)]),
        np.concatenate([np.zeros(0, dtype=bool), *(part.brigade for part in parts)]),
        np.concatenate([np.zeros(0, dtype=bool), *(part.is_cut for part in parts)]),
        tuple(reasons for part in parts for reasons in part.reasons),
        tuple(found for part in parts for found in part.findings),
        tuple(kinds for part in parts for kinds in part.kinds),
        joined(counted) if counted else None,
        market.groups.names,
    )


def score_sellers(known: History, as_of: int, trained: TrainedDetector, market: Market) -> Scored:
    """Score sellers one by one, given the market: the same for a batch and for a single seller."""
    windows, features, changes = seen_at(known, as_of, trained, market)
    score = score_of(features, trained)
    days = trained.settings.windows_days
    short = [w for w, length in enumerate(days) if length <= BRIGADE_DAYS]
    dependence = dependence_of(
        known,
        as_of,
        [days[w] for w in short],
        windows.counts[:, short, 0],
        windows.mean[:, short, 0],
    )
    brigade = is_brigade(windows, trained.columns, days, dependence.odds) & (features.total > 0)
    reasons: list[tuple[str, ...]] = [()] * len(score)
    findings: list[tuple[Finding, ...]] = [()] * len(score)
    kinds: list[Kinds] = [()] * len(score)
    is_cut = np.zeros(len(score), dtype=bool)
    is_worth = (features.total > 0) & (is_notable(features) | brigade)
    if changes is not None:
        is_worth |= changes.notable
    worth = np.flatnonzero(is_worth)
    odd = score - features.total
    of_changes = {} if changes is None else changes.by_name
    changed = {} if changes is None else change_findings(changes, trained.columns, days)
    shown = kinds_of(worth, features, odd, dependence, trained.columns, of_changes)
    for i, of_kinds in zip(worth.tolist(), shown, strict=True):
        kinds[i] = of_kinds
        findings[i] = findings_of(i, windows, features, trained.columns, days)
        findings[i] = strongest(findings[i], changed.get(i, []))
        signs = signs_of(i, dependence) if brigade[i] else ()
        reasons[i] = reasons_of(findings[i], brigade=bool(brigade[i]), signs=signs)
        is_cut[i] = is_cut_off(findings[i], float(score[i]))
    largest = surprises_of(windows).max(axis=(1, 2), initial=0.0)
    counted = counted_of(windows, trained.columns)
    return Scored(
        score, largest, brigade, is_cut, tuple(reasons), tuple(findings), tuple(kinds), counted
    )


def windows_and_features(
    known: History, as_of: int, trained: TrainedDetector, market: Market
) -> tuple[Windows, Features]:
    """The windows of n sellers, with all their uncertainty, and the features made of them."""
    windows, features, _ = seen_at(known, as_of, trained, market)
    return windows, features


def seen_at(
    known: History, as_of: int, trained: TrainedDetector, market: Market
) -> tuple[Windows, Features, Changes | None]:
    """The same, and the changes of what complaints are made of, where the detector knows them."""
    windows, pairs = expected_windows(known, as_of, trained, market)
    own = seller_dispersion_of(pairs, trained.dispersion_prior)
    windows = with_dispersion(windows, trained.dispersion, own.mean)
    features = features_of(windows, trained.columns, trained.settings)
    if trained.makeup is None:
        return windows, features, None
    days, columns = trained.settings.windows_days, trained.columns
    changes = changes_at(known, as_of, windows, days, columns, trained.makeup, market.shares)
    return windows, replace(features, changes=columns_of_changes(changes.factors)), changes


def expected_windows(
    known: History, as_of: int, trained: TrainedDetector, market: Market
) -> tuple[Windows, WeeklyPairs]:
    """The windows of n sellers before dispersion, and the weekly pairs of their past."""
    blocks, settings = blocks_of(trained.settings), trained.settings
    weeks = len(market.weeks.seen)
    past = long_past_of(known, as_of, trained.delay, settings, weeks=weeks)
    seasons = own_seasons_of(past, market.weeks, trained.season, settings)
    panel = with_seasons(_panel(known, as_of, trained), seasons)
    windows = windows_of(panel, trained.prior, market, blocks, settings)
    uncertainty = delay_uncertainty_of(known, as_of, trained.delay, settings)
    if seasons is not None:
        uncertainty = uncertainty + seasons.variance_of_all(len(panel))
    windows = with_rate_uncertainty(windows, uncertainty)
    if market.groups.names:
        windows = _with_groups(windows, known, as_of, trained, market.groups)
    pairs = weekly_pairs_of(panel, trained.prior, market, settings)
    return windows, pairs.with_residuals(seasons)


def _with_groups(
    windows: Windows, known: History, as_of: int, trained: TrainedDetector, groups: Groups
) -> Windows:
    """The windows expected as their sellers' groups are, and what they tell of groups."""
    columns, settings = trained.columns, trained.settings
    filed = by_group(known, as_of, groups.names, groups.named, columns, settings)
    factor, variance = factor_of_groups(filed, windows.mean, groups)
    pairs = in_groups(filed, windows.mean, groups, DUE_MIN)
    return replace(with_factor(windows, factor, variance), in_groups=pairs)


def score_of(features: Features, trained: TrainedDetector) -> Array:
    """(n,) the evidence plus what the forest adds, in natural logarithms.

    The forest sees what is odd in evidence and changes together but cannot tell the largest spikes
    apart: past the rows it was fitted on, all lie in the same leaves. The evidence can.
    """
    return with_oddness(features.total, oddness_of(features, trained), trained)


def oddness_of(features: Features, trained: TrainedDetector) -> Array:
    """(n,) the forest's own score, in (0, 1)."""
    return trained.forest.score(features.seen) if len(features.X) else np.zeros(0)


def with_oddness(evidence: Array, odd: Array, trained: TrainedDetector) -> Array:
    """(n,) the score, of the evidence and the forest's own score.

    A forest's score has no scale: a usual seller's moves as much as an odd one's. So what counts is
    how much rarer it is, among sellers drawn without a spike or a change, than what is usual.
    """
    settings = trained.settings
    if trained.oddness is None:
        return evidence + settings.forest_weight * odd
    rarer = np.log(settings.forest_usual) - np.log(trained.oddness.p_value(odd))
    part = np.clip(rarer, 0.0, settings.forest_most)
    return np.asarray(evidence + settings.forest_weight * part)


def _panel(known: History, as_of: int, trained: TrainedDetector) -> Panel:
    return panel_of(known, as_of, trained.columns, trained.delay, trained.settings)
