"""The small marketplace as files, and what the commands make of them."""

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from detector import SpikeDetector
from service.cli import app

UNTIL, AS_OF, LAST = "2024-08-08", "2024-08-20", "2024-08-22"


@pytest.fixture(scope="session")
def few_draws():
    """Nothing here judges a tail, and fewer draws make trainings ten times as quick."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("detector.fitting._DRAWS_MIN", 10_000)
        yield


@pytest.fixture(scope="session")
def commands(market, few_draws, tmp_path_factory):
    """The directory in which `train` and `score` have run."""
    directory = tmp_path_factory.mktemp("commands")
    for name in ("complaints", "orders"):
        pq.write_table(getattr(market, name), directory / f"{name}.parquet")
    tables = [f"--{n}={directory}/{n}.parquet" for n in ("complaints", "orders")]
    tables.append(f"--models={directory}/models")
    range_of = ["--as-of", AS_OF, "--until", LAST, "--out", f"{directory}/scores.parquet"]
    for words in (["train", "--until", UNTIL, "--seed", "3"], ["score", *range_of]):
        done = CliRunner().invoke(app, [*words, *tables], catch_exceptions=False)
        assert done.exit_code == 0, done.output
    return directory


@pytest.fixture(scope="session")
def model(market, few_draws):
    return SpikeDetector(seed=3).fit(market.complaints, market.orders, until=UNTIL)
