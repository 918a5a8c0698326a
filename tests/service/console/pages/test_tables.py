"""Tables that moderators read stack in narrow windows: each cell names its column."""

import re

import pytest

from service.console.pages.rendering import FOLDER

SLICES = (
    *("cases", "complaints", "evidence", "queue", "search", "second_person", "sellers"),
    *("signing_in", "verdicts"),
)
TABLES = {
    f"{path.parent.name}/{path.name}:{number}": table
    for part in SLICES
    for path in sorted((FOLDER / part).glob("*.html"))
    for number, table in enumerate(re.findall(r"<table.*?</table>", path.read_text(), re.DOTALL))
}


def test_there_are_such_tables():
    assert len(TABLES) >= 11


@pytest.mark.parametrize("name", TABLES)
def test_a_table_stacks_and_is_a_table_all_the_same(name):
    table = TABLES[name]
    assert table.startswith('<table class="stacked" role="table">')
    heads = re.findall(r'columnheader"[^>]*>(.*?)</th>', table)
    cells = re.findall(r"<td[^>]*>", table)
    assert cells
    for cell in cells:
        assert 'role="cell"' in cell
        assert re.search('data-name="(.*)"', cell)[1] in heads
    bare = r'<(?:thead|tbody|tfoot|tr)>|<th scope="(?:col|row)">'
    assert not re.search(bare, table)
