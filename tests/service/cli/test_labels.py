"""`detector models alias`, `tag` and `at`, and what a pin keeps from being done."""

import json

import pytest
from typer.testing import CliRunner

from detector.instants import text_of
from models.detectors import registry_at
from service.cli import app
from training.publishing import publish


@pytest.fixture(scope="module")
def filled(tmp_path_factory, training, market):
    directory = tmp_path_factory.mktemp("labels") / "models"
    for seed in range(2):
        publish(
            training, market.history(), registry_at(directory),
            seed=seed, created_at=1_000_000, promote=False,
        )  # fmt: skip
    return directory


@pytest.fixture
def directory(filled, tmp_path):
    import shutil

    return shutil.copytree(filled, tmp_path / "models")


def run(directory, *words, code=0):
    result = CliRunner().invoke(app, ["models", *words, "--models", str(directory)])
    assert result.exit_code == code, (result.output, result.exception)
    return result.stdout if code == 0 else str(result.exception)


def test_aliases_and_tags_are_in_the_list(directory):
    assert run(directory, "alias", "challenger", "2") == "challenger names v0002\n"
    said = run(directory, "tag", "v0002", "reviewed=yes", "team=trust", "--json")
    assert json.loads(said) == {"reviewed": "yes", "team": "trust"}
    rows = json.loads(run(directory, "list", "--json"))
    assert [(row["aliases"], row["tags"]) for row in rows] == [
        (["champion"], {}),
        (["challenger"], {"reviewed": "yes", "team": "trust"}),
    ]
    assert (
        run(directory, "list").splitlines()[1].endswith("  (challenger)  reviewed=yes  team=trust")
    )
    assert "it named v0002" in run(directory, "alias", "challenger", "--remove")
    assert run(directory, "tag", "v0002", "team", "--remove") == "v0002: reviewed=yes\n"


@pytest.mark.parametrize(
    "words",
    [
        ("alias", "challenger"),
        ("alias", "challenger", "v0002", "--remove"),
        ("tag", "v0002", "team"),
        ("tag", "v0002", "team=trust", "--remove"),
    ],
)
def test_half_a_command_is_refused(directory, words):
    run(directory, *words, code=1)
    assert registry_at(directory).log.changes()[1:] == []


def test_a_pinned_version_stays_in_use(directory):
    run(directory, "alias", "pinned", "v0001", "--reason", "the audit of May")
    for words in (("promote", "v0002"), ("promote", "v0002", "--reason", "x"), ("rollback",)):
        run(directory, *words, code=1)
    assert registry_at(directory).promoted() == "v0001"
    for option in ("--promote", "--promote-if-gate-passes"):
        result = CliRunner().invoke(
            app, ["train", "--complaints", "none.csv", option, "--models", str(directory)]
        )
        assert "v0001 is in use and pinned, so it stays" in str(result.exception)


def test_what_was_in_use_at_a_time_is_one_question(directory):
    run(directory, "promote", "v0002", "--reason", "it finds more")
    early = json.loads(run(directory, "at", "1970-01-01T00:00:02Z", "--json"))
    assert (early["version"], early["since"], early["by"]) == (
        "v0001", "1970-01-01T00:00:01Z", "the first training",
    )  # fmt: skip
    promoted_at = registry_at(directory).log.promotions()[-1].note.at
    assert early["until"] == text_of(promoted_at)
    assert run(directory, "at", text_of(promoted_at)) == (
        f"{text_of(promoted_at)}: v0002 was in use, promoted at {text_of(promoted_at)} by the "
        "command line: it finds more\n"
    )
    assert "no version was in use" in run(directory, "at", "1970-01-01")
    assert "lies ahead" in run(directory, "at", "8000-01-01", code=1)
