"""Every document and catalogue that the program writes, and its text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Final

from docs.tools import catalogues, command_line, notebook, pictures, python_api, refusals, results

DOCS: Final = Path(__file__).parents[1]
GENERATED: Final[dict[str, Callable[[], str]]] = {
    "reference/cli.md": command_line.page,
    "reference/errors.md": refusals.page,
    "reference/python.md": python_api.page,
    **{name: partial(results.page, name) for name in ("results/v0.1.0.md", "how-to/size-it.md")},
    "pictures/queue.svg": pictures.queue,
    "pictures/spike.svg": pictures.spike,
    "tutorial/notebook.ipynb": notebook.page,
    **catalogues.generated(),
}


def write(names: Iterable[str] = GENERATED) -> Iterator[Path]:
    """Write the files whose text has changed; their paths."""
    for name in names:
        path, text = (DOCS / name).resolve(), GENERATED[name]()
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            yield path
