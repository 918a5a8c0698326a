"""What tests of several commands share."""

import pytest
from typer.testing import CliRunner

from service.cli import app
from tests.training.backtest.conftest import few_draws


@pytest.fixture(autouse=True)
def quick_calibration():
    """A test at a time, so that nothing which other folders share is trained on few draws."""
    with few_draws():
        yield


@pytest.fixture
def on_service(service, sqlite_url, monkeypatch):
    """Run a command on the service's store, at the service's time."""
    monkeypatch.setattr("service.clock.system_clock", service.clock)

    def run(command, *words, code=0, **variables):
        asked = [command, "--database", sqlite_url, *words]
        done = CliRunner().invoke(app, asked, env=variables)
        assert done.exit_code == code, done.output
        return done

    return run
