"""Every refusal is a named class with a sentence, and has its place in the tree."""

import detector.errors
import service.refusals
from detector.errors import Refusal


def refusals():
    for module in (detector.errors, service.refusals):
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, Refusal) and value is not Refusal:
                yield value


def test_refusals_are_found():
    assert len(set(refusals())) > 20


def test_every_refusal_says_what_it_is_in_one_sentence():
    for kind in refusals():
        assert kind.__doc__, kind
        assert kind.__doc__.strip().splitlines()[0].endswith((".", "?")), kind


def test_the_tree_in_the_module_names_every_refusal():
    for kind in refusals():
        assert kind.__name__ in (service.refusals.__doc__ or "") + (detector.errors.__doc__ or "")
