"""The policy that an installation or a command decides by: bundled, or in a TOML file."""

from __future__ import annotations

from pathlib import Path

from detector.errors import BadInput
from detector.rules import Policies, bundled, bundled_names, policies_of
from detector.rules.policy.bundled import bundled_text


def policies_named(name: str) -> Policies:
    """Return a bundled policy, or the one in a file. Raises BadPolicy, BadInput."""
    if name in bundled_names():
        return bundled(name)
    return policies_of(policy_text(name), source=name)


def policy_text(name: str) -> str:
    """The TOML text of a bundled policy, or of one in a file. Raises BadInput."""
    if name in bundled_names():
        return bundled_text(name)
    try:
        return Path(name).read_text(encoding="utf-8")
    except FileNotFoundError:
        known = ", ".join(bundled_names())
        raise BadInput(
            f"{name}: there is no such file and no such bundled policy; there are {known}"
        ) from None
    except (OSError, ValueError) as error:
        raise BadInput(f"{name}: the file cannot be read as text: {error}") from None
