"""When two names are one person's: for the four-eyes rule, which asks for another person.

A person who may choose how their name is written must not become two people by it. Two names are
one when they look alike: without regard to capitals, blanks and marks that are not seen, and with
letters of other alphabets read as the Latin ones that they look like. It is a small part of the
skeletons of Unicode Technical Standard 39, "Unicode Security Mechanisms", section 4.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Final

_LOOK_ALIKES: Final = {
    # A Latin letter, and the small Greek and Cyrillic ones that look like it or whose capitals do.
    "a": "αаɑ",
    "b": "βвь",
    "c": "с",
    "d": "ԁ",
    "e": "εе",
    "g": "ɡԍ",
    "h": "ηнһ",
    "i": "ιіı",
    "j": "ј",
    "k": "κк",
    "l": "ӏ",
    "m": "μм",
    "n": "νп",
    "o": "οо",
    "p": "ρр",
    "q": "ԛ",
    "r": "г",
    "s": "ѕ",
    "t": "τт",
    "u": "ս",
    "w": "ωԝ",
    "x": "χх",
    "y": "υуү",
    "z": "ζ",
}
_LATIN: Final = str.maketrans(
    {letter: latin for latin, letters in _LOOK_ALIKES.items() for letter in letters}
)
_ONE_STROKE: Final = str.maketrans({"i": "l", "1": "l", "|": "l", "0": "o"})
_UNSEEN: Final = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
"""Unicode's categories of controls, format marks and blanks."""


def identity_of(name: str) -> str:
    """What all spellings of a name share; equal for two names that one person could go by."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    seen = "".join(letter for letter in plain if unicodedata.category(letter) not in _UNSEEN)
    return seen.translate(_LATIN).translate(_ONE_STROKE)


def is_among(name: str, people: Iterable[str]) -> bool:
    """Whether a name is that of one of these people, however it is written."""
    return identity_of(name) in {identity_of(one) for one in people}


def count_people(names: Iterable[str]) -> int:
    """How many people these names are."""
    return len({identity_of(one) for one in names})


def is_legible(name: str) -> bool:
    """Whether a name can be read as it is written: no blank at its ends, nothing unseen inside."""
    inner = name.replace(" ", "x")
    return name == name.strip() != "" and not any(unicodedata.category(c) in _UNSEEN for c in inner)
