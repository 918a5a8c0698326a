"""The file of aliases, and what it does to scores of markets in files."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from detector.assess import assess
from detector.durations import DAY_US
from detector.errors import BadInput
from detector.history.aliases import Alias, joined
from detector.rekeying import Rekeying
from training.tables.aliases import read_aliases, write_aliases
from training.tables.importers.importing import import_dumps
from training.tables.readers import read_history

HEADER = "old_seller_id,new_seller_id,since\n"


def written(folder, text):
    path = folder / "aliases.csv"
    path.write_text(text)
    return path


def test_aliases_are_read_with_their_rows(tmp_path):
    path = written(tmp_path, HEADER + "a,b,2024-01-02\nb,c,2024-02-01T12:00:00Z\n")
    first, second = read_aliases(path)
    assert first == Alias("a", "b", 1_704_153_600_000_000, f"{path}: row 1")
    assert second.since % DAY_US == DAY_US // 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("old,new\na,b\n", "missing column old_seller_id, new_seller_id, since"),
        (HEADER + "a,,2024-01-01\n", "row 1: column new_seller_id: is missing"),
        (HEADER + "a,b,soon\n", "row 1: column since: 'soon' is not a time"),
        (HEADER + "a,b,2024-01-01\nc,b,2024-01-01\n", "row 2: 'b' is the new name of 'a' as well"),
    ],
)
def test_a_bad_row_is_one_clear_error(tmp_path, text, told):
    with pytest.raises(BadInput) as refused:
        read_aliases(written(tmp_path, text))
    assert told in str(refused.value)


def test_what_is_proposed_can_be_accepted_as_it_is(tmp_path):
    found = Rekeying("s, 1", "m 2", 3 * DAY_US + 1, 0.87, 40, 55)
    write_aliases(tmp_path / "p.csv", [found])
    (alias,) = read_aliases(tmp_path / "p.csv")
    assert (alias.old, alias.new, alias.since) == ("s, 1", "m 2", 3 * DAY_US + 1)
    with pytest.raises(BadInput, match="cannot write"):
        write_aliases(tmp_path / "no" / "p.csv", [found])


@pytest.fixture(scope="module")
def markets(tmp_path_factory, market):
    """Files of the small market, and of the same in which a quarter of the sellers was re-keyed."""
    folder = tmp_path_factory.mktemp("rekeyed")
    since = (market.truth.first_day + 150) * DAY_US
    old = set()
    for name, column in (("complaints", "filed_at"), ("orders", "day")):
        table = getattr(market, name)
        pq.write_table(table, folder / f"{name}.parquet")
        at = table[column].cast(pa.timestamp("us")).cast(pa.int64()).to_pylist()
        sellers = table["seller_id"].cast(pa.string()).to_pylist()
        then = [
            f"old-{seller}" if int(seller[1:]) % 4 == 0 and when < since else seller
            for seller, when in zip(sellers, at, strict=True)
        ]
        old |= {seller for seller in then if seller.startswith("old-")}
        place = table.schema.get_field_index("seller_id")
        table = table.set_column(place, "seller_id", pa.array(then))
        pq.write_table(table, folder / f"old-{name}.parquet")
    day = np.datetime64(since // DAY_US, "D")
    rows = "".join(f"{seller},{seller[4:]},{day}\n" for seller in sorted(old))
    return folder, written(folder, HEADER + rows)


def test_scores_with_aliases_are_those_of_a_market_that_was_never_rekeyed(
    markets, training, training_end, tmp_path
):
    folder, path = markets
    never = read_history(folder / "complaints.parquet", folder / "orders.parquet")
    files = [folder / "old-complaints.parquet", folder / "old-orders.parquet"]
    aliases = read_aliases(path)
    import_dumps("tables", files, tmp_path, aliases=aliases)
    histories = [
        joined(read_history(*files), aliases),
        read_history(tmp_path / "complaints.parquet", tmp_path / "orders.parquet"),
    ]
    assert len(read_history(*files).sellers) > len(never.sellers)
    expected = assess(never, training_end, training.trained)
    for history in histories:
        found = assess(history, training_end, training.trained)
        assert found.seller_ids == expected.seller_ids
        for name in ("score", "p_value", "q_value", "rank", "flagged"):
            assert np.array_equal(getattr(found, name), getattr(expected, name)), name


def test_an_import_refuses_an_alias_that_joins_two_sellers(markets, tmp_path):
    folder, path = markets
    first = path.read_text().splitlines()[1].rsplit(",", 1)[0]
    aliases = read_aliases(written(tmp_path, f"{HEADER}{first},2024-01-03\n"))
    with pytest.raises(BadInput, match=r"aliases.csv: row 1: .*, after 2024-01-03"):
        import_dumps("tables", [folder / "old-complaints.parquet"], tmp_path, aliases=aliases)
    assert [path.name for path in tmp_path.iterdir()] == ["aliases.csv"]
