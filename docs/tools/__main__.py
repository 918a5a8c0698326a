"""`python -m docs.tools write` makes the generated files; `check` looks at the built site.

`catalogues` makes those files alone that hold the sentences of the pages.
"""

from __future__ import annotations

import sys

from docs.tools import catalogues
from docs.tools.generated import write
from docs.tools.site import fetched_from_elsewhere


def main(words: list[str]) -> None:
    """Do what the one argument says; exit with 1 where the site fetches something."""
    if words == ["write"]:
        sys.stdout.writelines(f"{path}\n" for path in write())
    elif words == ["catalogues"]:
        sys.stdout.writelines(f"{path}\n" for path in write(catalogues.generated()))
    elif words == ["check"]:
        found = fetched_from_elsewhere()
        if found:
            sys.exit("the site must stand on its own, and fetches:\n" + "\n".join(found))
    else:
        sys.exit("usage: python -m docs.tools write|catalogues|check")


main(sys.argv[1:])
