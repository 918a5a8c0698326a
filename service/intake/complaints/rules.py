"""Pure decisions about complaints: which words and orders of theirs a person should look at."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from functools import lru_cache
from typing import Final

from detector.rules.policy.policy import Policies, Policy

USUAL: Final = ("counterfeit", "damaged", "not_as_described", "not_received")
"""Categories that most marketplaces have: known words, though the rules may charge nothing."""


def normalised(text: str) -> str:
    """A text without blanks, capitals and what is not seen: equal for what reads the same."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(one for one in plain if unicodedata.category(one)[0] not in "CZ")


def category_warnings(
    categories: Iterable[str], policies: Policies, *, at: int, most: int = 20
) -> list[str]:
    """Warnings of categories that neither the rules nor most markets know."""
    policy = policies.at(at)
    strange = sorted(set(categories) - {*policy.categories, *USUAL})
    warnings = [_strange("category", one, _known(policy)) for one in strange[:most]]
    more = len(strange) - most
    return [*warnings, f"{more} more categories are unknown"] if more > 0 else warnings


def violation_warnings(violation: str, category: str, policy: Policy) -> list[str]:
    """Warnings of a violation that the rules do not know: it takes no points."""
    if violation in policy.violations or (violation == category and violation in USUAL):
        return []
    return [_strange("violation", violation, tuple(policy.violations))]


def order_warnings(order_id: str | None, alike: Sequence[str]) -> list[str]:
    """Warnings of orders that may be one: their points would be taken twice."""
    return [
        f"order {order_id!r} differs only by blanks or capitals from order {one!r} of the same "
        "seller: the rules take them for two, so points may be taken twice for one order"
        for one in alike
    ]


def _known(policy: Policy) -> tuple[str, ...]:
    return tuple(sorted({*policy.categories, *USUAL}))


@lru_cache(maxsize=1_000)
def _strange(what: str, word: str, known: tuple[str, ...]) -> str:
    nearest = {_folded(one): one for one in known}
    close = get_close_matches(_folded(word), list(nearest), 1)
    hint = f"did you mean {nearest[close[0]]!r}?" if close else f"known are {', '.join(known)}"
    return f"{what} {word!r} is unknown, so the rules take no points for it; {hint}"


def _folded(word: str) -> str:
    return "_".join(word.casefold().replace("-", " ").replace("_", " ").split())
