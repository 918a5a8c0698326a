"""Pages and pictures that the program makes are committed as it makes them today."""

import pytest

from docs.tools.generated import DOCS, GENERATED
from tests.parts import need_module


@pytest.mark.parametrize("name", GENERATED)
def test_a_generated_file_is_current(name):
    if name.endswith(".ipynb"):
        need_module("nbclient")
    message = f"docs/{name} is out of date: run python -m docs.tools write"
    assert (DOCS / name).read_text(encoding="utf-8") == GENERATED[name](), message
