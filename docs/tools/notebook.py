"""The tutorial's notebook: its cells are its source, and its outputs are made by running them.

`python -m docs.tools.notebook` prints it with the outputs of a run.
"""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

ROOT: Final = Path(__file__).parents[2]
PATH: Final = ROOT / "docs" / "tutorial" / "notebook.ipynb"
SECONDS: Final = 600
"""A cell that takes longer has failed."""


def page() -> str:
    """The notebook as JSON, with the outputs that its cells give now.

    It runs in a process of its own, since its kernel's sockets and warnings are no others' matter.
    Raises CalledProcessError where a cell fails.
    """
    if find_spec("nbclient") is None or find_spec("ipykernel") is None:
        sys.exit("nbclient and ipykernel run the notebook, and are not installed (make extras)")
    done = subprocess.run(
        [sys.executable, "-m", "docs.tools.notebook"],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    return done.stdout


def executed() -> str:
    """Run the cells in an empty directory; nbclient's CellExecutionError where one fails."""
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(PATH, as_version=4)
    client = NotebookClient(notebook, kernel_name="python3", timeout=SECONDS)
    with TemporaryDirectory() as directory:
        client.execute(cwd=directory, env=os.environ | {"PYTHONPATH": str(ROOT)})
    for cell in notebook.cells:
        cell.metadata.clear()  # when it ran
    # No version of the Python that ran it.
    notebook.metadata.language_info = {"name": "python"}
    return f"{nbformat.writes(notebook)}\n"


if __name__ == "__main__":
    sys.stdout.write(executed())
