"""A part that cannot be read says so, and the page goes on."""

from detector.errors import BadInput
from service.console.pages.parts import part_of


def test_what_is_read_is_shown(service):
    assert part_of(service.context, lambda _: 0) == (0, "")


def test_a_refusal_is_told_in_its_own_words(service):
    def read(_):
        raise BadInput("days: too many")

    assert part_of(service.context, read) == (None, "days: too many")


def test_any_other_fault_is_told_without_its_details(service):
    def read(connection):
        return connection.exec_driver_sql("SELECT secret FROM nothing")

    value, why_not = part_of(service.context, read)
    assert value is None
    assert "secret" not in why_not
    assert "could not be read" in why_not
