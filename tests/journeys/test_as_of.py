"""Nothing dated at or after T changes what is said about T: through the command line, bit for bit.

The scores as of T are written once from the whole files and once from files in which everything
at or after T has been taken away, or has been replaced by something wild.
"""

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from models.detectors import registry_at
from service.cli import app
from training.publishing import publish
from training.simulator.writing import write_market
from training.tables.instants import text_of


@pytest.fixture(scope="module")
def place(tmp_path_factory, training, market):
    place = tmp_path_factory.mktemp("as_of")
    publish(training, market.history(), registry_at(place / "models"), seed=0, created_at=0)
    return place


@pytest.fixture(scope="module")
def tables(market, tmp_path_factory):
    written = tmp_path_factory.mktemp("market")
    write_market(market.marketplace, 7, written)
    read = (pd.read_parquet(written / f"{name}.parquet") for name in ("complaints", "orders"))
    return [_with_plain_texts(table) for table in read]


def _with_plain_texts(table: pd.DataFrame) -> pd.DataFrame:
    coded = table.select_dtypes("category").columns
    return table.astype(dict.fromkeys(coded, object))


def scores(place, complaints, orders, as_of, form, out_form="csv"):
    write = {"csv": lambda t, p: t.to_csv(p, index=False), "parquet": pd.DataFrame.to_parquet}
    for name, table in (("complaints", complaints), ("orders", orders)):
        write[form](table, place / f"{name}.{form}")
    out = place / f"scores.{out_form}"
    words = ("--complaints", place / f"complaints.{form}", "--orders", place / f"orders.{form}")
    asked = ("score", *words, "--models", place / "models", "--as-of", as_of, "--out", out)
    result = CliRunner().invoke(app, [str(word) for word in asked], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return out.read_bytes()


@pytest.mark.parametrize("form", ["csv", "parquet"])
@pytest.mark.parametrize("hour", [0, 7])
def test_the_future_changes_nothing(place, tables, training_end, form, hour):
    complaints, orders = tables
    instant = training_end + hour * 3_600_000_000
    as_of, moment = text_of(instant), pd.Timestamp(instant, unit="us", tz="UTC")
    past = complaints[complaints.filed_at < moment].copy()
    late = past.decided_at >= moment
    past.loc[late, ["outcome", "decided_at"]] = ["pending", pd.NaT]
    past_orders = orders[pd.to_datetime(orders.day, utc=True) + pd.Timedelta(days=1) <= moment]
    wild = _wild(complaints, moment)
    whole = scores(place, complaints, orders, as_of, form)
    assert whole == scores(place, past, past_orders, as_of, form)
    assert whole == scores(place, pd.concat([past, wild]), past_orders, as_of, form)
    assert len(whole.splitlines()) > 100


def test_parquet_and_csv_give_the_same_scores(place, tables, training_end):
    as_of = text_of(training_end)
    by_form = [scores(place, *tables, as_of, form, "parquet") for form in ("csv", "parquet")]
    assert by_form[0] == by_form[1]


def _wild(complaints: pd.DataFrame, moment: pd.Timestamp) -> pd.DataFrame:
    """A flood of complaints at the very instant: about old sellers, new sellers, new categories."""
    rng = np.random.default_rng(5)
    flood = complaints.sample(400, random_state=5).copy()
    flood["complaint_id"] = [f"wild-{i}" for i in range(len(flood))]
    flood["filed_at"] = moment + pd.to_timedelta(rng.integers(0, 40, len(flood)), unit="h")
    flood.loc[flood.index[:100], "seller_id"] = "aaa-new"
    flood.loc[flood.index[:50], "category"] = "aaa-new"
    flood[["outcome", "decided_at"]] = ["pending", pd.NaT]
    return flood
