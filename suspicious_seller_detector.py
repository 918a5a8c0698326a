"""Our four packages lie side by side; what hides one of them is named in one sentence.

They are called `detector`, `models`, `training` and `service`, and so may be a file or a package
beside somebody's notebook, which Python finds first. This module's own name is nobody else's: what
needs a package asks here first, and the command `detector` begins here.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import find_spec, spec_from_file_location
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from types import ModuleType

PACKAGES: Final = ("detector", "models", "training", "service")
ROOT: Final = os.path.dirname(os.path.realpath(__file__))  # noqa: PTH120 - pathlib takes 10 ms
"""Where the packages lie."""


class HiddenPackage(ImportError):  # noqa: N818 - the error is Python's, and what it finds is this
    """Something else has the name of one of our packages, and Python finds that first."""


def need_packages(*names: str) -> None:
    """Raise HiddenPackage where another file or package hides one of ours."""
    for name in names:
        path = hides(name)
        if path is not None:
            raise HiddenPackage(_sentence(name, path), name=name, path=path)


def warn_of_hidden_packages(*names: str) -> None:
    """Say the same as a warning: the importing package itself can do without these."""
    for name in names:
        path = hides(name)
        if path is not None:
            warnings.warn(_sentence(name, path), stacklevel=3)


def hides(name: str) -> str | None:
    """The path of what hides one of our packages in this process; None where nothing does."""
    loaded = sys.modules.get(name)
    spec = find_spec(name) if loaded is None else loaded.__spec__
    if spec is not None:
        place = _place(spec)
    elif loaded is not None:
        place = getattr(loaded, "__file__", None) or "a module without a file"
    else:
        return None
    return None if place is None or _is_ours(name, place) else place


def hidden_in(directory: str) -> dict[str, str]:
    """What would hide our packages from a program that is started in a directory, by name."""
    found = ((name, PathFinder.find_spec(name, [directory])) for name in PACKAGES)
    # A folder that is no package hides nothing: ours is found before it.
    places = ((name, spec.origin) for name, spec in found if spec is not None)
    return {name: place for name, place in places if place and not _is_ours(name, place)}


def main() -> None:
    """Run the command line. A hidden package is one line on stderr and exit code 1."""
    try:
        need_packages(*PACKAGES)
    except HiddenPackage as hidden:
        import json

        title = HiddenPackage.__doc__
        fault = {"type": "urn:detector:hidden-package", "title": title, "detail": str(hidden)}
        as_json = "--json" in sys.argv
        sys.stderr.write(f"{json.dumps(fault)}\n" if as_json else f"error: {hidden}\n")
        raise SystemExit(1) from None
    from service.cli import main as run

    run()


def _sentence(name: str, path: str) -> str:
    return (
        f"{path} hides the package '{name}' of suspicious-seller-detector; rename it, or start "
        "Python in another directory"
    )


def _place(spec: ModuleSpec) -> str | None:
    """The path of a module: its file, or the folder where it is no package."""
    if spec.origin is not None:
        return spec.origin
    return next(iter(spec.submodule_search_locations or ()), None)


def _is_ours(name: str, place: str) -> bool:
    return os.path.dirname(os.path.realpath(place)) == os.path.join(ROOT, name)  # noqa: PTH118, PTH120


class _BeforeFolders:
    """Finds ours where Python would take a mere folder for them.

    By Python's own rule a package is found before a folder of its name, wherever they are; but it
    looks for packages that are installed in place (`pip install -e`) only after all folders. And
    `detector train` itself makes a folder `models`.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,  # noqa: ARG002 - as Python calls it
    ) -> ModuleSpec | None:
        if path is not None or fullname not in self.names:
            return None
        folder = os.path.join(ROOT, fullname)  # noqa: PTH118
        file = os.path.join(folder, "__init__.py")  # noqa: PTH118
        return spec_from_file_location(fullname, file, submodule_search_locations=[folder])


def _behind_folders() -> Iterator[str]:
    for name in PACKAGES:
        if name not in sys.modules:
            spec = find_spec(name)
            if spec is not None and spec.origin is None:
                yield name


if _names := tuple(_behind_folders()):
    sys.meta_path.insert(0, _BeforeFolders(_names))
