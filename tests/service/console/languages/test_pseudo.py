"""The pseudo-language changes every sentence that the catalogues know, and no value in it."""

import re

from hypothesis import given
from hypothesis import strategies as st

from service.console.languages.catalogues import PSEUDO, language
from service.console.languages.pseudo import END, OVERRIDE, pseudo

SENTENCES = st.text(st.characters(codec="ascii", exclude_characters="%{}"), max_size=30)


@given(SENTENCES, SENTENCES)
def test_values_stay_and_words_do_not(before, after):
    said = pseudo(f"{before}%(name)s{after}") % {"name": "s1"}
    rest = re.sub(f"{OVERRIDE}[^{END}]*{END}", "", said).replace("s1", "", 1)
    assert not rest.strip()


def test_what_is_in_no_catalogue_stays_as_it_is():
    translations = language(PSEUDO).translations
    assert translations.gettext("In no catalogue") == "In no catalogue"
    assert translations.gettext("Queue") != "Queue"
    assert "8" in translations.ngettext("%(num)s day", "%(num)s days", 8) % {"num": 8}


def test_its_lines_run_from_right_to_left():
    assert language(PSEUDO).direction == "rtl"
