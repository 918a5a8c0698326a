"""What goes out beside the wheel: a bill of materials, the changes, and checksums.

The bill is CycloneDX 1.6, of what `requirements.txt` pins. Licences, and what needs what, are read
off the packages that are installed; a pin for another platform is listed without.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT: Final = Path(__file__).parents[2]
PIN: Final = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)(?: ; (.+?))?(?: \\)?$")
HASH: Final = re.compile(r"--hash=sha256:([0-9a-f]{64})")
CHECKSUMS: Final = "SHA256SUMS"


@dataclass(frozen=True, slots=True)
class Pin:
    """One package at one version, and the hashes of its files."""

    name: str
    version: str
    marker: str | None
    hashes: tuple[str, ...]

    @property
    def ref(self) -> str:
        """The package's address, which is also what the bill calls it."""
        return f"pkg:pypi/{self.name}@{self.version}"


def write_beside(folder: Path, *, built_at: int) -> Iterator[Path]:
    """Write bill, changes and checksums beside wheel and sdist, built at a second since 1970."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pins = pins_of((ROOT / "requirements.txt").read_text(encoding="utf-8"))
    stem = f"{project['name'].replace('-', '_')}-{project['version']}"
    bill, changes = folder / f"{stem}.cdx.json", folder / "CHANGES.md"
    text = json.dumps(bill_of(project, pins, built_at=built_at), indent=2)
    bill.write_text(f"{text}\n", encoding="utf-8")
    log = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    changes.write_text(changes_in(log, project["version"]), encoding="utf-8")
    sums = folder / CHECKSUMS
    files = sorted(path for path in folder.iterdir() if path != sums)
    lines = [f"{sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files]
    sums.write_text("".join(lines), encoding="utf-8")
    yield from (*files, sums)


def pins_of(text: str) -> list[Pin]:
    """The pins of a file of requirements."""
    blocks = re.split(r"\n(?=\S)", text.strip())
    found = []
    for block in blocks:
        line, *rest = block.splitlines()
        pin = PIN.match(line)
        if pin is None:
            raise ValueError(f"{line!r} is no pin")
        name, version, marker = pin.groups()
        hashes = tuple(HASH.findall("\n".join(rest)))
        found.append(Pin(canonicalize_name(name), version, marker, hashes))
    return found


def bill_of(project: dict[str, Any], pins: list[Pin], *, built_at: int) -> dict[str, Any]:
    """The bill of materials, the same whenever it is made of the same."""
    ours = f"pkg:pypi/{project['name']}@{project['version']}"
    refs = {pin.name: pin.ref for pin in pins}
    serial = uuid5(NAMESPACE_URL, "\n".join([ours, *refs.values()]))
    needed = {ours: _refs(project["dependencies"], refs)}
    needed |= {pin.ref: _refs(_requirements_of(pin), refs) for pin in pins}
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.fromtimestamp(built_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": {
                "type": "application",
                "bom-ref": ours,
                "name": project["name"],
                "version": project["version"],
                "description": project["description"],
                "licenses": [{"expression": project["license"]}],
                "purl": ours,
            },
        },
        "components": [_component(pin) for pin in pins],
        "dependencies": [{"ref": ref, "dependsOn": on} for ref, on in needed.items()],
    }


def changes_in(log: str, version: str) -> str:
    """The changelog's section of what is built: what has no version yet, else the version's."""
    for name in ("Unreleased", version):
        section = rf"(?ms)^## \[{re.escape(name)}\].*?\n(.*?)(?=^## \[|\Z)"
        found = re.search(section, log)
        if found and found[1].strip():
            return f"# {name}\n\n{found[1].strip()}\n"
    raise ValueError(f"CHANGELOG.md: there is no section [{version}]; write one")


def _component(pin: Pin) -> dict[str, Any]:
    page = f"https://pypi.org/project/{pin.name}/{pin.version}/"
    hashes = [{"alg": "SHA-256", "content": one} for one in pin.hashes]
    component: dict[str, Any] = {
        "type": "library",
        "bom-ref": pin.ref,
        "name": pin.name,
        "version": pin.version,
        "purl": pin.ref,
        "externalReferences": [{"type": "distribution", "url": page, "hashes": hashes}],
    }
    licence = _licence_of(pin)
    if licence is not None:
        component["licenses"] = [licence]
    if pin.marker is not None:
        component["properties"] = [{"name": "python:marker", "value": pin.marker}]
    return component


def _licence_of(pin: Pin) -> dict[str, Any] | None:
    """As the package says it: an SPDX expression, else words."""
    try:
        stated = distribution(pin.name).metadata
    except PackageNotFoundError:
        return None
    if stated["License-Expression"]:
        return {"expression": stated["License-Expression"]}
    classes = [
        one.rpartition(" :: ")[2]
        for one in stated.get_all("Classifier", [])
        if one.startswith("License ::")
    ]
    words = "; ".join(classes) or (stated["License"] or "").partition("\n")[0]
    return {"license": {"name": words}} if words else None


def _requirements_of(pin: Pin) -> list[str]:
    try:
        return distribution(pin.name).requires or []
    except PackageNotFoundError:
        return []


def _refs(requirements: list[str], refs: dict[str, str]) -> list[str]:
    """Those pinned packages that requirements name here, without what only extras need."""
    parsed = [Requirement(one) for one in requirements]
    names = {
        canonicalize_name(one.name)
        for one in parsed
        if one.marker is None or one.marker.evaluate({"extra": ""})
    }
    return sorted(refs[name] for name in names if name in refs)
