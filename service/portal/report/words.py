"""What the buyers' pages call what can be wrong, and what shows it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

from service.console.languages.speaking import gettext, marked
from service.console.pages.words import word
from service.intake.complaints.rules import USUAL as USUAL_CATEGORIES


class Category(NamedTuple):
    """What can be wrong, as a buyer says it."""

    label: str
    hint: str
    guide: str
    """What to write about it."""
    is_open: bool = True
    """Whether somebody who bought nothing can know it."""


CATEGORIES: Final[Mapping[str, Category]] = {
    "counterfeit": Category(
        marked("It is a fake"),
        marked("It says it is from a brand that did not make it."),
        marked("Say what gave it away: the label, the print, the box, the price."),
    ),
    "not_as_described": Category(
        marked("It is not what the offer says"),
        marked("Such as the wrong size, colour or part."),
        marked("Say what the offer says, and what is true."),
    ),
    "damaged": Category(
        marked("It came broken"),
        marked("It does not work, or a part is broken or missing."),
        marked("Say what is broken, and how the parcel looked."),
        is_open=False,
    ),
    "not_received": Category(
        marked("It did not come"),
        marked("The parcel is late or lost."),
        marked("Say when it should have come, and what the seller told you."),
        is_open=False,
    ),
    "prohibited": Category(
        marked("It must not be sold"),
        marked("The law or the rules of this shop forbid it."),
        marked("Say what is for sale, and which law or rule forbids it."),
    ),
    "unsafe": Category(
        marked("It is not safe"),
        marked("It can hurt people."),
        marked("Say what can happen, and who could be hurt."),
    ),
    "ip_infringement": Category(
        marked("It copies the work of others"),
        marked("It uses a name, a picture or a design without leave."),
        marked("Say whose work it is, and what was copied."),
    ),
}
"""The categories that these pages have words for; a policy may know others."""
GUIDE: Final = marked("Say what is wrong, and how you know it.")


class Kind(NamedTuple):
    """What shows that a complaint is right."""

    label: str
    question: str
    hint: str
    drawing: str = ""
    """A file of ours that shows an example."""
    shows: str = ""
    """What the example shows, for who does not see it."""


KINDS: Final[Mapping[str, Kind]] = {
    "photo_received": Kind(
        marked("a photo of what you got"),
        marked("Show what you got"),
        marked("Take the photo in daylight. Show the whole thing, then the label."),
        "example-photos.svg",
        marked("A photo of the thing you got, next to a photo by the brand. The labels differ."),
    ),
    "photo_official": Kind(
        marked("a photo by the brand"),
        marked("Show how the real one looks"),
        marked("Save a photo from the site of the brand. It should show the same part."),
        "example-photos.svg",
        marked("A photo of the thing you got, next to a photo by the brand. The labels differ."),
    ),
    "authenticity_document": Kind(
        marked("a letter by an expert"),
        marked("Add the letter by an expert"),
        marked("It names the thing, says that it is a fake, and has a date and a name."),
        "example-document.svg",
        marked("A letter with a date, a photo of the thing, two lines and a name below."),
    ),
    "rights_holder_statement": Kind(
        marked("a letter by the brand"),
        marked("Add the letter by the brand"),
        marked("The brand says in it that it did not make this thing."),
        "example-document.svg",
        marked("A letter with a date, a photo of the thing, two lines and a name below."),
    ),
    "receipt": Kind(
        marked("your receipt"),
        marked("Add your receipt"),
        marked("It shows what you paid, to whom and when. Cover the number of your card."),
        "example-receipt.svg",
        marked(
            "A receipt with the shop, the day and the price. The number of the card is covered."
        ),
    ),
    "other": Kind(
        marked("something else"),
        marked("Add something else"),
        marked("A photo or a paper that shows what you say."),
    ),
}
"""The kinds of evidence that these pages have words for; a policy may ask for others."""
USUAL: Final = ("photo_received", "receipt")
"""What helps with any complaint, where the rules ask for nothing."""


def category_of(name: str) -> Category:
    """A category as these pages tell it; a policy's own by its name."""
    known = CATEGORIES.get(name)
    return Category(word(name).capitalize(), "", GUIDE) if known is None else known


def offered_categories(names: Collection[str], *, is_open: bool) -> list[str]:
    """The categories that somebody chooses among: those the rules know, and the usual ones.

    Who bought nothing is not asked about parcels.
    """
    known = [name for name in CATEGORIES if name in names or name in USUAL_CATEGORIES]
    chosen = dict.fromkeys([*known, *sorted(names)])
    return [name for name in chosen if not is_open or category_of(name).is_open]


def kind_of(name: str) -> Kind:
    """A kind of evidence as these pages tell it; a policy's own by its name."""
    known = KINDS.get(name)
    if known is not None:
        return known
    label = word(name)
    return Kind(label, gettext("Add: %(kind)s", kind=label), "")
