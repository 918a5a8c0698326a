"""Every setting stands in the reference with its default and its reason, and no other does."""

import ast
from dataclasses import fields
from itertools import pairwise
from pathlib import Path

import pytest

import detector.settings
import service.settings

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8")


def service_rows() -> list[str]:
    found = service.settings.Settings.model_fields
    return [
        f"| `DETECTOR_{name.upper()}` | `{field.default}` | {field.description} |"
        for name, field in found.items()
    ]


def detector_rows() -> list[str]:
    reasons = _docstrings(Path(detector.settings.__file__))
    return [
        f"| `{field.name}` | `{field.default}` | {reasons[field.name]} |"
        for field in fields(detector.settings.Settings)
    ]


@pytest.mark.parametrize("rows", [service_rows, detector_rows])
def test_every_setting_is_documented(rows):
    missing = [row for row in rows() if row not in DOCUMENT]
    assert not missing, "docs/reference/settings.md should say:\n" + "\n".join(rows())


def test_nothing_else_is_documented_as_a_setting():
    told = [line for line in DOCUMENT.splitlines() if line.startswith("| `")]
    assert set(told) == {*service_rows(), *detector_rows()}


def _docstrings(path: Path) -> dict[str, str]:
    """The text below each field of the class `Settings`."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    (body,) = (n.body for n in tree.body if isinstance(n, ast.ClassDef) and n.name == "Settings")
    return {
        field.target.id: " ".join(text.value.value.split())
        for field, text in pairwise(body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }
