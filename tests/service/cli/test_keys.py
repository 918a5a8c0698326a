"""`detector keys` and `detector db` on the command line."""

import json

import pytest


@pytest.fixture
def detector(command, tmp_path):
    return lambda *words: command(*words, "--database", f"sqlite:///{tmp_path}/s.db")


@pytest.mark.parametrize(
    "words",
    [
        ("keys", "create", "--role", "admin"),
        ("keys", "list"),
        ("keys", "revoke", "k"),
        ("audit", "verify"),
        ("db", "downgrade", "base"),
        ("db", "erase", "--buyer", "b"),
        ("db", "retain"),
        ("db", "load", "--complaints", "c.csv"),
    ],
)
def test_a_store_that_is_not_there_is_told_and_never_made(detector, tmp_path, words):
    told = detector(*words)
    assert (told.returncode, told.stdout, told.stderr.count("\n")) == (1, "", 1)
    assert f"sqlite:///{tmp_path}/s.db: there is no store; detector db upgrade" in told.stderr
    assert not (tmp_path / "s.db").exists()
    (tmp_path / "s.db").touch()
    assert "there is no store" in detector(*words).stderr


def test_a_key_is_printed_once_alone_on_a_line_and_never_again(detector):
    assert detector("db", "upgrade").returncode == 0
    made = detector("keys", "create", "--role", "moderator", "--name", "mia")
    assert made.returncode == 0
    assert "opens the pages" in made.stderr
    key = made.stdout.strip()
    assert key.startswith("sd_")
    assert "\n" not in key
    [row] = json.loads(detector("keys", "list", "--json").stdout)
    assert (row["role"], row["person"], row["state"]) == ("moderator", "mia", "live")
    assert key.split("_", 2)[2] not in detector("keys", "list").stdout
    assert detector("keys", "revoke", row["id"]).returncode == 0
    assert json.loads(detector("keys", "list", "--json").stdout)[0]["state"] == "revoked"


def test_a_key_for_programs_does_not_claim_to_open_pages(detector):
    assert detector("db", "upgrade").returncode == 0
    assert "pages" not in detector("keys", "create", "--role", "ingest").stderr


def test_what_cannot_be_done_is_one_line_and_a_code(detector):
    assert detector("db", "upgrade").returncode == 0
    unknown = detector("keys", "revoke", "nothing")
    assert (unknown.returncode, unknown.stderr.count("\n")) == (1, 1)
    assert unknown.stderr.startswith("error: no key has the id")
    assert detector("keys", "create", "--role", "king").returncode == 2
    assert detector("keys", "create", "--role", "admin", "--days", "0").returncode == 1
    assert detector("db", "upgrade", "7777").returncode == 1


def test_the_store_is_taken_up_and_down(detector, tmp_path):
    assert "there is no store" in detector("db", "current").stderr
    assert not (tmp_path / "s.db").exists()
    (tmp_path / "s.db").touch()
    assert "empty" in detector("db", "current").stdout
    assert detector("db", "upgrade").returncode == 0
    assert "up to date" in detector("db", "current").stdout
    assert detector("db", "downgrade", "base").stdout.strip() == "empty"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:hidden@127.0.0.1:1/x",
        "mysql://u@h/d",
        "sqlite:////proc/nothing/s.db",
        "sqlite:////etc/passwd",
    ],
)
def test_a_database_that_cannot_be_used_is_one_line_without_its_password(command, url):
    done = command("keys", "list", "--database", url)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert done.stderr.startswith("error: ")
    assert "hidden" not in done.stderr


def test_keys_made_and_revoked_are_in_the_audit_and_no_secret_is(detector, tmp_path):
    from sqlalchemy import select

    from service.audit.tables import audit
    from service.database.engine import Database

    assert detector("db", "upgrade").returncode == 0
    key = detector("keys", "create", "--role", "moderator", "--name", "mia").stdout.strip()
    key_id = key.split("_")[1]
    for _ in range(2):  # revoked once
        assert detector("keys", "revoke", key).returncode == 0
    store = Database(f"sqlite:///{tmp_path}/s.db")
    with store.reading() as connection:
        rows = connection.execute(select(audit).order_by(audit.c.number)).all()
    store.close()
    assert [(row.actor, row.action, row.subject) for row in rows] == [
        ("the command line", "key.created", f"key {key_id} of mia"),
        ("the command line", "key.revoked", f"key {key_id} of mia"),
    ]
    assert json.loads(rows[0].after)["role"] == "moderator"
    assert not any(key.split("_", 2)[2] in str(row) for row in rows)
    assert detector("audit", "verify").returncode == 0
