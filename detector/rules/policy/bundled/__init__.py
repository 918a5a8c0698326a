"""The policies that come with the detector, as TOML files; `bundled` reads them by name."""

from __future__ import annotations

from functools import cache
from importlib import resources

from detector.errors import BadPolicy
from detector.rules.policy.policy import Policies
from detector.rules.policy.policy_reader import policies_of


def bundled_names() -> tuple[str, ...]:
    """Return the names of the bundled policies, sorted."""
    files = resources.files(__name__).iterdir()
    return tuple(sorted(one.name[: -len(".toml")] for one in files if one.name.endswith(".toml")))


def bundled_text(name: str) -> str:
    """Return the TOML text of a bundled policy; raises BadPolicy when there is none such."""
    if name not in bundled_names():
        raise BadPolicy(
            f"there is no bundled policy {name!r}; there are {', '.join(bundled_names())}"
        )
    return resources.files(__name__).joinpath(f"{name}.toml").read_text(encoding="utf-8")


@cache
def bundled(name: str) -> Policies:
    """Return a bundled policy, all versions; raises BadPolicy when there is none of that name."""
    return policies_of(bundled_text(name), source=f"{name}.toml")
