"""A form that is refused: what is wrong with it in plain words, beside what was typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final, NamedTuple

from fastapi.exceptions import RequestValidationError

from service.console.languages.speaking import gettext, marked, sentence
from service.console.languages.writing import begun, number
from service.console.pages.forms import Form
from service.console.pages.words import english, word
from service.http.problems import ERRORS_MAX

_EMPTY: Final = marked("fill this in")
_NO_NUMBER: Final = marked("give a number, such as 12")
_NOT_LISTED: Final = marked("choose one of those that are listed")
_NO_ADDRESS: Final = marked("give a web address, such as https://shop.example.org/events")
_NO_DAY: Final = marked("give a day, such as 2026-03-01")
_NO_WEEK: Final = marked("give a week, such as 2026-W48")
PLAIN: Final = {
    "missing": _EMPTY,
    "string_too_short": _EMPTY,
    "string_too_long": marked("write at most %(max_length)s characters"),
    "string_pattern_mismatch": marked("leave out what is no letter, digit or sign"),
    "greater_than": marked("give a number above %(gt)s"),
    "greater_than_equal": marked("give %(ge)s or more"),
    "less_than": marked("give a number below %(lt)s"),
    "less_than_equal": marked("give %(le)s or less"),
    "float_parsing": _NO_NUMBER,
    "finite_number": _NO_NUMBER,
    "int_parsing": _NO_NUMBER,
    "enum": _NOT_LISTED,
    "literal_error": _NOT_LISTED,
}
"""What a page says where a value is not what its body takes, by pydantic's name of the fault."""
OWN: Final = {
    "words are needed": _EMPTY,
    "not a web address": _NO_ADDRESS,
    "expected an ISO 8601 time": _NO_DAY,
    "expected a day": _NO_DAY,
    "expected a week": _NO_WEEK,
    "begins or ends with a blank": marked(
        "leave out blanks at both ends, and characters that nobody sees"
    ),
}
"""The same for faults that our own checks name, by the first words of the check's sentence."""


class Fault(NamedTuple):
    """What is wrong with a field of a form; with the whole form where it names none."""

    field: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A form as it was sent, and what is wrong with it; neither where nothing was sent yet."""

    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)
    faults: Sequence[Fault] = ()
    status: int = HTTPStatus.UNPROCESSABLE_ENTITY

    @property
    def page_status(self) -> int:
        """The status of the page that shows it."""
        return self.status if self.faults else HTTPStatus.OK

    def text(self, name: str, default: str = "") -> str:
        """What stands in a field when the form is drawn."""
        return self.fields.get(name, [default])[-1]

    def fault(self, name: str) -> str:
        """What is wrong with a field; empty where nothing is."""
        return next((one.sentence for one in self.faults if one.field == name), "")

    def holds(self, name: str, value: str) -> bool:
        """Whether a box of several was ticked."""
        return value in self.fields.get(name, [])


NOTHING_SENT: Final = Refused()


def refused_by(form: Form, error: RequestValidationError, labels: Mapping[str, str]) -> Refused:
    """A form whose fields are no body; `labels` are what the page calls its fields."""
    return Refused(form.fields, faults_in(error, labels))


def faults_in(error: RequestValidationError, labels: Mapping[str, str]) -> list[Fault]:
    """What is wrong with the fields of a form, each with the field's label."""
    found = []
    for fault in error.errors()[:ERRORS_MAX]:
        name = str(fault["loc"][1]) if len(fault["loc"]) > 1 else ""
        label = gettext(labels[name]) if name in labels else begun(word(name))
        said = gettext("%(label)s: %(fault)s.", label=label, fault=_plain(fault))
        found.append(Fault(name, said))
    return found


def _plain(fault: Mapping[str, Any]) -> str:
    kind, said = fault["type"], fault["msg"].removeprefix("Value error, ")
    values = fault.get("ctx", {})
    own = next((words for begin, words in OWN.items() if said.startswith(begin)), None)
    if str(values.get("pattern", "")).startswith("^https?"):
        own = _NO_ADDRESS
    plain = own or PLAIN.get(kind)
    if plain is None:
        return english(said)
    shown = {name: number(v) if isinstance(v, int | float) else v for name, v in values.items()}
    return sentence(plain) % shown
