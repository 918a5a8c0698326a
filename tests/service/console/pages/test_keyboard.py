"""Every key of the table does something, and no two are the same."""

import re

from service.console.pages.keyboard import KEYS
from service.console.pages.rendering import FOLDER


def test_no_key_means_two_things_and_the_script_knows_each():
    keys = [key for key, _ in KEYS.values()]
    assert len(keys) == len(set(keys))
    script = (FOLDER / "static" / "console.js").read_text()
    acts = re.search(r"const acts = \{(.*?)\n  \};", script, re.DOTALL)[1]
    assert set(re.findall(r'^    "?([^":]+)"?: ', acts, re.MULTILINE)) == set(keys)
