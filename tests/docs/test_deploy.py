"""The Compose file, the image and the units agree with the program; no engine is needed."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from service.cli import app
from service.settings import Settings

DEPLOY = Path(__file__).parents[2] / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
OURS = [name for name, service in COMPOSE["services"].items() if "build" in service]
UNITS = sorted([*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")])
LIBPQ = {"PGHOST", "PGUSER", "PGDATABASE", "PGPASSWORD"}


def test_every_variable_of_the_compose_file_is_a_setting_or_the_database_drivers_own():
    known = {f"DETECTOR_{name.upper()}" for name in Settings.model_fields} | LIBPQ
    for name in OURS:
        assert set(COMPOSE["services"][name]["environment"]) <= known


def test_every_command_of_the_compose_file_is_one_of_ours():
    import typer

    command = typer.main.get_command(app)
    for name in OURS:
        found = command
        for word in COMPOSE["services"][name]["command"]:
            found = found.commands[word]


@pytest.mark.parametrize("name", OURS)
def test_our_containers_wait_for_what_they_need_and_keep_nothing_but_their_volumes(name):
    service = COMPOSE["services"][name]
    assert set(service["depends_on"]) <= set(COMPOSE["services"])
    assert service["read_only"]
    for volume in service["volumes"]:
        assert volume.split(":")[0] in COMPOSE["volumes"]


def test_the_api_is_published_on_this_machine_only_and_asked_how_it_is():
    api = COMPOSE["services"]["api"]
    assert all(port.startswith("127.0.0.1:") for port in api["ports"])
    assert "/healthz" in " ".join(api["healthcheck"]["test"])
    assert "ports" not in COMPOSE["services"]["database"]


def test_the_worker_is_asked_how_it_is_where_it_answers_and_published_nowhere():
    worker = COMPOSE["services"]["worker"]
    port = COMPOSE["x-detector"]["environment"]["DETECTOR_WORK_PORT"]
    assert f"127.0.0.1:{port}/healthz" in " ".join(worker["healthcheck"]["test"])
    assert "ports" not in worker


def test_the_image_copies_what_there_is_and_runs_as_nobody_in_particular():
    lines = [line.split() for line in DOCKERFILE.splitlines() if line]
    taken = (DEPLOY.parent / ".dockerignore").read_text(encoding="utf-8").splitlines()
    for line in lines:
        if line[0] == "COPY" and not line[1].startswith("--from"):
            for source in line[1:-1]:
                assert (DEPLOY.parent / source).exists(), source
                assert f"!{source}" in taken, source
    (user,) = (line[1] for line in lines if line[0] == "USER")
    assert user.partition(":")[0].isdigit()
    assert [line[0] for line in lines].index("USER") < [line[0] for line in lines].index(
        "ENTRYPOINT"
    )


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_every_command_of_a_unit_is_one_of_ours(unit):
    import typer

    line = [
        line.partition("/detector ")[2]
        for line in unit.read_text(encoding="utf-8").splitlines()
        if line.startswith("ExecStart=")
    ]
    assert len(line) == (unit.suffix == ".service")
    for words in map(str.split, line):
        found = typer.main.get_command(app)
        while hasattr(found, "commands"):
            found = found.commands[words.pop(0)]
        options = {name for option in found.params for name in option.opts}
        assert {word for word in words if word.startswith("--")} <= options


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_accepts_the_unit(unit, tmp_path):
    if not shutil.which("systemd-analyze"):
        pytest.skip("no systemd-analyze")
    text = unit.read_text(encoding="utf-8")
    installed = "/opt/detector/.venv/bin/detector"
    copy = tmp_path / unit.name
    copy.write_text(text.replace(installed, sys.executable), encoding="utf-8")
    if unit.suffix == ".timer":  # it starts the service of its name
        (tmp_path / f"{unit.stem}.service").write_text(
            "[Service]\nType=oneshot\nExecStart=/bin/true\n", encoding="utf-8"
        )
    done = subprocess.run(
        ["systemd-analyze", "verify", copy], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    told = [line for line in done.stderr.splitlines() if unit.name in line]
    assert told == []
