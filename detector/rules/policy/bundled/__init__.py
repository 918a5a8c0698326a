"""The policies that come with the detector, as TOML texts; `bundled` reads them by name.

Most are files. One that differs from another in a few lines is made from that other's text.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Final

from detector.errors import BadPolicy
from detector.rules.policy.policy import Policies
from detector.rules.policy.policy_reader import policies_of

VARIANTS: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "standard-eu": (
        "standard",
        {
            'id = "standard"': 'id = "standard-eu"',
            'title = "Standard deduction rules:': 'title = "Standard deduction rules, EU:',
            'suspended at 0, then removed"]': 'suspended at 0, then removed", '
            '"Regulation (EU) 2022/2065 (Digital Services Act), Art. 17, 20 and 21"]',
            '"an appeal within 30 days of the notice, once",': '"one appeal for each decision",',
            'reasons_needed = ["rejection", "approval", "appeal"] # assumption: evidence on file '
            "says why it is upheld": "# Left out, `reasons_needed` asks for a reason with each "
            "decision (DSA Art. 17(3), 20(5)).",
            'window = "30d"               # assumption': 'window = "184d"              '
            "# DSA Art. 20(1): six months at least, for seller and notifier\n  "
            'external = "an out-of-court dispute settlement body certified under Art. 21 DSA"',
        },
    )
}
"""By name: the policy that a variant is made from, and its texts that others take the place of."""


def bundled_names() -> tuple[str, ...]:
    """Return the names of the bundled policies, sorted."""
    files = {one.name for one in resources.files(__name__).iterdir()}
    named = {one.removesuffix(".toml") for one in files if one.endswith(".toml")}
    return tuple(sorted({*named, *VARIANTS}))


def bundled_text(name: str) -> str:
    """Return the TOML text of a bundled policy; raises BadPolicy when there is none such."""
    if name not in bundled_names():
        raise BadPolicy(
            f"there is no bundled policy {name!r}; there are {', '.join(bundled_names())}"
        )
    base, changes = VARIANTS.get(name, (name, {}))
    text = resources.files(__name__).joinpath(f"{base}.toml").read_text(encoding="utf-8")
    for old, new in changes.items():
        text = text.replace(old, new)
    return text


@cache
def bundled(name: str) -> Policies:
    """Return a bundled policy, all versions; raises BadPolicy when there is none of that name."""
    return policies_of(bundled_text(name), source=f"{name}.toml")
