"""The small marketplace as files, and what the commands make of them."""

from collections.abc import Iterator

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from detector import SpikeDetector
from service.cli import app
from tests.training.backtest.conftest import few_draws

UNTIL, AS_OF, LAST = "2024-08-08", "2024-08-20", "2024-08-22"


@pytest.fixture(autouse=True)
def quick_calibration() -> Iterator[None]:
    """A test at a time, so that nothing which other folders share is trained on few draws."""
    with few_draws():
        yield


@pytest.fixture(scope="session")
def commands(market, tmp_path_factory):
    """The directory in which `train` and `score` have run."""
    directory = tmp_path_factory.mktemp("commands")
    for name in ("complaints", "orders"):
        pq.write_table(getattr(market, name), directory / f"{name}.parquet")
    tables = [f"--{n}={directory}/{n}.parquet" for n in ("complaints", "orders")]
    tables.append(f"--models={directory}/models")
    range_of = ["--as-of", AS_OF, "--until", LAST, "--out", f"{directory}/scores.parquet"]
    for words in (["train", "--until", UNTIL, "--seed", "3"], ["score", *range_of]):
        with few_draws():
            done = CliRunner().invoke(app, [*words, *tables], catch_exceptions=False)
        assert done.exit_code == 0, done.output
    return directory


@pytest.fixture(scope="session")
def model(market):
    with few_draws():
        return SpikeDetector(seed=3).fit(market.complaints, market.orders, until=UNTIL)
