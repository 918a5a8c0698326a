"""Settings that stand in files."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from detector.errors import BadInput
from service.cli.environment import (
    names_of_settings,
    notes_on_unknown,
    settings_of,
    variables_in_files,
)


@pytest.fixture
def settings_file(tmp_path):
    path = tmp_path / "detector.toml"
    path.write_text(
        'port = 8123\nwork = false\nqueue_fdr = 0.05\nmodels = "kept/models"\n'
        '[oidc_roles]\nmoderators = "moderator"\n',
        encoding="utf-8",
    )
    return path


def test_without_files_nothing_is_added():
    assert variables_in_files({"DETECTOR_PORT": "1", "PATH": "/bin"}) == {}


def test_a_settings_file_says_what_the_environment_does_not(settings_file, monkeypatch):
    given = {"DETECTOR_SETTINGS": str(settings_file), "DETECTOR_PORT": "9000"}
    added = variables_in_files(given)
    assert "DETECTOR_PORT" not in added
    for name, value in (given | added).items():
        monkeypatch.setenv(name, value)
    settings = settings_of()
    assert (settings.port, settings.work, settings.queue_fdr) == (9000, False, 0.05)
    assert settings.oidc_roles == {"moderators": "moderator"}
    assert str(settings.models) == "kept/models"


def test_a_secret_is_read_from_its_file_without_the_line_end(tmp_path):
    (tmp_path / "key").write_text("long and secret\n", encoding="utf-8")
    added = variables_in_files({"DETECTOR_AUDIT_KEY_FILE": str(tmp_path / "key")})
    assert added == {"DETECTOR_AUDIT_KEY": "long and secret"}


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"DETECTOR_SETTINGS": "{dir}/none.toml"}, "none.toml cannot be read: No such file"),
        ({"DETECTOR_SETTINGS": "{dir}/wrong.toml"}, "wrong.toml is not TOML"),
        ({"DETECTOR_SETTINGS": "{dir}/misspelt.toml"}, "no setting prot; did you mean DETECTOR_PO"),
        ({"DETECTOR_SETTINGS": "{dir}/latin.toml"}, "latin.toml is not UTF-8 text"),
        ({"DETECTOR_AUDIT_KEY_FILE": "{dir}"}, "cannot be read: Is a directory"),
        ({"DETECTOR_AUDIT_KEYS_FILE": "{dir}/x"}, "no setting DETECTOR_AUDIT_KEYS; did you mean"),
        (
            {"DETECTOR_AUDIT_KEY_FILE": "{dir}/x", "DETECTOR_AUDIT_KEY": "x"},
            "DETECTOR_AUDIT_KEY and DETECTOR_AUDIT_KEY_FILE are both set",
        ),
    ],
)
def test_what_cannot_be_used_is_told(tmp_path, variables, words):
    (tmp_path / "wrong.toml").write_text("port: 8000", encoding="utf-8")
    (tmp_path / "misspelt.toml").write_text("prot = 8000", encoding="utf-8")
    (tmp_path / "latin.toml").write_bytes(b'policy = "\xe9"')
    given = {name: value.format(dir=tmp_path) for name, value in variables.items()}
    with pytest.raises(BadInput, match=words):
        variables_in_files(given)


def test_a_variable_that_is_no_setting_is_told_and_every_setting_is_known():
    told = list(notes_on_unknown({"DETECTOR_PROT": "1", "DETECTOR_TEST_POSTGRES": "x", "HOME": ""}))
    assert told == ["DETECTOR_PROT is no setting and changes nothing; did you mean DETECTOR_PORT?"]
    assert not list(notes_on_unknown(dict.fromkeys(names_of_settings(), "")))
    assert not list(notes_on_unknown({"DETECTOR_SETTINGS": "", "DETECTOR_AUDIT_KEY_FILE": ""}))


def test_every_command_reads_the_settings_file(settings_file, tmp_path):
    variables = {"DETECTOR_SETTINGS": str(settings_file), "DETECTOR_PROT": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "service.cli", "doctor"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(Path.cwd())} | variables,
        check=False,
    )
    assert "There is no trained model in kept/models" in done.stdout
    assert "note: DETECTOR_PROT is no setting" in done.stderr
    (tmp_path / "detector.toml").write_text("prot = 1", encoding="utf-8")
    refused = subprocess.run(
        [sys.executable, "-m", "service.cli", "models", "list", "--json"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(Path.cwd())} | variables,
        check=False,
    )
    assert refused.returncode == 1
    assert '"detail"' in refused.stdout + refused.stderr
