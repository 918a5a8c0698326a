"""Pages of rows in order of an instant and an id."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import BigInteger, Column, MetaData, String, Table, create_engine, insert, select

from service.http.paging import newest_first, oldest_first

rows = Table("rows", MetaData(), Column("at", BigInteger), Column("id", String, primary_key=True))
PLACES = st.lists(
    st.tuples(st.integers(0, 3), st.text("abc", min_size=1, max_size=3)),
    max_size=12,
    unique_by=lambda place: place[1],
)


@pytest.mark.parametrize(("ordered", "is_reversed"), [(oldest_first, False), (newest_first, True)])
@given(places=PLACES, limit=st.integers(1, 4))
def test_page_after_page_tells_every_row_once_in_order(ordered, is_reversed, places, limit):
    engine = create_engine("sqlite://")
    told, after = [], None
    with engine.begin() as connection:
        rows.metadata.create_all(connection)
        if places:
            connection.execute(insert(rows), [{"at": at, "id": row_id} for at, row_id in places])
        while len(told) <= len(places):  # a row told again is enough to fail
            query = ordered(select(rows), rows.c.at, rows.c.id, after=after, limit=limit)
            page = [tuple(row) for row in connection.execute(query)]
            assert len(page) <= limit
            told += page
            if not page:
                break
            after = page[-1]
    engine.dispose()
    assert told == sorted(places, reverse=is_reversed)
