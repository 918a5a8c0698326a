"""The policy that an installation decides by."""

from __future__ import annotations

from pathlib import Path

from detector.rules import Policies, bundled, policies_of


def policies_named(name: str) -> Policies:
    """A bundled policy by name, or the policy in a TOML file."""
    path = Path(name)
    if path.suffix == ".toml":
        return policies_of(path.read_text(encoding="utf-8"), source=name)
    return bundled(name)
