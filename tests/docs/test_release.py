"""What goes out beside the wheel says what is in it."""

import json
from hashlib import sha256
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from docs.tools import release

ROOT = Path(__file__).parents[2]
PINS = release.pins_of((ROOT / "requirements.txt").read_text(encoding="utf-8"))
PROJECT = {
    "name": "suspicious-seller-detector",
    "version": "9.9.9",
    "description": "Finds sellers.",
    "license": "Apache-2.0",
    "dependencies": ["FastAPI>=0.120", "typer"],
}


def test_every_pin_is_in_the_bill_with_the_hashes_of_its_files():
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    bill = release.bill_of(PROJECT, PINS, built_at=0)
    listed = {one["bom-ref"]: one for one in bill["components"]}
    assert len(listed) == len(bill["components"]) == text.count("==") - text.count("== ")
    hashes = [
        one["content"]
        for part in listed.values()
        for one in part["externalReferences"][0]["hashes"]
    ]
    assert len(hashes) == text.count("--hash=sha256:")
    assert all(one["externalReferences"][0]["hashes"] for one in listed.values())


def test_the_bill_says_what_needs_what_and_under_which_licence():
    bill = release.bill_of(PROJECT, PINS, built_at=0)
    refs = {one["bom-ref"] for one in bill["components"]}
    needs = {one["ref"]: one["dependsOn"] for one in bill["dependencies"]}
    ours = bill["metadata"]["component"]["bom-ref"]
    assert set(needs) == refs | {ours}
    assert {ref for on in needs.values() for ref in on} <= refs
    assert [ref.partition("@")[0] for ref in needs[ours]] == ["pkg:pypi/fastapi", "pkg:pypi/typer"]
    (fastapi,) = (ref for ref in refs if ref.startswith("pkg:pypi/fastapi@"))
    assert any(ref.startswith("pkg:pypi/starlette@") for ref in needs[fastapi])
    licensed = [one for one in bill["components"] if one.get("licenses")]
    assert len(licensed) > 0.8 * len(refs)


def test_the_same_pins_make_the_same_bill():
    assert release.bill_of(PROJECT, PINS, built_at=5) == release.bill_of(PROJECT, PINS, built_at=5)
    fewer = release.bill_of(PROJECT, PINS[1:], built_at=5)
    assert fewer["serialNumber"] != release.bill_of(PROJECT, PINS, built_at=5)["serialNumber"]


def test_all_that_the_project_needs_is_pinned():
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {canonicalize_name(Requirement(one).name) for one in project["dependencies"]}
    assert names <= {pin.name for pin in PINS}


def test_checksums_are_those_of_all_other_files(tmp_path):
    (tmp_path / "some.whl").write_bytes(b"wheel")
    written = list(release.write_beside(tmp_path, built_at=0))
    assert set(written) == set(tmp_path.iterdir())
    lines = (tmp_path / release.CHECKSUMS).read_text().splitlines()
    assert {line.split("  ")[1]: line.split("  ")[0] for line in lines} == {
        path.name: sha256(path.read_bytes()).hexdigest()
        for path in tmp_path.iterdir()
        if path.name != release.CHECKSUMS
    }
    (bill,) = tmp_path.glob("*.cdx.json")
    assert json.loads(bill.read_text())["metadata"]["timestamp"] == "1970-01-01T00:00:00Z"


LOG = (
    "# Changelog\n\n## [Unreleased]\n{}\n## [1.1.0] - 2026-01-01\n\n- b\n\n## [1.0.0] - x\n\n- a\n"
)


@pytest.mark.parametrize(
    ("unreleased", "expected"),
    [("\n- c\n", "# Unreleased\n\n- c\n"), ("", "# 1.1.0\n\n- b\n")],
)
def test_the_changes_are_those_of_what_is_built(unreleased, expected):
    assert release.changes_in(LOG.format(unreleased), "1.1.0") == expected


def test_a_version_without_changes_and_a_line_that_is_no_pin_are_refused():
    with pytest.raises(ValueError, match="no section"):
        release.changes_in(LOG.format(""), "2.0.0")
    with pytest.raises(ValueError, match="is no pin"):
        release.pins_of("fastapi>=0.1\n")
