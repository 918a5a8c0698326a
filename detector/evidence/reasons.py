"""Why a seller is looked at: sentences with counts, expectation, window and category."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import special

from detector.evidence.features import Features
from detector.evidence.independence import WORTH_SAYING, Dependence
from detector.expectation.baseline import Windows
from detector.expectation.panel import ALL, OTHER, REPEAT_BUYER, WITHOUT_EVIDENCE
from detector.nouns import counted

Array = NDArray[np.float64]

_SENTENCES_MAX: Final = 3
_EVIDENCE_MAX: Final = 690.0
TOGETHER: Final = "No window stands out alone, but all of them together do."
"""Why a seller is flagged where none has odds of 20 to 1."""
NOTABLE: Final = float(np.log(20.0))
"""Odds of 20 to 1 for a spike; below that a sentence would speak of noise."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One window and column in which a seller stands out."""

    column: str
    days: int
    complaints: int
    expected: float
    evidence: float
    """Natural logarithm of the odds that a spike, or a change of what complaints are made of,
    changes."""
    part: str | None = None
    """Of an attribute of complaints in `detector.makeup`, the part that has grown."""
    of: int | None = None
    """Of how many complaints it is a part."""
    words: str = ""
    """What is true of the part, with `{were}` for the verb."""

    @property
    def odds(self) -> float:
        """How many times likelier a spike makes what was seen; what no float holds is cut off."""
        return exp(min(self.evidence, _EVIDENCE_MAX))

    def sentence(self) -> str:
        """The finding in words."""
        if self.of is not None:
            return self._change(self.of)
        complaints = counted(self.complaints, "complaint")
        what = _SUBJECTS.get(self.column, f"of “{self.column}”")
        period = "the last day" if self.days == 1 else f"the last {self.days} days"
        return (
            f"{complaints} {what} in {period} where about {_amount(self.expected)} were expected."
        )

    def _change(self, of: int) -> str:
        were = "was" if self.complaints == 1 else "were"
        usual = 100.0 * self.expected / max(of, 1)
        share = "hardly any" if usual < 1.0 else f"about {usual:.0f} of 100"
        true = self.words.format(were=were)
        return (
            f"{self.complaints:,} of {counted(of, 'complaint')} in the last {self.days} days "
            f"{true}; usually it is {share}."
        )


_SUBJECTS: Final = {
    ALL: "of any kind",
    OTHER: "of rarer categories",
    WITHOUT_EVIDENCE: "without evidence",
    REPEAT_BUYER: "by buyers who had just complained about this seller",
}


def is_notable(features: Features) -> NDArray[np.bool_]:
    """(n,) whether any finding of a seller is worth a sentence."""
    return np.asarray((features.evidence >= NOTABLE).any(axis=(1, 2)))


def findings_of(
    seller: int,
    windows: Windows,
    features: Features,
    columns: tuple[str, ...],
    days: tuple[int, ...],
) -> tuple[Finding, ...]:
    """The strongest finding of each column that is worth a sentence, strongest first."""
    evidence = features.evidence[seller]
    best = evidence.argmax(axis=0)
    order = np.argsort(-evidence[best, np.arange(len(columns))], kind="stable")
    found: list[Finding] = []
    for column in order[:_SENTENCES_MAX]:
        w = best[column]
        if evidence[w, column] >= NOTABLE:
            found.append(
                Finding(
                    columns[column],
                    days[w],
                    int(windows.counts[seller, w, column]),
                    float(windows.mean[seller, w, column]),
                    float(evidence[w, column]),
                )
            )
    return tuple(found)


def strongest(*findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those of several kinds that are told: the strongest of all, strongest first."""
    every = [finding for some in findings for finding in some]
    return tuple(sorted(every, key=lambda one: -one.evidence)[:_SENTENCES_MAX])


def stand_out_alone(findings: Iterable[Finding], came: Mapping[str, int], p_max: float) -> bool:
    """Whether complaints that came since a person looked at a seller stand out without the others.

    `came` counts them by category. They do where a category, or all together, had so many of them
    as chance brings at most with the probability `p_max`, by the Poisson tail, in the *whole*
    window that a finding tells of. Findings about other columns, or about what complaints are made
    of, are left out: the counts do not say how many of these are new.
    """
    counts = {**came, ALL: sum(came.values())}
    found = [one for one in findings if one.of is None]
    new = [min(counts.get(one.column, 0), one.complaints) for one in found]
    return any(
        count > 0 and special.gammainc(count, one.expected) <= p_max
        for count, one in zip(new, found, strict=True)
    )


def reasons_of(
    findings: tuple[Finding, ...], *, brigade: bool, signs: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """The sentences shown to people; `signs` say what of the complainants looks prepared."""
    sentences = [finding.sentence() for finding in findings]
    if brigade and signs:
        said = " and ".join(signs)
        sentences.insert(0, f"Suspected brigade: {said}, so look at the complainants first.")
    elif brigade:
        sentences.insert(0, BRIGADE)
    return tuple(sentences)


def signs_of(seller: int, dependence: Dependence) -> tuple[str, ...]:
    """In words, why the complainants of a seller look as if they acted together."""
    said = {
        "far more complainants than usual have no order with this seller": dependence.strangers,
        "many complaints came in the same hour of the day": dependence.hour,
    }
    return tuple(words for words, odds in said.items() if odds[seller] >= WORTH_SAYING)


BRIGADE: Final = (
    "Suspected brigade: most of the excess comes from few buyers or brings no evidence, "
    "so look at the complainants first."
)


def is_brigade(
    windows: Windows,
    columns: tuple[str, ...],
    days: tuple[int, ...],
    dependence: NDArray[np.float64] | None = None,
) -> NDArray[np.bool_]:
    """(n,) whether the excess looks like few people who prove nothing, or people who act together.

    At least four complaints more than expected within two weeks, of which two fifths come from
    buyers who had just complained, or nearly all come without evidence. Or two more, where the odds
    of dependence (n,) are three. Without a window of two weeks in `days`, the longest shorter one
    counts.
    """
    w = max(int(np.searchsorted(days, BRIGADE_DAYS, side="right")) - 1, 0)
    excess = windows.counts[:, w] - windows.mean[:, w]
    number = {name: c for c, name in enumerate(columns)}
    large = excess[:, 0] >= _BRIGADE_EXCESS_MIN
    found = np.zeros(len(excess), dtype=bool)
    for name, share in ((REPEAT_BUYER, 0.4), (WITHOUT_EVIDENCE, 0.9)):
        if name in number:
            found |= excess[:, number[name]] >= share * excess[:, 0]
    found &= large
    if dependence is not None:
        found |= (excess[:, 0] >= _DEPENDENT_EXCESS_MIN) & (dependence >= _DEPENDENCE_MIN)
    return found


BRIGADE_DAYS: Final = 14
"""Days that a brigade is looked for in."""
_BRIGADE_EXCESS_MIN: Final = 4.0
_DEPENDENT_EXCESS_MIN: Final = 2.0
"""Less than above, as the odds count the complaints themselves."""
_DEPENDENCE_MIN: Final = 3.0
"""Odds from which on a person should look at the complainants first."""


def _amount(expected: float) -> str:
    if expected < 0.05:
        return "none"
    return f"{expected:.1f}" if expected < 10 else f"{expected:,.0f}"


def with_chance(
    reasons: Sequence[tuple[str, ...]],
    p_values: Array,
    q_values: Array,
    sellers: int,
    windows_days: tuple[int, ...],
    *,
    fdr: float,
    is_cut: NDArray[np.bool_],
) -> tuple[tuple[str, ...], ...]:
    """The reasons of k sellers, each with how often chance does as much, and why it is no flag.

    `sellers` is how many the market has: chance has a try at each, in all windows and categories.
    (k,) `is_cut` says whose evidence the score holds a part of (`is_cut_off`).
    """
    shortest = min(windows_days)
    return tuple(
        (*(said or (TOGETHER,)), *_chance(float(p), float(q), sellers, shortest, fdr, cut))
        if said or q < fdr
        else said
        for said, p, q, cut in zip(reasons, p_values, q_values, is_cut.tolist(), strict=True)
    )


class _Weighed(Protocol):
    """What is asked of a finding, of the detector's own and of one that is shown."""

    @property
    def complaints(self) -> int: ...
    @property
    def expected(self) -> float: ...
    @property
    def of(self) -> int | None: ...
    @property
    def odds(self) -> float: ...


def is_cut_off(findings: Iterable[_Weighed], score: float) -> bool:
    """Whether a change is better evidence than the whole score: the score holds a part of it.

    So is a silence, of which the score holds what the forest makes of it.
    """
    held = exp(min(score, _EVIDENCE_MAX))
    return any(
        one.odds > held and (one.of is not None or one.complaints < one.expected)
        for one in findings
    )


def _chance(
    p: float, q: float, sellers: int, shortest_days: int, fdr: float, cut: bool
) -> tuple[str, ...]:
    """Sentences. What chance brings stays in the shortest window, so that days are fewer tries."""
    often = _how_often(shortest_days / (sellers * p))
    about = "at most" if cut else "about"
    by_chance = f"Chance alone brings as much {about} {often} in a market of this size."
    if q < fdr:
        return (by_chance,)
    found, allowed = _distinct_shares(q, fdr)
    return (
        by_chance,
        f"Not flagged: {found} of 100 sellers that stand out as much would do so by chance, and "
        f"flags allow {allowed}.",
    )


def _how_often(days: float) -> str:
    if days >= 1_000 * _YEAR:
        return "once in more than 1,000 years"
    if days >= 2.0 * _YEAR:
        return f"once in {_rounded(days / _YEAR):,} years"
    if days >= 1.5:
        return f"once in {_rounded(days):,} days"
    if days >= 2.0 / 3.0:
        return "once a day"
    return f"{_rounded(1.0 / days):,} times a day"


def _distinct_shares(q: float, fdr: float) -> tuple[str, str]:
    """Both as hundredths, with as many more digits as it takes to see that they differ."""
    for more in range(_DIGITS_MAX + 1):
        found, allowed = _hundredths(q, more), _hundredths(fdr, more)
        if found != allowed:
            return found, allowed
    return _hundredths(q), "fewer"


def _hundredths(share: float, more: int = 0) -> str:
    if share < 0.01:
        return f"{100 * share:.{2 + more}g}"
    return f"{100 * share:.{more}f}".removesuffix("." + more * "0")


def _rounded(number: float) -> int:
    digits = max(len(str(int(number))) - 2, 0)
    return int(round(number, -digits))


_YEAR: Final = 365.25
_DIGITS_MAX: Final = 6
"""What differs further back is the same to anybody."""
