"""`detector waiting`."""

import json

from typer.testing import CliRunner

from service.cli import app
from service.clock import system_clock
from tests.service.views.workload.test_waiting import stored


def test_the_command_prints_a_table(service, sqlite_url):
    stored(service, system_clock())
    where = ["waiting", "--database", sqlite_url]
    done = CliRunner().invoke(app, [*where, "--people", "1", "--shift", "mon-sun 0-24"])
    assert done.exit_code == 0, done.output
    assert "40 cases in 90 days, of 20 minutes each" in done.output
    assert done.output.splitlines()[-1].split()[0] == "3"
    facts = json.loads(CliRunner().invoke(app, [*where, "--json"]).output)
    assert len(facts["measured"]) == 3
