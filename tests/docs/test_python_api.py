"""The reference of the Python side describes all that is offered, and every argument of it."""

import inspect

import pytest

import detector
from docs.tools.python_api import PAGE, page

FUNCTIONS = [one for _, one in PAGE if inspect.isfunction(one)]
CLASSES = [detector.SpikeDetector]


def described(docstring):
    """Return the names that a docstring's list of parameters describes."""
    _, _, rest = inspect.cleandoc(docstring).partition("Parameters\n----------\n")
    entries = [line for line in rest.partition("\n\n")[0].splitlines() if line[0] != " "]
    return [name for entry in entries for name in entry.partition(" : ")[0].split(", ")]


@pytest.mark.parametrize("one", [*FUNCTIONS, *CLASSES], ids=lambda one: one.__name__)
def test_every_parameter_is_described(one):
    assert described(one.__doc__) == list(inspect.signature(one).parameters)


def test_all_that_the_package_offers_is_on_the_page():
    offered = [getattr(detector, name) for name in detector.__all__]
    assert {id(one) for one in offered} <= {id(one) for _, one in PAGE}


def test_every_public_method_has_a_section():
    text = page()
    for _, one in PAGE:
        if inspect.isclass(one):
            for name, member in vars(one).items():
                if not name.startswith("_") and callable(getattr(member, "__func__", member)):
                    assert f"### {one.__name__}.{name}\n" in text


def test_every_setting_has_its_default_and_reason():
    settings = page().partition("## detector.settings.Settings")[2]
    rows = [line for line in settings.splitlines() if line.startswith("| `")]
    assert len(rows) == len(detector.settings.Settings.__dataclass_fields__)
    assert "| `trees` | `100` | Trees of the forest;" in settings
