"""Where a policy falls short of what European law asks of a marketplace; never a fault of it.

The Digital Services Act (DSA) is Regulation (EU) 2022/2065, P2B is Regulation (EU) 2019/1150. A
marketplace elsewhere, or a small one, may owe none of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from detector.rules.instants import DAY, duration_text
from detector.rules.policy.policy import REASONS, Policy, Tier

SIX_MONTHS: Final = 184 * DAY
"""The longest that six months can last, as from 1 July to 1 January: no party gets less."""
NOTICE: Final = 30 * DAY
"""Of a removal that no earlier measure came before."""
_RESTRICTIONS: Final = frozenset({"restrict", "suspend", "remove"})


def shortfalls(policy: Policy) -> list[str]:
    """Return what the law asks for beyond the policy, each as a sentence with its article."""
    return [*_of_appeals(policy), *_of_reasons(policy), *_of_tiers(policy)]


def _of_appeals(policy: Policy) -> Iterator[str]:
    window = policy.appeals.window
    if window is not None and window < SIX_MONTHS:
        yield (
            f"appeals.window: {duration_text(window)} to complain about a decision; DSA Art. 20(1) "
            f"asks for at least six months, {duration_text(SIX_MONTHS)}, for the seller and for "
            "who gave notice"
        )
    if policy.appeals.external is None:
        yield (
            "appeals.external: no out-of-court dispute settlement body is named; DSA Art. 17(3)(f) "
            "and 20(5) ask to tell of them"
        )


def _of_reasons(policy: Policy) -> Iterator[str]:
    missing = [name for name in REASONS if name not in policy.reasons_needed]
    if missing:
        yield (
            f"reasons_needed: {', '.join(missing)} may be without a reason; DSA Art. 16(5), 17(3) "
            "and 20(5) ask for a reason with each decision"
        )


def _of_tiers(policy: Policy) -> Iterator[str]:
    for tier in policy.tiers:
        first = tier.steps[0].action
        if first in _RESTRICTIONS and not _is_warned_before(policy, tier):
            yield (
                f"tier {tier.id!r}: its first step is {first}, and nothing warns before; DSA Art. "
                "23(1) asks for a warning first"
            )
        if first == "remove" and (tier.notice_before or 0) < NOTICE:
            yield (
                f"tier {tier.id!r}: it removes without a notice of {duration_text(NOTICE)} before; "
                "P2B Art. 4(2) asks for it where nothing was infringed before"
            )


def _is_warned_before(policy: Policy, tier: Tier) -> bool:
    """Whether a seller meets a warning on the same track before a tier's first step."""
    return any(
        one.steps[0].action == "warn"
        and (one.kind != "at" or tier.kind != "at" or one.threshold < tier.threshold)
        for one in policy.tiers_of(tier.track)
    )
