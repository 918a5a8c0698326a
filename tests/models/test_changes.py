"""What was in use when: the log answers it, whatever was killed, cut off or written by hand."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.errors import BadArtifact, BadInput
from models.changes import Change, ChangeLog, Note

versions = st.integers(1, 4).map(lambda n: f"v{n:04d}")
steps = st.lists(st.tuples(st.none() | versions, st.integers(0, 3)), max_size=12)


@pytest.fixture
def log(tmp_path):
    return ChangeLog(tmp_path)


def add(log, kind, version, at=None, **more):
    note = None if at is None else Note(at, "somebody", "as it is")
    with log.held():
        log.add(Change(kind=kind, version=version, line=0, note=note, **more))


@given(given_steps=steps)
def test_each_instant_has_the_version_that_was_last_promoted_by_then(tmp_path_factory, given_steps):
    log, now, stack = ChangeLog(tmp_path_factory.mktemp("log")), 0, []
    in_use = {}
    for version, later in given_steps:
        now += later
        if version is not None:
            stack.append(version)
            add(log, "promote", version, now)
        elif stack:
            stack.pop()
            add(log, "rollback", stack[-1] if stack else "", now)
        in_use[now] = stack[-1] if stack else None
    for instant in range(now + 2):
        past = [at for at in in_use if at <= instant]
        assert log.term_at(instant).version == (in_use[max(past)] if past else None)


def test_a_term_says_who_why_and_until_when(log):
    add(log, "promote", "v0001", 10)
    add(log, "promote", "v0002", 20)
    term = log.term_at(19)
    assert (term.version, term.began.note) == ("v0001", Note(10, "somebody", "as it is"))
    assert term.ended.note.at == 20
    assert log.term_at(20).ended is None


def test_a_change_that_was_cut_off_before_its_line_never_came_to_be(log):
    add(log, "promote", "v0001", 10)
    add(log, "promote", "v0002", 20)
    promotions = log.directory / "promotions.log"
    promotions.write_text("promote v0001\n")  # as if killed between the two files
    assert (log.stack(), log.term_at(30).version) == (["v0001"], "v0001")
    add(log, "promote", "v0003", 40)
    assert [change.note.at for change in log.promotions()] == [10, 40]


def test_half_a_row_is_forgotten_and_the_next_one_is_whole(log):
    add(log, "promote", "v0001", 10)
    with (log.directory / "changes.log").open("ab") as rows:
        rows.write(b'{"at": "1970-')
    assert len(log.changes()) == 1
    add(log, "promote", "v0002", 20)
    assert [change.version for change in log.changes()] == ["v0001", "v0002"]


@pytest.mark.parametrize(
    "row", ["{}", "[]", "promote v0001", '{"at": "1970-01-01", "change": "burn", "version": "x"}']
)
def test_a_row_that_is_no_change_is_named(log, row):
    (log.directory / "changes.log").write_text(f"{row}\n")
    with pytest.raises(BadArtifact, match=r"changes\.log: line 1: is no change of a registry"):
        log.changes()
    assert log.stack() == []  # scoring goes on


def test_what_no_date_tells_is_not_guessed(log):
    promotions = log.directory / "promotions.log"
    promotions.write_text("promote v0001\npromote v0002\n")
    with pytest.raises(BadInput, match="line 1 has no date"):
        log.term_at(0)
    written = promotions.stat().st_mtime_ns // 1_000
    assert log.term_at(written + 1).version == "v0002"
    add(log, "promote", "v0003", written + 10)
    assert log.term_at(written + 10).version == "v0003"
    with pytest.raises(BadInput, match="line 1 has no date"):
        log.term_at(written)


def test_dates_never_go_back_where_a_clock_did(log):
    add(log, "promote", "v0001", 10)
    add(log, "promote", "v0002", 5)
    assert [change.note.at for change in log.promotions()] == [10, 10]


def test_changes_at_the_same_time_are_all_there(log):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: add(log, "promote", f"v{n:04d}", n), range(24)))
    assert len(log.lines()) == len(log.changes()) == 24
    assert [change.line for change in log.promotions()] == list(range(1, 25))
    assert all(change.note for change in log.promotions())


def test_a_directory_that_is_missing_or_cannot_be_written_is_refused(tmp_path, monkeypatch):
    with pytest.raises(BadArtifact, match=r"none: no directory .* run detector train first"):
        add(ChangeLog(tmp_path / "none"), "promote", "v0001", 1)

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.open", refuse)
    with pytest.raises(BadArtifact, match=r"promotions\.log: cannot be written: Permission denied"):
        add(ChangeLog(tmp_path), "promote", "v0001", 1)


def test_what_is_promoted_while_the_log_is_read_keeps_its_note(log, monkeypatch):
    add(log, "promote", "v0001", 1)
    changes = ChangeLog.changes

    def read_and_promote(own):
        found = changes(own)
        monkeypatch.undo()
        add(own, "promote", "v0002", 2)
        return found

    monkeypatch.setattr(ChangeLog, "changes", read_and_promote)
    assert all(change.note for change in log.promotions())
    assert [change.version for change in log.promotions()] == ["v0001", "v0002"]
