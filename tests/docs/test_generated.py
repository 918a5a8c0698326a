"""Pages and pictures that the program makes are committed as it makes them today."""

import pytest

from docs.tools.generated import DOCS, GENERATED
from tests.parts import need_module

NOTEBOOK = "tutorial/notebook.ipynb"


@pytest.mark.parametrize("name", [name for name in GENERATED if name != NOTEBOOK])
def test_a_generated_file_is_current(name):
    check(name)


@pytest.mark.slow
def test_the_notebook_runs_and_gives_the_outputs_that_it_has():
    need_module("nbclient")
    check(NOTEBOOK)


def check(name):
    message = f"docs/{name} is out of date: run python -m docs.tools write"
    assert (DOCS / name).read_text(encoding="utf-8") == GENERATED[name](), message
