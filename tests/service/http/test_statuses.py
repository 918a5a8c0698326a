"""Every refusal has one HTTP status: its own, or that of the nearest class above it."""

from http import HTTPStatus

import pytest

import detector.errors
import service.refusals
from detector.errors import Refusal
from service.http.statuses import status_of

REFUSALS = [
    kind
    for module in (detector.errors, service.refusals)
    for kind in vars(module).values()
    if isinstance(kind, type) and issubclass(kind, Refusal) and kind is not Refusal
]


@pytest.mark.parametrize("kind", REFUSALS, ids=lambda kind: kind.__name__)
def test_every_refusal_has_a_status(kind):
    assert 400 <= status_of(kind) < 600


def test_a_refusal_without_its_own_status_has_that_of_the_class_above_it():
    class StaleCase(service.refusals.Conflict):
        """A conflict that the table does not name."""

    assert status_of(StaleCase) == HTTPStatus.CONFLICT


def test_a_refusal_that_nobody_gave_a_status_is_a_bug():
    class Homeless(Refusal):
        """Below none of the table's classes."""

    with pytest.raises(KeyError, match="Homeless"):
        status_of(Homeless)
