"""A seller's names: asked for by any of them, all of its chain are found and nobody else's."""

import pytest

from detector.history.aliases import Alias
from service.sellers.names import Names, names_of
from service.sellers.store import CHUNK, aliases_in, change_aliases

ALIASES = [Alias("a", "b", 1), Alias("b", "c", 2), Alias("x", "y", 1)]


@pytest.fixture
def joined(either):
    with either.context.database.writing() as connection:
        change_aliases(connection, ALIASES, now=either.clock.now)
    return either


@pytest.mark.parametrize("name", ["a", "b", "c"])
def test_by_whichever_name_the_whole_chain_is_found_and_no_other(joined, name):
    with joined.context.database.reading() as connection:
        names = names_of(connection, [name, "z"])
    assert [alias.old for alias in names.aliases] == ["a", "b"]
    assert names.last(name) == "c"
    assert names.of("c") == ["c", "a", "b"]
    assert (names.last("z"), names.of("z")) == ("z", ["z"])
    assert names.of_all(["z", "c"]) == ["z", "c", "a", "b"]


def test_of_more_sellers_than_one_statement_asks_for_it_is_the_whole_list_at_once(joined):
    many = ["c", *(f"seller {number}" for number in range(CHUNK))]
    with joined.context.database.reading() as connection:
        names = names_of(connection, many)
        assert names.aliases == tuple(aliases_in(connection))
    assert names.of_all(["c", "z"]) == ["c", "a", "b", "z"]


def test_of_all_sellers_it_is_the_whole_list(joined):
    with joined.context.database.reading() as connection:
        every = names_of(connection, ["c", "y"])
        assert every.aliases == tuple(aliases_in(connection))
        assert names_of(connection, []) == Names(())
