"""`python -m docs.tools write` makes the generated files; `check` looks at the built site.

`catalogues` makes those files alone that hold the sentences of the pages. `release` writes
what goes out beside wheel and sdist into dist/.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from docs.tools import catalogues
from docs.tools.generated import write
from docs.tools.release import write_beside
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
    elif words == ["release"]:
        built_at = int(os.environ["SOURCE_DATE_EPOCH"])
        sys.stdout.writelines(f"{path}\n" for path in write_beside(Path("dist"), built_at=built_at))
    else:
        sys.exit("usage: python -m docs.tools write|catalogues|check|release")


main(sys.argv[1:])
