"""docs/reference/policy.md names every field that a policy file may have."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from detector.rules import bundled_names

ROOT = Path(__file__).parents[4]
READERS = ("policy_reader.py", "terms_reader.py", "tier_reader.py", "violation_reader.py")
ASKED = re.compile(
    r"\.(?:text|texts|integer|optional_integer|number|boolean|duration|instant|raw|table|tables)\(\s*"
    r'"([a-z_]+)"'
)


def fields() -> set[str]:
    texts = [(ROOT / "detector" / "rules" / "policy" / name).read_text() for name in READERS]
    return {field for text in texts for field in ASKED.findall(text)} - {"policy", "tiers"}


def test_the_readers_ask_for_many_fields():
    assert len(fields()) > 60


@pytest.mark.parametrize("field", sorted(fields()))
def test_every_field_is_documented(field):
    document = (ROOT / "docs" / "reference" / "policy.md").read_text()
    assert re.search(rf"`(?:\[\[?policy\.)?{field}\b", document) or f".{field}]" in document


def test_every_bundled_policy_is_named():
    document = (ROOT / "docs" / "reference" / "policy.md").read_text()
    assert [name for name in bundled_names() if f"`{name}`" not in document] == []
