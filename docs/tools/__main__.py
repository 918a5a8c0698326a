"""`python -m docs.tools write`: make the generated pages and pictures anew."""

from __future__ import annotations

import sys

from docs.tools.generated import write


def main() -> None:
    """Write what is generated, and say which files changed."""
    if sys.argv[1:] != ["write"]:
        sys.exit("usage: python -m docs.tools write")
    for path in write():
        sys.stdout.write(f"{path}\n")


main()
