"""Every refusal has one status, and is told as problem+json."""

import detector.errors
import service.refusals
from detector.errors import Refusal
from service.refusals import status_of


def refusals():
    for module in (detector.errors, service.refusals):
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, Refusal) and value is not Refusal:
                yield value


def test_every_refusal_has_a_status():
    assert len(set(refusals())) > 20
    for kind in refusals():
        assert 400 <= status_of(kind) < 600, kind


def test_every_refusal_says_what_it_is_in_one_sentence():
    for kind in refusals():
        assert kind.__doc__, kind
        assert kind.__doc__.strip().splitlines()[0].endswith((".", "?")), kind


def test_the_tree_in_the_module_names_every_refusal():
    for kind in refusals():
        assert kind.__name__ in (service.refusals.__doc__ or "") + (detector.errors.__doc__ or "")
